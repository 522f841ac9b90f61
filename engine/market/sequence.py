"""Rows in order of group and time, and the part of them that a window sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

LONGEST_DURATION_US = 2**61


@dataclass(frozen=True, slots=True)
class Sequence:
    """Rows of several groups, sorted by group and time.

    Attributes:
        order: For each sorted place, the row of the caller's arrays that stands there; None if
            the rows came sorted.
        bounds: First place of each group, and one entry more: the number of rows.
        time: Microseconds since 1970, in sorted order.
        value: Numbers in sorted order; NaN is unknown.
        last: For each place, the last place of the same group and time; None if no time repeats.
    """

    order: IntArray | None
    bounds: IntArray
    time: IntArray
    value: FloatArray
    last: IntArray | None

    def sorted_like(self, rows: IntArray) -> IntArray:
        """Bring another column of the caller's rows into this order."""
        return rows if self.order is None else rows[self.order]

    def restore(self, result: FloatArray) -> FloatArray:
        """Bring results back into the caller's row order, unknown where not finite.

        Rows of equal group and time see the same window, so all get the result of the last.
        """
        finite = np.where(np.isfinite(result), result + 0.0, np.nan)
        if self.last is not None:
            finite = finite[self.last]
        if self.order is None:
            return finite
        restored = np.empty_like(finite)
        restored[self.order] = finite
        return restored

    def groups(self) -> Iterator[slice]:
        """The places of each group."""
        for first, end in zip(self.bounds[:-1].tolist(), self.bounds[1:].tolist(), strict=True):
            yield slice(first, end)


def arrange_rows(group: IntArray, time: IntArray, value: FloatArray) -> Sequence:
    """Sort rows by group and time; rows equal in both are ordered by value.

    Args:
        group: A code per row; rows of one code belong together.
        time: Microseconds since 1970.
        value: Numbers; what is not finite is unknown.
    """
    known = np.where(np.isfinite(value), value, np.nan)
    order: IntArray | None = None
    if not _is_rising(group, time):
        order = np.lexsort((known, time, group))
        group, time, known = group[order], time[order], known[order]
    fresh = group[1:] != group[:-1]
    bounds = np.concatenate(([0], np.flatnonzero(fresh) + 1, [group.size]))
    if group.size == 0:
        bounds = np.zeros(1, dtype=np.int64)
    return Sequence(order, bounds, time, known, _find_last(fresh, time))


def find_window_starts(sequence: Sequence, width_us: int) -> IntArray:
    """First place inside the window `(t - width, t]` of each place."""
    starts = np.empty(sequence.time.size, dtype=np.int64)
    for places in sequence.groups():
        time = sequence.time[places]
        starts[places] = np.searchsorted(time, time - width_us, side="right") + places.start
    return starts


def find_latest(sequence: Sequence, age_us: int) -> IntArray:
    """Last place of the same group at or before `t - age`; -1 where there is none."""
    found = np.empty(sequence.time.size, dtype=np.int64)
    for places in sequence.groups():
        time = sequence.time[places]
        before = np.searchsorted(time, time - age_us, side="right") - 1
        found[places] = np.where(before >= 0, before + places.start, -1)
    return found


def check_duration(duration_us: int, *, least_us: int = 1) -> int:
    """Refuse a duration that is too short; bound one that is longer than any history.

    Raises:
        ValueError: The duration is below `least_us`.
    """
    if duration_us < least_us:
        raise ValueError(f"a duration of {duration_us} us is below the least, {least_us} us")
    return min(duration_us, LONGEST_DURATION_US)


def _is_rising(group: IntArray, time: IntArray) -> bool:
    same = group[1:] == group[:-1]
    return bool(np.all((group[1:] > group[:-1]) | (same & (time[1:] > time[:-1]))))


def _find_last(fresh: BoolArray, time: IntArray) -> IntArray | None:
    """Last place of each run of equal group and time, or None if every run is one place."""
    closes = np.concatenate((fresh | (time[1:] != time[:-1]), [True]))
    if time.size == 0 or closes.all():
        return None
    ends = np.flatnonzero(closes)
    return np.repeat(ends, np.diff(ends, prepend=-1))
