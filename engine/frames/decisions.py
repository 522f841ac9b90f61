"""Decisions: what a book says of each pair in a cycle, and which rule said it."""

from __future__ import annotations

from typing import Literal, get_args

import pandera.polars as pa
import polars as pl

from engine.frames.columns import INSTANT, forbid_duplicates

Decision = Literal["enter", "none", "unknown"]

_SCHEMA = pa.DataFrameSchema(
    {
        "ts": pa.Column(INSTANT),
        "pair": pa.Column(pl.String()),
        "decision": pa.Column(pl.String(), pa.Check.isin(get_args(Decision))),
        "rule": pa.Column(pl.String(), nullable=True),
    },
    checks=[forbid_duplicates("ts", "pair")],
    name="Decisions",
)


def validate_decisions(decisions: pl.DataFrame) -> pl.DataFrame:
    """Give back decisions if they are of the agreed form.

    Columns: `ts`, `pair`; `decision`: enter, none, or unknown where data is missing; `rule`: id of
    the rule that decided, null where none did. A table's outputs stand beside them.

    Raises:
        pandera.errors.SchemaErrors: Every fault of form, listed.
    """
    return _SCHEMA.validate(decisions, lazy=True)
