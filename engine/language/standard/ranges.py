"""Ranges: building them, and whether a value lies inside."""

from __future__ import annotations

from engine.language.standard.comparison import compare, has_order
from engine.language.standard.faults import NoValueError
from engine.language.standard.values import Range, name_kind


def build_range(low: object, high: object, low_closed: bool, high_closed: bool) -> Range:
    """The range between two values; with an end that is null nothing is known to lie inside.

    Raises:
        NoValueError: The ends have no order, or stand the wrong way round.
    """
    for end in (low, high):
        if end is not None and not has_order(end):
            raise NoValueError("range.kind", f"a range cannot end at a {name_kind(end)}")
    if low is not None and high is not None:
        ordered = compare("<=", low, high)
        if ordered is None:
            raise NoValueError(
                "range.kind", f"a range cannot reach from a {name_kind(low)} to a {name_kind(high)}"
            )
        if not ordered:
            raise NoValueError("range.order", "the range ends before it begins", "write the lower end first")
    return Range(low, high, low_closed, high_closed)


def build_test(sign: str, operand: object) -> Range:
    """The range that a comparison in parentheses stands for: `(> 5)` is everything above 5."""
    if sign in {"=", "!="}:
        return Range(operand, operand, low_closed=True, high_closed=True, sign=sign)
    if not has_order(operand):
        raise NoValueError("range.kind", f"a range cannot end at a {name_kind(operand)}")
    if sign in {"<", "<="}:
        return Range(None, operand, low_closed=False, high_closed=sign == "<=", sign=sign)
    return Range(operand, None, low_closed=sign == ">=", high_closed=False, sign=sign)


def holds(interval: Range, value: object) -> bool | None:
    """Whether the value lies in the range; None if it cannot be compared with the ends."""
    if interval.sign:
        return compare(interval.sign, value, interval.high if interval.low is None else interval.low)
    above = compare(">=" if interval.low_closed else ">", value, interval.low)
    below = compare("<=" if interval.high_closed else "<", value, interval.high)
    return False if False in {above, below} else None if None in {above, below} else True
