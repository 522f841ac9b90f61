"""Order: which things moved between two lists."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, TypeVar

_Item = TypeVar("_Item", bound=Any)


def find_moved(old: Sequence[_Item], new: Sequence[_Item]) -> set[_Item]:
    """The fewest items that have to move for one order to become the other.

    The others are a longest common subsequence, found as a longest increasing run of places. There may be
    several; which one is taken does not depend on which order is the old one.

    Args:
        old: Items, each once, that can be sorted.
        new: The same items in another order.
    """
    one, other = sorted((list(old), list(new)))
    place = {item: number for number, item in enumerate(other)}
    ends: list[int] = []  # the smallest last place of a run of each length
    runs: list[_Item] = []  # the item at that place
    before: dict[_Item, _Item] = {}
    for item in one:
        length = bisect_left(ends, place[item])
        ends[length : length + 1], runs[length : length + 1] = [place[item]], [item]
        if length:
            before[item] = runs[length - 1]
    staying = runs[-1:]
    while staying and staying[-1] in before:
        staying.append(before[staying[-1]])
    return set(one) - set(staying)
