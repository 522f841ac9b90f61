"""Whole lots: the one rounding of quantities, for live, paper and replay."""

from __future__ import annotations

import math

CENT = 0.01
"""The smallest change of money that is moved."""

_NEAR, _FAR = 1e-9, 1e-4


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
