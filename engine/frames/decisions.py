"""Decisions: what a book says of each pair in a cycle, and which rule said it."""

from __future__ import annotations

from typing import Literal, get_args

import polars as pl

from engine.frames.columns import INSTANT
from engine.frames.form import Column, Form

Decision = Literal["enter", "none", "unknown", "violation"]
Stage = Literal["universe", "shortlist", "entry"]

_TEXT = pl.String()
_FORM = Form(
    "Decisions",
    {
        "ts": Column(INSTANT),
        "pair": Column(_TEXT),
        "decision": Column(_TEXT, words=get_args(Decision)),
        "stage": Column(_TEXT, words=get_args(Stage)),
        "rule": Column(_TEXT, nullable=True),
        "universe_rule": Column(_TEXT, nullable=True),
    },
    keys=("ts", "pair"),
    finite=False,
)


def validate_decisions(decisions: pl.DataFrame) -> pl.DataFrame:
    """Give back decisions if they are of the agreed form.

    Columns: `ts`, `pair`; `decision`: enter, none, unknown where data is missing, or violation where a table
    says what it may not; `stage`: where it fell: at the universe, off the short list, or by the entry table;
    `rule`: id of the rule of that stage that decided, null where none did; `universe_rule`: the same of the
    universe. A table's outputs stand beside them.

    Raises:
        pandera.errors.SchemaErrors: Every fault of form, listed.
    """
    return _FORM.validate(decisions)
