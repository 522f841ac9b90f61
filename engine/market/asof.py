"""Sums over the rows of one frame, in windows that end at the rows of another."""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl

from engine.market.sequence import FloatArray
from engine.market.window import rolling_sum

_INSTRUMENT = ["venue", "symbol"]


def sum_window_at(
    events: pl.DataFrame, amount: pl.Expr, moments: pl.DataFrame, width_us: int, step_us: pl.Expr
) -> FloatArray:
    """Sum of an amount over the events of the same instrument in `(t - width, t]`.

    Summed from oldest to newest and unknown (NaN) below a cover of 80 %, as in `engine.market.window`.

    Args:
        events: Columns `venue`, `symbol`, `ts`.
        amount: What to sum, a number per event; null is unknown.
        moments: Columns `venue`, `symbol`, `ts`: where a window is to end.
        width_us: Width of the window.
        step_us: Microseconds that each event covers, an integer.

    Returns:
        A number per row of `moments`.
    """
    instruments = moments.select(_INSTRUMENT).unique().with_row_index("group")
    events = events.select(*_INSTRUMENT, "ts", amount=amount, step_us=step_us)
    rows = pl.concat(
        [
            _number_groups(events, instruments, how="inner"),
            _number_groups(moments, instruments, how="left").select(
                "group", "ts", amount=pl.lit(None, pl.Float64), step_us=pl.lit(0, pl.Int64)
            ),
        ]
    )
    total = rolling_sum(
        rows["group"].to_numpy(),
        rows["ts"].dt.timestamp("us").to_numpy(),
        rows["amount"].fill_null(np.nan).to_numpy(),
        width_us,
        rows["step_us"].to_numpy(),
    )
    return total[rows.height - moments.height :]


def _number_groups(
    frame: pl.DataFrame, instruments: pl.DataFrame, *, how: Literal["inner", "left"]
) -> pl.DataFrame:
    """Rows in their order, with a number for the instrument instead of its name."""
    numbered = frame.join(instruments, on=_INSTRUMENT, how=how, maintain_order="left")
    return (
        numbered.with_columns(pl.col("group").cast(pl.Int64))
        .drop(_INSTRUMENT)
        .select("group", pl.exclude("group"))
    )
