"""Whole lots: the one rounding of quantities, for live, paper and replay."""

from __future__ import annotations

import math

CENT = 0.01
"""The smallest change of money that is moved."""

_NEAR, _FAR = 1e-9, 1e-4
_MOST_PLACES = 12


def find_leeway(ratio: float) -> float:
    """By how many steps so many may miss a whole number by rounding of floats; never a part that counts."""
    return min(_NEAR * max(1.0, ratio), _FAR)


def floor_lots(amount: float, step: float) -> int:
    """How many steps fit into an amount; an amount that misses one by rounding of floats has it.

    Args:
        amount: Quantity, zero or above.
        step: The smallest change, above zero.
    """
    ratio = amount / step
    nearest = math.floor(ratio + 0.5)
    if abs(ratio - nearest) <= find_leeway(nearest):
        return int(nearest)
    return math.floor(ratio)


def ceil_lots(amount: float, step: float) -> int:
    """The fewest steps that hold an amount; arguments as in `floor_lots`."""
    lots = floor_lots(amount, step)
    ratio = amount / step
    return lots if ratio - lots <= find_leeway(ratio) else lots + 1


def round_lots(amount: float, step: float) -> int:
    """The steps nearest to an amount, halves up; arguments as in `floor_lots`."""
    return floor_lots(amount + step / 2, step)


def find_common_step(amount: float, step: float) -> float:
    """The largest step of which an amount and a step are both whole numbers.

    Both are decimals of at most twelve places; of an amount that is none, the amount itself.

    Args:
        amount: Quantity, above zero.
        step: The smallest change, above zero.
    """
    for places in range(_MOST_PLACES + 1):
        scale = 10.0**places
        larger, smaller = round_whole(amount * scale), round_whole(step * scale)
        if larger > 0.0 and smaller > 0.0:
            while smaller > 0.0:
                larger, smaller = smaller, larger % smaller
            return larger / scale
    return amount


def round_whole(number: float) -> float:
    """The whole number that a number is but for rounding of floats; 0 where it is none."""
    nearest = math.floor(number + 0.5)
    return float(nearest) if abs(number - nearest) <= find_leeway(nearest) else 0.0
