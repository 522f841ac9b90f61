"""The nearest rule: which rule a row misses by the least."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.language.functions.scalars import TOLERANCE
from engine.tables.explain.outcome import Outcome

Floats = NDArray[np.float64]


def measure_spread(numbers: Floats) -> float:
    """How far the numbers of a column usually lie apart: their interquartile range.

    Where the quartiles compare as equal, as in a single row, it is the median of the absolute values, so that
    a distance is taken relative to the size of the value; and 1 if that is 0 too, or nothing is known.

    Args:
        numbers: The column; NaN is unknown. Quartiles are interpolated linearly.
    """
    known = numbers[np.isfinite(numbers)]
    if known.size == 0:
        return 1.0
    with np.errstate(over="ignore"):
        low, high = np.quantile(known, (0.25, 0.75))
        spread, size = float(high - low), float(np.median(np.abs(known)))
    return spread if spread > TOLERANCE * size else size or 1.0


def find_nearest(outcomes: NDArray[np.int8], distances: Floats, spreads: Floats) -> NDArray[np.intp]:
    """The place of the nearest rule in each row; -1 without rules.

    It has the fewest failed cells; then the least of their largest distance relative to the column's spread,
    where what is not defined is infinite; then the least of those that are defined; then the fewest unknown
    cells; then it is the first.

    Args:
        outcomes: Rows × rules × columns, numbers of `Outcome`.
        distances: The same shape, in the units of the columns.
        spreads: The spread of each column.
    """
    rows, rules, _ = outcomes.shape
    if rules == 0:
        return np.full(rows, -1, dtype=np.intp)
    failed = (outcomes == Outcome.FAILED).sum(axis=2)
    unknown = (outcomes == Outcome.UNKNOWN).sum(axis=2)
    furthest, measured = np.zeros((rows, rules)), np.zeros((rows, rules))
    for place, spread in enumerate(spreads):
        with np.errstate(over="ignore"):
            relative = distances[:, :, place] / spread
        relative[outcomes[:, :, place] != Outcome.FAILED] = 0.0
        np.fmax(measured, relative, out=measured)
        relative[np.isnan(relative)] = np.inf
        np.maximum(furthest, relative, out=furthest)
    nearest = np.ones((rows, rules), dtype=np.bool_)
    for measure in (failed, furthest, measured, unknown):
        least = np.where(nearest, measure, np.inf).min(axis=1, keepdims=True)
        nearest &= measure == least
    places: NDArray[np.intp] = nearest.argmax(axis=1)
    return places
