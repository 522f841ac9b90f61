"""Arithmetic on single floats: shared by the scalar evaluator and the program's interpreter.

Plain functions of floats, so that a compiler can take them as they are. NaN is unknown, and so is every
result that is not finite.
"""

from __future__ import annotations

import math

TOLERANCE = 1e-12
"""Two numbers this close to each other, relative to the second, compare as equal."""

LARGEST_SLACK = 0.01
"""The tolerance of rounding is at most this part of the last decimal, so that large numbers round too."""

LARGEST = 1.7976931348623157e308
"""The largest float64."""


def lower_bound(x: float) -> float:
    """The least number that still compares as equal to x."""
    return max(x - abs(x) * TOLERANCE, -LARGEST)


def upper_bound(x: float) -> float:
    """The largest number that still compares as equal to x."""
    return min(x + abs(x) * TOLERANCE, LARGEST)


def divide(a: float, b: float) -> float:
    """Quotient a / b, NaN if b is 0."""
    return a / b if b != 0.0 else math.nan


def power(a: float, b: float) -> float:
    """The power a ** b, NaN where it is not a finite real number."""
    try:
        return math.pow(a, b)
    except (OverflowError, ValueError):
        return math.nan


def modulo(a: float, b: float) -> float:
    """The remainder with the sign of b: a - b * floor(a / b)."""
    quotient = divide(a, b)
    return a - b * math.floor(quotient) if math.isfinite(quotient) else math.nan


def square_root(x: float) -> float:
    """The square root, NaN below 0."""
    return math.sqrt(x) if x >= 0.0 else math.nan


def exponential(x: float) -> float:
    """The power e ** x, NaN where that is too large."""
    return math.exp(x) if x <= 709.782712893384 else math.nan


def logarithm(x: float) -> float:
    """The natural logarithm, NaN at 0 and below."""
    return math.log(x) if x > 0.0 else math.nan


def floor(x: float, scale: float) -> float:
    """The largest multiple of 10**-scale not above x, within the tolerance of comparisons."""
    return _unscale(_whole_below(_raise(_scale(x, scale))), scale)


def ceiling(x: float, scale: float) -> float:
    """The least multiple of 10**-scale not below x, within the tolerance of comparisons."""
    return _unscale(_whole_above(_reduce(_scale(x, scale))), scale)


def round_down(x: float, scale: float) -> float:
    """Rounded towards 0."""
    return _sign(x) * floor(abs(x), scale)


def round_up(x: float, scale: float) -> float:
    """Rounded away from 0."""
    return _sign(x) * ceiling(abs(x), scale)


def round_half_up(x: float, scale: float) -> float:
    """Rounded to the nearest, a half away from 0."""
    return _sign(x) * _unscale(_nearest_above(_scale(abs(x), scale)), scale)


def round_half_down(x: float, scale: float) -> float:
    """Rounded to the nearest, a half towards 0."""
    return _sign(x) * _unscale(_nearest_below(_scale(abs(x), scale)), scale)


def round_half_even(x: float, scale: float) -> float:
    """Rounded to the nearest, a half to the even neighbour."""
    scaled = _scale(abs(x), scale)
    up, down = _nearest_above(scaled), _nearest_below(scaled)
    return _sign(x) * _unscale(down if up % 2.0 == 1.0 else up, scale)


def _nearest_above(x: float) -> float:
    """The nearest whole number, the upper one of two; x + 0.5 would itself be rounded where x is large."""
    raised = _raise(x)
    below = _whole_below(raised)
    return below + 1.0 if raised - below >= 0.5 else below


def _nearest_below(x: float) -> float:
    reduced = _reduce(x)
    above = _whole_above(reduced)
    return above - 1.0 if above - reduced >= 0.5 else above


def _raise(x: float) -> float:
    """`x` moved up by the tolerance of rounding."""
    return x + min(abs(x) * TOLERANCE, LARGEST_SLACK)


def _reduce(x: float) -> float:
    return x - min(abs(x) * TOLERANCE, LARGEST_SLACK)


def _whole_below(x: float) -> float:
    return float(math.floor(x)) if math.isfinite(x) else math.nan


def _whole_above(x: float) -> float:
    return float(math.ceil(x)) if math.isfinite(x) else math.nan


def _sign(x: float) -> float:
    return -1.0 if x < 0.0 else 1.0


def _scale(x: float, scale: float) -> float:
    factor: float = 10.0 ** abs(scale)
    return x * factor if scale >= 0.0 else x / factor


def _unscale(x: float, scale: float) -> float:
    factor: float = 10.0 ** abs(scale)
    return x / factor if scale >= 0.0 else x * factor
