"""Aggregates over every window of a sequence, each summed from its oldest row to its newest.

Each function takes sorted values (NaN is unknown) and their windows, and returns a number per row.
Where a window has no known value the result has no meaning and may be anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from engine.market.sequence import BoolArray, FloatArray, IntArray

_BLOCK_ROWS = 8192
_BLOCK_CELLS = 1 << 20

_Shift = tuple[slice, slice, BoolArray | bool]


Aggregate = Callable[[FloatArray, "Windows"], FloatArray]
"""What is made of the values of windows: a number for each."""


@dataclass(frozen=True, slots=True)
class Windows:
    """How far rows see back: `length` rows, the row itself included, of which `known` are known.

    Attributes:
        length: Rows of each window.
        known: Those with a known value.
        apart: Whether the values are those of the windows alone, as `lay_out` gives them; else there is a
            window for each row, which ends there.
    """

    length: IntArray
    known: IntArray
    apart: bool = False

    def take(self, windows: slice) -> Windows:
        """Some of the windows."""
        return Windows(self.length[windows], self.known[windows], self.apart)


def lay_out(value: FloatArray, starts: IntArray, ends: IntArray) -> FloatArray:
    """The values of windows: a window in each column, its newest row last; unknown before its first."""
    longest = int((ends - starts).max(initial=0)) + 1
    places = ends - np.arange(longest - 1, -1, -1)[:, None]
    return np.where(places >= starts, value[places], np.nan)


def aggregate_apart(
    aggregate: Aggregate, value: FloatArray, windows: Windows, starts: IntArray, ends: IntArray
) -> FloatArray:
    """An aggregate over some windows only, so many at once that their values fit into a bounded matrix."""
    result = np.empty(starts.size)
    at_once = max(_BLOCK_CELLS // int(windows.length.max(initial=1)), 1)
    for first in range(0, starts.size, at_once):
        part = slice(first, first + at_once)
        result[part] = aggregate(lay_out(value, starts[part], ends[part]).ravel(), windows.take(part))
    return result


def add_up(value: FloatArray, windows: Windows) -> FloatArray:
    """Sum of the known values."""
    filled = np.where(np.isfinite(value), value, 0.0)
    total = np.zeros(windows.length.size)
    for rows, sources, where in _shifts(windows):
        np.add(total[rows], filled[sources], out=total[rows], where=where)
    return total


def average(value: FloatArray, windows: Windows) -> FloatArray:
    """Mean of the known values."""
    return add_up(value, windows) / windows.known


def deviate(value: FloatArray, windows: Windows) -> FloatArray:
    """Sample standard deviation of the known values, in two passes; unknown below two."""
    known = np.isfinite(value).astype(np.float64)
    filled = np.where(np.isfinite(value), value, 0.0)
    mean = average(value, windows)
    total = np.zeros(windows.length.size)
    for rows, sources, where in _shifts(windows):
        distance = (filled[sources] - mean[rows]) * known[sources]
        np.add(total[rows], distance * distance, out=total[rows], where=where)
    deviation: FloatArray = np.sqrt(total / (windows.known - 1))
    return np.where(windows.known >= 2, deviation, np.nan)


def find_least(value: FloatArray, windows: Windows) -> FloatArray:
    """Smallest known value."""
    least = np.full(windows.length.size, np.nan)
    for rows, sources, where in _shifts(windows):
        np.fmin(least[rows], value[sources], out=least[rows], where=where)
    return least


def find_most(value: FloatArray, windows: Windows) -> FloatArray:
    """Largest known value."""
    return -find_least(-value, windows)


def find_middle(value: FloatArray, windows: Windows) -> FloatArray:
    """Median of the known values: the mean of the middle two if their count is even."""
    if windows.apart:
        return _take_middle(value.reshape(-1, windows.length.size).T, windows.known)
    middle = np.empty(windows.length.size)
    first = 0
    while first < middle.size:
        rows = _median_block(windows.length, first)
        offsets = np.arange(int(windows.length[rows].max()))
        source = np.arange(rows.start, rows.stop)[:, None] - offsets
        window = np.where(offsets < windows.length[rows, None], value[source], np.nan)
        middle[rows] = _take_middle(window, windows.known[rows])
        first = rows.stop
    return middle


def _take_middle(window: FloatArray, known: IntArray) -> FloatArray:
    """Median of each row of a matrix, unknown values left out."""
    ordered = np.sort(window, axis=1)
    row, count = np.arange(ordered.shape[0]), np.maximum(known, 1)
    lower, upper = ordered[row, (count - 1) // 2], ordered[row, count // 2]
    median: FloatArray = np.where(lower == upper, lower, (lower + upper) / 2)
    return median


def _median_block(lengths: IntArray, first: int) -> slice:
    """So many rows that their windows fit into a bounded matrix."""
    longest = int(lengths[first : first + _BLOCK_ROWS].max())
    return slice(first, min(first + max(_BLOCK_CELLS // longest, 1), first + _BLOCK_ROWS, lengths.size))


def _shifts(windows: Windows) -> Iterator[_Shift]:
    """Windows, the values a fixed distance before their ends, and which of them see so far back.

    Oldest first; only the windows that are shorter than the distance need a mask.
    """
    if not windows.apart:
        yield from _shift_all(windows.length)
        return
    count, longest = windows.length.size, int(windows.length.max(initial=0))
    shortest = int(windows.length.min(initial=0))
    for distance in range(longest - 1, -1, -1):
        first = (longest - 1 - distance) * count
        where = True if distance < shortest else windows.length > distance
        yield slice(None), slice(first, first + count), where


def _shift_all(lengths: IntArray) -> Iterator[_Shift]:
    """The same for a window at each row, in blocks that stay in the processor's cache."""
    for first in range(0, lengths.size, _BLOCK_ROWS):
        end = min(first + _BLOCK_ROWS, lengths.size)
        block = lengths[first:end]
        shortest = int(block.min())
        for distance in range(int(block.max()) - 1, -1, -1):
            start = max(first, distance)
            where = True if distance < shortest else lengths[start:end] > distance
            yield slice(start, end), slice(start - distance, end - distance), where
