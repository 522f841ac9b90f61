"""Sums over the rows of one frame, in windows that end at the rows of another."""

from __future__ import annotations

from collections.abc import Sequence as Rows
from typing import Literal

import numpy as np
import polars as pl

from engine.market.sequence import FloatArray, IntArray, Sequence, arrange_rows, check_duration
from engine.market.window import COVER_TOLERANCE, MIN_COVER

_INSTRUMENT = ["venue", "symbol"]


def sum_window_at(
    events: pl.DataFrame, amount: pl.Expr, moments: pl.DataFrame, width_us: int, step_us: pl.Expr
) -> FloatArray:
    """Sum of an amount over the events of the same instrument in `(t - width, t]`; see `sum_windows_at`."""
    return sum_windows_at(events, [amount], moments, [width_us], step_us)[0][0]


def sum_windows_at(
    events: pl.DataFrame,
    amounts: Rows[pl.Expr],
    moments: pl.DataFrame,
    widths_us: Rows[int],
    step_us: pl.Expr,
) -> list[list[FloatArray]]:
    """Sums of amounts over the events of the same instrument in `(t - width, t]`.

    Summed from oldest to newest and unknown (NaN) below a cover of 80 %, as in `engine.market.window`.
    Moments that see the same events share one sum: there are many more moments than payments.

    Args:
        events: Columns `venue`, `symbol`, `ts`.
        amounts: What to sum, each a number per event; null is unknown.
        moments: Columns `venue`, `symbol`, `ts`: where a window is to end.
        widths_us: Widths of the windows.
        step_us: Microseconds that each event covers, an integer.

    Returns:
        For each width, for each amount, a number per row of `moments`.
    """
    widths = [check_duration(width) for width in widths_us]
    instruments = moments.select(_INSTRUMENT).unique().with_row_index("group")
    named = [amount.alias(f"amount {place}") for place, amount in enumerate(amounts)]
    wanted = events.select(*_INSTRUMENT, "ts", *named, step_us=step_us)
    rows = _number_groups(wanted, instruments, how="inner")
    if rows.is_empty() or moments.is_empty():
        return [[np.full(moments.height, np.nan) for _ in amounts] for _ in widths]
    group, time = _read_places(rows)
    values = [rows[f"amount {place}"].fill_null(np.nan).to_numpy() for place in range(len(amounts))]
    sequences = [arrange_rows(group, time, value) for value in values]
    steps = [sequence.sorted_like(rows["step_us"].to_numpy()) for sequence in sequences]
    places = _read_places(_number_groups(moments, instruments, how="left"))
    sums: list[list[FloatArray]] = []
    for width in widths:
        starts, ends = _find_windows(sequences[0].sorted_like(group), sequences[0].time, *places, width)
        windows, place = np.unique(starts * (rows.height + 1) + ends, return_inverse=True)
        seen = windows // (rows.height + 1), windows % (rows.height + 1)
        summed = (_sum_windows(*each, *seen, width) for each in zip(sequences, steps, strict=True))
        sums.append([each[place] for each in summed])
    return sums


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


def _read_places(rows: pl.DataFrame) -> tuple[IntArray, IntArray]:
    return rows["group"].to_numpy(), rows["ts"].dt.timestamp("us").to_numpy()


def _find_windows(
    group: IntArray, time: IntArray, at_group: IntArray, at_time: IntArray, width: int
) -> tuple[IntArray, IntArray]:
    """First event in the window of each moment, and the one after its last; events are sorted."""
    times = np.unique(time)
    keys = group * (times.size + 1) + np.searchsorted(times, time)
    gone, known = (np.searchsorted(times, ends, side="right") for ends in (at_time - width, at_time))
    first = at_group * (times.size + 1)
    return np.searchsorted(keys, first + gone), np.searchsorted(keys, first + known)


def _sum_windows(
    sequence: Sequence, step: IntArray, starts: IntArray, ends: IntArray, width: int
) -> FloatArray:
    """Sum of each window by plain additions from oldest to newest; the longest windows stand first."""
    finite = np.isfinite(sequence.value)
    filled = np.where(finite, sequence.value, 0.0)
    longest = np.argsort(starts - ends, kind="stable")
    length, last = (ends - starts)[longest], ends[longest] - 1
    added = np.zeros(starts.size)
    for distance in range(int(length[0]) - 1, -1, -1):
        reach = int(np.searchsorted(-length, -distance, side="left"))
        added[:reach] += filled[last[:reach] - distance]
    total = np.empty_like(added)
    total[longest] = added
    covered = np.concatenate(([0], np.cumsum(np.where(finite, step, 0))))
    seen = np.concatenate(([0], np.cumsum(finite)))
    enough = (covered[ends] - covered[starts]) / width >= MIN_COVER * (1 - COVER_TOLERANCE)
    return np.where(enough & (seen[ends] > seen[starts]) & np.isfinite(total), total + 0.0, np.nan)
