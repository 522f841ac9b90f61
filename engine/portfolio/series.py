"""Statistics of daily figures, for plain Python and for machine code alike.

A series is an array with a number a day; NaN, and what is not finite, is unknown and left out. Sums run
from the first day to the last in plain float64 additions, and numbers are taken out of an array as
`float` before they are computed with, so that compiled and plain code give the same bytes, and an
overflow gives infinity without a warning. Whatever is not finite in the end is unknown: NaN.
"""

from __future__ import annotations

import math

import numpy as np

from engine.market.sequence import FloatArray

MIN_DAYS = 20
"""Below so many known days nothing is said."""

DAYS_A_YEAR = 365
"""Markets that never close; a year of 252 days would overstate every ratio by a fifth."""


def keep_known(values: FloatArray) -> FloatArray:
    """The known figures, in their order."""
    known = np.empty(values.size, dtype=np.float64)
    count = 0
    for day in range(values.size):
        value = float(values[day])
        if math.isfinite(value):
            known[count] = value + 0.0  # no negative zero: sorting does not tell the two apart
            count += 1
    return known[:count]


def describe_days(values: FloatArray) -> tuple[int, float, float]:
    """Count, mean, and sample standard deviation (n - 1) of the known figures, in two passes.

    The deviation is unknown below two figures, the mean below one.
    """
    known = keep_known(values)
    days = known.size
    if days == 0:
        return 0, math.nan, math.nan
    first, total = float(known[0]), 0.0
    for day in range(days):
        total += float(known[day]) - first
    shift = total / days
    squares = 0.0
    for day in range(days):
        distance = (float(known[day]) - first) - shift
        squares += distance * distance
    mean = first + shift
    spread = math.sqrt(squares / (days - 1)) if days > 1 and math.isfinite(squares) else math.nan
    return days, mean if math.isfinite(mean) else math.nan, spread


def annualise_volatility(returns: FloatArray) -> float:
    """Sample standard deviation of daily returns, times the root of 365; needs 20 known days."""
    days, _, spread = describe_days(returns)
    volatility = spread * math.sqrt(DAYS_A_YEAR)
    return volatility if days >= MIN_DAYS and math.isfinite(volatility) else math.nan


def correlate(left: FloatArray, right: FloatArray) -> float:
    """Pearson's correlation over the days on which both are known.

    Unknown below 20 such days, and where one of the two does not vary on them.

    Args:
        left: Daily figures.
        right: Others of the same days; what one has more than the other is left out.
    """
    days, left_squares, right_squares, products = compare_days(left, right)
    length = math.sqrt(left_squares) * math.sqrt(right_squares)
    if days < MIN_DAYS or not (0.0 < length < math.inf):
        return math.nan
    correlation = products / length
    if not math.isfinite(correlation):
        return math.nan
    # Rounding may lead a hair beyond one.
    return min(max(correlation, -1.0), 1.0)


def find_beta(returns: FloatArray, market: FloatArray) -> float:
    """Covariance with the market's returns on their variance, over the days on which both are known.

    Unknown below 20 such days, and where the market does not move on them.

    Args:
        returns: Daily returns of what is judged.
        market: Those of the market, of the same days.
    """
    days, _, squares, products = compare_days(returns, market)
    if days < MIN_DAYS or not (0.0 < squares < math.inf):
        return math.nan
    beta = products / squares
    return beta if math.isfinite(beta) else math.nan


def compare_days(left: FloatArray, right: FloatArray) -> tuple[int, float, float, float]:
    """Days on which both are known, and the sums of squares and of products of distances from the means.

    Distances are taken from the first such day before they are averaged, so that a series that does
    not vary has squares of exactly zero.

    Returns:
        Days, squares of the left, squares of the right, products; sums may be infinite or NaN.
    """
    days, first_left, first_right, total_left, total_right = 0, 0.0, 0.0, 0.0, 0.0
    for day in range(min(left.size, right.size)):
        one, other = float(left[day]), float(right[day])
        if math.isfinite(one) and math.isfinite(other):
            if days == 0:
                first_left, first_right = one, other
            days += 1
            total_left += one - first_left
            total_right += other - first_right
    if days == 0:
        return 0, 0.0, 0.0, 0.0
    shift_left, shift_right = total_left / days, total_right / days
    squares_left, squares_right, products = 0.0, 0.0, 0.0
    for day in range(min(left.size, right.size)):
        one, other = float(left[day]), float(right[day])
        if math.isfinite(one) and math.isfinite(other):
            distance_left = (one - first_left) - shift_left
            distance_right = (other - first_right) - shift_right
            squares_left += distance_left * distance_left
            squares_right += distance_right * distance_right
            products += distance_left * distance_right
    return days, squares_left, squares_right, products
