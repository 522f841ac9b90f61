"""Functions that make one value of many. All take a list, or its items one by one."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import reduce
from typing import Any

from engine.language.standard.comparison import precedes
from engine.language.standard.decimals import CONTEXT, divide, settle
from engine.language.standard.declaration import declare
from engine.language.standard.faults import NoValueError
from engine.language.standard.values import name_kind

Aggregate = Callable[[list[Any]], object]


def _declare_both(name: str, item: str, meaning: str) -> Callable[[Aggregate], Aggregate]:
    """Declare an aggregate over a list, and over items given one by one."""

    def register(function: Aggregate) -> Aggregate:
        declare(f"{name}(list: list)", meaning)(function)
        declare(f"{name}({item}...)", meaning, steps=8)(function)
        return function

    return register


def _require_numbers(items: list[Any]) -> list[Decimal]:
    for item in items:
        if not isinstance(item, Decimal):
            raise NoValueError("argument.kind", f"a {name_kind(item)} is no number")
    return items


def _require_some(items: list[Any]) -> list[Decimal]:
    if not items:
        raise NoValueError("list.empty", "an empty list has no such value")
    return _require_numbers(items)


def _add(numbers: list[Decimal]) -> Decimal:
    return settle(reduce(CONTEXT.add, numbers))


def _find_least(items: list[Any], *, greatest: bool) -> object:
    """The least or greatest item; all must be of one kind that has an order."""
    if not items:
        raise NoValueError("list.empty", "an empty list has no such value")
    best = items[0]
    for item in items:
        less = precedes(best, item) if greatest else precedes(item, best)
        if less is None:
            raise NoValueError("argument.kind", f"a {name_kind(best)} and a {name_kind(item)} have no order")
        best = item if less else best
    return best


@declare("count(list: list)", "How many items a list has.")
def count_items(items: list[Any]) -> Decimal:
    """See the declaration."""
    return Decimal(len(items))


@_declare_both("min", "c: any", "The least item.")
def find_least(items: list[Any]) -> object:
    """See the declaration."""
    return _find_least(items, greatest=False)


@_declare_both("max", "c: any", "The greatest item.")
def find_greatest(items: list[Any]) -> object:
    """See the declaration."""
    return _find_least(items, greatest=True)


@_declare_both("sum", "n: number", "The sum of the numbers.")
def add_numbers(items: list[Any]) -> Decimal:
    """See the declaration."""
    return _add(_require_some(items))


@_declare_both("mean", "n: number", "The arithmetic mean of the numbers.")
def find_mean(items: list[Any]) -> Decimal:
    """See the declaration."""
    return divide(_add(_require_some(items)), Decimal(len(items)))


@_declare_both("product", "n: number", "The product of the numbers.")
def multiply_numbers(items: list[Any]) -> Decimal:
    """See the declaration."""
    return settle(reduce(CONTEXT.multiply, _require_some(items)))


@_declare_both("median", "n: number", "The middle number, or the mean of the two in the middle.")
def find_median(items: list[Any]) -> Decimal:
    """See the declaration."""
    ranked = sorted(_require_some(items))
    middle, odd = divmod(len(ranked), 2)
    return ranked[middle] if odd else divide(_add(ranked[middle - 1 : middle + 1]), Decimal(2))


@_declare_both("stddev", "n: number", "The standard deviation of the numbers as a sample (divided by n - 1).")
def find_deviation(items: list[Any]) -> Decimal:
    """See the declaration."""
    if len(_require_some(items)) < 2:
        raise NoValueError("list.short", "a standard deviation needs two numbers")
    mean: Decimal = divide(_add(items), Decimal(len(items)))
    squares = [CONTEXT.multiply(gap, gap) for gap in (CONTEXT.subtract(number, mean) for number in items)]
    return settle(CONTEXT.sqrt(divide(_add(squares), Decimal(len(items) - 1))))


@_declare_both("mode", "n: number", "The numbers that occur most often, in ascending order.")
def find_modes(items: list[Any]) -> list[Decimal]:
    """See the declaration."""
    counts: dict[Decimal, int] = {}
    for number in _require_numbers(items):
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, count in counts.items() if count == most)
