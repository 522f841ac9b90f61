"""Settlements: one row is one funding payment that was made."""

from __future__ import annotations

import polars as pl

from engine.frames.columns import INSTANT
from engine.frames.form import Column, Form

SETTLEMENT_COLUMNS: dict[str, pl.DataType] = {
    "ts": INSTANT,
    "venue": pl.String(),
    "symbol": pl.String(),
    "rate": pl.Float64(),
    "interval_hours": pl.Float64(),
}
"""Columns of a settlements frame in order, with their types; only `rate` may be null."""

_FORM = Form(
    "Settlements",
    {
        name: Column(type_, nullable=name == "rate", positive=name == "interval_hours")
        for name, type_ in SETTLEMENT_COLUMNS.items()
    },
    keys=("ts", "venue", "symbol"),
    strict=True,
)


def validate_settlements(settlements: pl.DataFrame) -> pl.DataFrame:
    """Give back settlements if they are of the agreed form.

    Columns: `ts` time of the payment, UTC; `venue`, `symbol`; `rate` ratio of the notional that
    longs paid shorts; `interval_hours` time that the payment was for.

    Raises:
        pandera.errors.SchemaErrors: Every fault of form, listed.
    """
    return _FORM.validate(settlements)
