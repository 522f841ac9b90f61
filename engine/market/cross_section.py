"""Functions over all rows of one time: how a row stands among the others.

Every function takes `time` (microseconds since 1970) and `value`, and returns one number per row in
the caller's order. NaN is unknown, in and out; unknown values take no part. Row order does not
matter: sums run over the values in ascending order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.market.sequence import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class _Sections:
    """Known values sorted by time, then ascending; `first` and `size` of each section of one time."""

    order: IntArray
    value: FloatArray
    first: IntArray
    size: IntArray
    section: IntArray


def rank(time: IntArray, value: FloatArray) -> FloatArray:
    """Place among the known values of the same time: 1 is the largest, ties share the smallest."""
    sections = _sort_sections(time, value)
    larger = (sections.first + sections.size)[sections.section] - _end_of_ties(sections)
    return _restore(sections, (larger + 1).astype(np.float64), value.size)


def percentile(time: IntArray, value: FloatArray) -> FloatArray:
    """Share of the known values of the same time that are not larger, above 0 and at most 1."""
    sections = _sort_sections(time, value)
    not_larger = _end_of_ties(sections) - sections.first[sections.section]
    return _restore(sections, not_larger / sections.size[sections.section], value.size)


def zscore(time: IntArray, value: FloatArray) -> FloatArray:
    """Distance from the mean of the same time, in sample standard deviations (n - 1).

    Unknown with fewer than two known values, or where all are equal.
    """
    sections = _sort_sections(time, value)
    with np.errstate(all="ignore"):
        mean = (_sum_sections(sections, sections.value) / sections.size)[sections.section]
        distance = sections.value - mean
        variance = _sum_sections(sections, distance * distance) / (sections.size - 1)
        result = distance / np.sqrt(variance)[sections.section]
    differs = sections.value[sections.first] != sections.value[sections.first + sections.size - 1]
    return _restore(sections, np.where(differs[sections.section], result, np.nan), value.size)


def _sort_sections(time: IntArray, value: FloatArray) -> _Sections:
    known = np.flatnonzero(np.isfinite(value))
    order = known[np.lexsort((value[known], time[known]))]
    sorted_time = time[order]
    opens = np.ones(order.size, dtype=np.bool_)
    opens[1:] = sorted_time[1:] != sorted_time[:-1]
    first = np.flatnonzero(opens)
    size = np.diff(np.append(first, order.size))
    return _Sections(order, value[order], first, size, np.cumsum(opens) - 1)


def _end_of_ties(sections: _Sections) -> IntArray:
    """Place after the last one of the same time and value."""
    value, section = sections.value, sections.section
    closes = np.ones(value.size, dtype=np.bool_)
    closes[:-1] = (value[1:] != value[:-1]) | (section[1:] != section[:-1])
    ends = np.flatnonzero(closes) + 1
    return np.repeat(ends, np.diff(ends, prepend=0))


def _sum_sections(sections: _Sections, amount: FloatArray) -> FloatArray:
    """Sum of each section, in ascending order of its values, one plain addition after another."""
    by_size = np.argsort(-sections.size, kind="stable")
    first, size = sections.first[by_size], -sections.size[by_size]
    total = np.zeros(first.size)
    for offset in range(int(sections.size.max(initial=0))):
        reach = int(np.searchsorted(size, -offset, side="left"))
        total[:reach] += amount[first[:reach] + offset]
    restored = np.empty_like(total)
    restored[by_size] = total
    return restored


def _restore(sections: _Sections, result: FloatArray, rows: int) -> FloatArray:
    restored = np.full(rows, np.nan)
    restored[sections.order] = np.where(np.isfinite(result), result + 0.0, np.nan)
    return restored
