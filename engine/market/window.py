"""History functions: what a formula sees when it looks back from a row.

The window of a row at time t holds the rows of the same group in `(t - width, t]`: later rows never
matter. It is *covered* by its known rows. If every row says how long it stands for (`step_us`),
cover is the sum of the known rows' steps over the width; else it is the number of known rows times
the mean spacing of all rows of the window, over the width, and a window of one row has no cover.
Below a cover of 80 % the result is unknown.

Sums run from the oldest row to the newest in plain float64 additions, so that a result depends on
nothing outside its window, bit for bit. Rows may come in any order. NaN is unknown, in and out;
a number that is not finite counts as unknown.

Every function takes `group` (a code per row), `time` (microseconds since 1970), `value`, and a
duration in microseconds, and returns one number per row in the caller's order, or for each of the
`rows` that are asked for: the same as for all, at a cost that only they have. Raises ValueError
for a width below one microsecond. Functions across groups stand in `engine.market.cross_section`.
"""

from __future__ import annotations

import numpy as np

from engine.market.aggregate import (
    Aggregate,
    Windows,
    add_up,
    aggregate_apart,
    average,
    deviate,
    find_least,
    find_middle,
    find_most,
)
from engine.market.sequence import (
    BoolArray,
    FloatArray,
    IntArray,
    Sequence,
    arrange_rows,
    check_duration,
    find_latest,
    find_window_starts,
    settle,
)

MIN_COVER = 0.8
COVER_TOLERANCE = 1e-9
STALE_DIVISOR = 5  # a lagged row may be a fifth of the lag older than asked


def rolling_sum(
    group: IntArray,
    time: IntArray,
    value: FloatArray,
    width_us: int,
    step_us: IntArray | None = None,
    rows: IntArray | None = None,
) -> FloatArray:
    """Sum of the known values of the window."""
    return _roll(add_up, arrange_rows(group, time, value), width_us, step_us, rows)


def rolling_mean(
    group: IntArray,
    time: IntArray,
    value: FloatArray,
    width_us: int,
    step_us: IntArray | None = None,
    rows: IntArray | None = None,
) -> FloatArray:
    """Mean of the known values of the window."""
    return _roll(average, arrange_rows(group, time, value), width_us, step_us, rows)


def rolling_std(
    group: IntArray,
    time: IntArray,
    value: FloatArray,
    width_us: int,
    step_us: IntArray | None = None,
    rows: IntArray | None = None,
) -> FloatArray:
    """Sample standard deviation (n - 1) of the known values of the window; needs two of them.

    Two passes: the mean first, then the squared distances from it.
    """
    return _roll(deviate, arrange_rows(group, time, value), width_us, step_us, rows)


def rolling_median(
    group: IntArray,
    time: IntArray,
    value: FloatArray,
    width_us: int,
    step_us: IntArray | None = None,
    rows: IntArray | None = None,
) -> FloatArray:
    """Median of the known values of the window; the mean of the middle two if their count is even."""
    return _roll(find_middle, arrange_rows(group, time, value), width_us, step_us, rows)


def rolling_min(
    group: IntArray,
    time: IntArray,
    value: FloatArray,
    width_us: int,
    step_us: IntArray | None = None,
    rows: IntArray | None = None,
) -> FloatArray:
    """Smallest known value of the window."""
    return _roll(find_least, arrange_rows(group, time, value), width_us, step_us, rows)


def rolling_max(
    group: IntArray,
    time: IntArray,
    value: FloatArray,
    width_us: int,
    step_us: IntArray | None = None,
    rows: IntArray | None = None,
) -> FloatArray:
    """Largest known value of the window."""
    return _roll(find_most, arrange_rows(group, time, value), width_us, step_us, rows)


def lag(
    group: IntArray, time: IntArray, value: FloatArray, age_us: int, rows: IntArray | None = None
) -> FloatArray:
    """Value of the latest row of the group at or before `t - age`.

    Unknown if that row is more than a fifth of `age` older than asked, or itself unknown.
    """
    age = check_duration(age_us, least_us=0)
    sequence = arrange_rows(group, time, value)
    asked = None if rows is None else sequence.locate(rows)
    place = find_latest(sequence, age, asked)
    now = sequence.time if asked is None else sequence.time[asked]
    fresh = (place >= 0) & (sequence.time[place] >= now - age - age // STALE_DIVISOR)
    result = np.where(fresh, sequence.value[place], np.nan)
    return sequence.restore(result) if asked is None else settle(result)


def is_covered(covered_us: FloatArray | IntArray, width_us: int) -> BoolArray:
    """Whether known rows that stand for so long cover enough of a window."""
    enough: BoolArray = covered_us / width_us >= MIN_COVER * (1 - COVER_TOLERANCE)
    return enough


def _roll(
    aggregate: Aggregate,
    sequence: Sequence,
    width_us: int,
    step_us: IntArray | None,
    rows: IntArray | None,
) -> FloatArray:
    width = check_duration(width_us)
    asked = None if rows is None else sequence.locate(rows)
    if sequence.value.size == 0:
        return sequence.value
    starts = find_window_starts(sequence, width, asked)
    ends = np.arange(starts.size) if asked is None else asked
    known = np.isfinite(sequence.value).astype(np.int64)
    windows = Windows(ends + 1 - starts, _count(known, starts, ends), apart=asked is not None)
    if step_us is None:
        covered_us = _measure_spacing(sequence, starts, ends, windows)
    else:
        covered_us = _count(known * sequence.sorted_like(step_us), starts, ends).astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if asked is None:
            result = aggregate(sequence.value, windows)
        else:
            result = aggregate_apart(aggregate, sequence.value, windows, starts, ends)
    result = np.where(is_covered(covered_us, width) & (windows.known > 0), result, np.nan)
    return sequence.restore(result) if asked is None else settle(result)


def _count(amount: IntArray, starts: IntArray, ends: IntArray) -> IntArray:
    """Sum over each window, of integers and so exact however it is made."""
    total = np.concatenate(([0], np.cumsum(amount)))
    counted: IntArray = total[ends + 1] - total[starts]
    return counted


def _measure_spacing(sequence: Sequence, starts: IntArray, ends: IntArray, windows: Windows) -> FloatArray:
    """Microseconds covered by the known rows, at the mean spacing of all rows of the window."""
    span = (sequence.time[ends] - sequence.time[starts]).astype(np.float64)
    covered: FloatArray = windows.known * (span / np.maximum(windows.length - 1, 1))
    return covered
