"""Distances: how far a number is from the nearest one that passes.

A comparison holds within a relative tolerance of 1e-12, and so the cut points of a column lie beside the
bounds that people wrote. Distances are measured to the bounds as written; a number that compares as equal to
a bound has the distance 0 from it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.language.functions.scalars import LARGEST, TOLERANCE

Bits = NDArray[np.bool_]
Floats = NDArray[np.float64]

_ROUNDED = TOLERANCE * 1.001  # a widened bound is itself rounded to float64
_LEAST = 1e-300  # a cut nearer to zero stands beside a bound of zero


def measure_to_regions(
    cuts: Sequence[float], passing: Bits, numbers: Floats, places: NDArray[np.intp]
) -> Floats:
    """How far each number is from the nearest region that passes, for several cells.

    Args:
        cuts: Where regions meet, ascending: region i holds the numbers from cut i - 1 to below cut i.
        passing: Regions × cells.
        numbers: The numbers; NaN is unknown.
        places: The region of each number; one past the last for unknown.

    Returns:
        Rows × cells, below zero where a number is too large; NaN for an unknown number and where no region
        passes. Within a region that passes the result has no meaning.
    """
    written = [write_bound(cut) for cut in cuts]
    starts, ends = np.array([-math.inf, *written]), np.array([*written, math.inf])
    above = np.where(passing, starts[:, np.newaxis], math.inf)
    above = np.minimum.accumulate(above[::-1], axis=0)[::-1]
    below = np.maximum.accumulate(np.where(passing, ends[:, np.newaxis], -math.inf), axis=0)
    above[np.isinf(above)], below[np.isinf(below)] = np.nan, np.nan
    region = np.minimum(places, len(cuts))
    value = numbers[:, np.newaxis]
    up, down = above.take(region, axis=0), below.take(region, axis=0)
    short, over = _measure_up(value, up), _measure_up(-value, -down)
    return np.where(over < np.where(np.isnan(short), math.inf, short), -over, short)


def measure_gaps(numbers: Floats, low: Floats | None, high: Floats | None, *, closed: bool) -> Floats:
    """How far each number is from between two bounds of its own row.

    Args:
        numbers: The numbers; NaN is unknown.
        low: The lower bound in each row; None has none.
        high: The upper bound in each row.
        closed: Whether both belong to what passes, so that something does where they are equal.

    Returns:
        One distance a row, below zero where a number is too large; NaN where a number or a bound is unknown,
        and where nothing is between the bounds.
    """
    gaps = np.zeros(numbers.size)
    if low is not None:
        gaps = np.maximum(gaps, _measure_up(numbers, low))
    if high is not None:
        over = np.maximum(_measure_up(-numbers, -high), 0.0)
        gaps = np.where(over <= gaps, gaps, -over)
    if low is not None and high is not None:
        gaps[low > high if closed else low >= high] = np.nan
    return gaps


def write_bound(cut: float) -> float:
    """The bound as written behind a cut point: the number with few digits that compares as equal to it."""
    if abs(cut) < _LEAST:
        return 0.0
    short = float(f"{cut:.11g}")
    return short if abs(short - cut) <= _ROUNDED * abs(cut) else cut


def _measure_up(numbers: Floats, bounds: Floats) -> Floats:
    """How far bounds lie above numbers, 0 for what is beyond or equal; NaN where either is NaN."""
    with np.errstate(over="ignore"):
        gaps = np.minimum(bounds - numbers, LARGEST)
    gaps[gaps <= _ROUNDED * np.abs(bounds)] = 0.0
    return gaps
