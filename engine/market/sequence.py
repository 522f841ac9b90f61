"""Rows in order of group and time, and the part of them that a window sees."""

from __future__ import annotations

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

    def locate(self, rows: IntArray) -> IntArray:
        """Places whose results are those of some of the caller's rows; `settle` makes them final."""
        places = rows
        if self.order is not None:
            places = np.empty_like(self.order)
            places[self.order] = np.arange(self.order.size)
            places = places[rows]
        return places if self.last is None else self.last[places]

    def restore(self, result: FloatArray) -> FloatArray:
        """Bring results of all places back into the caller's row order, unknown where not finite.

        Rows of equal group and time see the same window, so all get the result of the last.
        """
        finite = settle(result)
        if self.last is not None:
            finite = finite[self.last]
        if self.order is None:
            return finite
        restored = np.empty_like(finite)
        restored[self.order] = finite
        return restored


def settle(result: FloatArray) -> FloatArray:
    """Results as they are given back: unknown where not finite, and one zero only."""
    return np.where(np.isfinite(result), result + 0.0, np.nan)


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


def find_window_starts(sequence: Sequence, width_us: int, places: IntArray | None = None) -> IntArray:
    """First place inside the window `(t - width, t]` of each of some places; None is all of them."""
    return _find_before(sequence, width_us, places) + 1


def find_latest(sequence: Sequence, age_us: int, places: IntArray | None = None) -> IntArray:
    """Last place of the same group at or before `t - age`; -1 where there is none.

    Args:
        sequence: The rows.
        age_us: How far back.
        places: The places asked for; None is all of them.
    """
    found = _find_before(sequence, age_us, places)
    first = np.repeat(sequence.bounds[:-1], np.diff(sequence.bounds))
    return np.where(found >= (first if places is None else first[places]), found, -1)


def _find_before(sequence: Sequence, age_us: int, places: IntArray | None) -> IntArray:
    """Last place of the group at or before `t - age`, or the one before the group's first."""
    if places is not None:
        return _search(sequence, places, age_us)
    found = np.arange(sequence.time.size)
    distance = _measure_distance(sequence, age_us)
    fits = np.zeros(found.size, dtype=np.bool_)
    if distance > 0:
        moment = sequence.time[distance:] - age_us
        before, after = sequence.time[:-distance], sequence.time[1 : moment.size + 1]
        fits[distance:] = (before <= moment) & (moment < after)
        # The first rows of a group would find a row of the group before it.
        young = np.minimum(np.diff(sequence.bounds), distance)
        fits[np.repeat(sequence.bounds[:-1] - np.cumsum(young) + young, young) + np.arange(young.sum())] = (
            False
        )
        found -= distance
    rest = np.flatnonzero(~fits)
    found[rest] = _search(sequence, rest, age_us)
    return found


def _measure_distance(sequence: Sequence, age_us: int) -> int:
    """How many places back the last row of the longest group finds its row.

    Rows mostly follow each other evenly, so that this is so for nearly all rows, and few must search.
    """
    sizes = np.diff(sequence.bounds)
    if sizes.size == 0:
        return 0
    last = sequence.bounds[[int(np.argmax(sizes)) + 1]] - 1
    return int((last - _search(sequence, last, age_us))[0])


def _search(sequence: Sequence, places: IntArray, age_us: int) -> IntArray:
    """The same for some places, by halving their groups."""
    time, moment = sequence.time, sequence.time[places] - age_us
    group = np.searchsorted(sequence.bounds, places, side="right")
    low, high = sequence.bounds[group - 1], sequence.bounds[group]
    while bool((low < high).any()):
        middle = (low + high) // 2
        # Where the search has ended, `middle` may stand behind the last row.
        later = time[np.minimum(middle, time.size - 1)] > moment
        ended = low >= high
        low, high = np.where(later | ended, low, middle + 1), np.where(later & ~ended, middle, high)
    return low - 1


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
