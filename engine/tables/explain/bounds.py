"""Bounds of a cell that compares the column's value with other values of the row."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from engine.language.core import Apply, Constant, Core
from engine.language.functions import arithmetic, logic
from engine.language.types import Kind
from engine.tables.explain.distance import write_bound

_FROM_BELOW = (logic.AT_LEAST, logic.MORE)
_FROM_ABOVE = (logic.AT_MOST, logic.LESS)
_CLOSED = (logic.AT_LEAST, logic.AT_MOST)
_WIDENING = (arithmetic.LOWER_BOUND, arithmetic.UPPER_BOUND)


class Bounds(NamedTuple):
    """Between what a value must lie, each in the unit of the value.

    Attributes:
        low: What it must not be below; None has no bound.
        high: What it must not be above.
        closed: Whether every bound belongs to what passes.
    """

    low: Core | None
    high: Core | None
    closed: bool


def find_bounds(test: Core, subject: Core) -> Bounds | None:
    """The bounds that a test sets to its subject; None if it asks anything else.

    Args:
        test: One comparison with any value, or a range of two; bound.
        subject: What it tests.
    """
    if not isinstance(test, Apply) or subject.type.kind is not Kind.NUMBER:
        return None
    if test.function is logic.AND:
        return _join(*(find_bounds(argument, subject) for argument in test.arguments))
    if test.function not in (*_FROM_BELOW, *_FROM_ABOVE) or test.arguments[0] != subject:
        return None
    bound = _read_as_written(test.arguments[1])
    closed = test.function in _CLOSED
    return Bounds(bound, None, closed) if test.function in _FROM_BELOW else Bounds(None, bound, closed)


def _join(first: Bounds | None, second: Bounds | None) -> Bounds | None:
    """A range from a bound on each side."""
    if first is None or second is None:
        return None
    lows = [each.low for each in (first, second) if each.low is not None]
    highs = [each.high for each in (first, second) if each.high is not None]
    if len(lows) != 1 or len(highs) != 1:
        return None
    return Bounds(lows[0], highs[0], first.closed and second.closed)


def _read_as_written(bound: Core) -> Core:
    """The bound without the tolerance of comparisons."""
    if isinstance(bound, Apply) and bound.function in _WIDENING:
        return bound.arguments[0]
    if isinstance(bound, Constant) and isinstance(bound.value, float):
        return replace(bound, value=write_bound(bound.value))
    return bound
