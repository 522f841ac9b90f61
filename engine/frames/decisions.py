"""Decisions: what a book says of each pair in a cycle, and which rule said it."""

from __future__ import annotations

from typing import Literal, get_args

import pandera.polars as pa
import polars as pl

from engine.frames.columns import INSTANT, forbid_duplicates

Decision = Literal["enter", "none", "unknown"]
Stage = Literal["universe", "shortlist", "entry"]

_SCHEMA = pa.DataFrameSchema(
    {
        "ts": pa.Column(INSTANT),
        "pair": pa.Column(pl.String()),
        "decision": pa.Column(pl.String(), pa.Check.isin(get_args(Decision))),
        "stage": pa.Column(pl.String(), pa.Check.isin(get_args(Stage))),
        "rule": pa.Column(pl.String(), nullable=True),
        "universe_rule": pa.Column(pl.String(), nullable=True),
    },
    checks=[forbid_duplicates("ts", "pair")],
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
    return _SCHEMA.validate(decisions, lazy=True)
