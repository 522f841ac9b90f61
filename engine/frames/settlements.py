"""Settlements: one row is one funding payment that was made."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from engine.frames.columns import INSTANT, forbid_duplicates, require_finite

SETTLEMENT_COLUMNS: dict[str, pl.DataType] = {
    "ts": INSTANT,
    "venue": pl.String(),
    "symbol": pl.String(),
    "rate": pl.Float64(),
    "interval_hours": pl.Float64(),
}
"""Columns of a settlements frame in order, with their types; only `rate` may be null."""

_SCHEMA = pa.DataFrameSchema(
    {
        **{name: pa.Column(type_) for name, type_ in SETTLEMENT_COLUMNS.items()},
        "rate": pa.Column(pl.Float64(), nullable=True),
        "interval_hours": pa.Column(pl.Float64(), pa.Check.gt(0)),
    },
    checks=[
        pa.Check(require_finite, name="require_finite", error="a number is not finite"),
        forbid_duplicates("ts", "venue", "symbol"),
    ],
    name="Settlements",
    strict=True,
)


def validate_settlements(settlements: pl.DataFrame) -> pl.DataFrame:
    """Give back settlements if they are of the agreed form.

    Columns: `ts` time of the payment, UTC; `venue`, `symbol`; `rate` ratio of the notional that
    longs paid shorts; `interval_hours` time that the payment was for.

    Raises:
        pandera.errors.SchemaErrors: Every fault of form, listed.
    """
    return _SCHEMA.validate(settlements, lazy=True)
