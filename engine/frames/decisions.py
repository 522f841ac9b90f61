"""Decisions: what a book says of each pair in a cycle, and which rule said it."""

from __future__ import annotations

from typing import Literal, get_args

import pandera.polars as pa
import polars as pl

from engine.frames.columns import INSTANT, forbid_duplicates

Decision = Literal["enter", "none", "unknown"]
Stage = Literal["universe", "shortlist", "entry"]

_WORDS = {"decision": get_args(Decision), "stage": get_args(Stage)}
_RULES = ("rule", "universe_rule")
_KEYS = ("ts", "pair")
_TYPES = {"ts": INSTANT, **dict.fromkeys(("pair", *_WORDS, *_RULES), pl.String())}

_SCHEMA = pa.DataFrameSchema(
    {
        **{name: pa.Column(_TYPES[name]) for name in _KEYS},
        **{name: pa.Column(_TYPES[name], pa.Check.isin(words)) for name, words in _WORDS.items()},
        **{name: pa.Column(_TYPES[name], nullable=True) for name in _RULES},
    },
    checks=[forbid_duplicates(*_KEYS)],
    name="Decisions",
)


def validate_decisions(decisions: pl.DataFrame) -> pl.DataFrame:
    """Give back decisions if they are of the agreed form.

    Columns: `ts`, `pair`; `decision`: enter, none, or unknown where data is missing; `stage`: where it fell:
    at the universe, off the short list, or by the entry table; `rule`: id of the rule of that stage that
    decided, null where none did; `universe_rule`: the same of the universe. A table's outputs stand beside
    them.

    Raises:
        pandera.errors.SchemaErrors: Every fault of form, listed.
    """
    return decisions if _is_sound(decisions) else _SCHEMA.validate(decisions, lazy=True)


def _is_sound(decisions: pl.DataFrame) -> bool:
    """Whether there is no fault: found in a tenth of the time in which the schema would name every one."""
    schema = decisions.schema
    if any(schema.get(name) != type_ for name, type_ in _TYPES.items()):
        return False
    told = all(decisions[name].is_in(words).all(ignore_nulls=False) for name, words in _WORDS.items())
    known = not any(decisions[name].null_count() for name in _KEYS)
    return told and known and decisions.n_unique(_KEYS) == decisions.height
