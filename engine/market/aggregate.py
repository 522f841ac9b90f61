"""Aggregates over every window of a sequence, each summed from its oldest row to its newest.

Each function takes sorted values (NaN is unknown) and their windows, and returns a number per row.
Where a window has no known value the result has no meaning and may be anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.market.sequence import BoolArray, FloatArray, IntArray

_BLOCK_ROWS = 8192
_BLOCK_CELLS = 1 << 20

_Shift = tuple[slice, slice | IntArray, BoolArray | bool]


@dataclass(frozen=True, slots=True)
class Windows:
    """How far rows see back: `length` rows, the row itself included, of which `known` are known.

    Attributes:
        length: Rows of each window.
        known: Those with a known value.
        ends: The row that each window ends at; None if there is a window for each row.
    """

    length: IntArray
    known: IntArray
    ends: IntArray | None = None


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
    middle = np.empty(windows.length.size)
    first = 0
    while first < middle.size:
        rows = _median_block(windows.length, first)
        offsets = np.arange(int(windows.length[rows].max()))
        ends = np.arange(rows.start, rows.stop) if windows.ends is None else windows.ends[rows]
        source = ends[:, None] - offsets
        window = np.where(offsets < windows.length[rows, None], value[source], np.nan)
        window.sort(axis=1)
        row, count = np.arange(window.shape[0]), np.maximum(windows.known[rows], 1)
        lower, upper = window[row, (count - 1) // 2], window[row, count // 2]
        middle[rows] = np.where(lower == upper, lower, (lower + upper) / 2)
        first = rows.stop
    return middle


def _median_block(lengths: IntArray, first: int) -> slice:
    """So many rows that their windows fit into a bounded matrix."""
    longest = int(lengths[first : first + _BLOCK_ROWS].max())
    return slice(first, min(first + max(_BLOCK_CELLS // longest, 1), first + _BLOCK_ROWS, lengths.size))


def _shifts(windows: Windows) -> Iterator[_Shift]:
    """Windows, the rows a fixed distance before their ends, and which of them see so far back.

    Oldest first; only the windows that are shorter than the distance need a mask.
    """
    if windows.ends is None:
        yield from _shift_all(windows.length)
        return
    shortest = int(windows.length.min(initial=0))
    for distance in range(int(windows.length.max(initial=0)) - 1, -1, -1):
        where = True if distance < shortest else windows.length > distance
        yield slice(None), np.maximum(windows.ends - distance, 0), where


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
