"""Equality and order of values (DMN 1.5, tables 51 and 52).

All answers are three-valued: True, False, or None where two values cannot be compared.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.language.standard.temporal import SECOND, Date, DateTime, DayTimeDuration, Time, YearMonthDuration
from engine.language.standard.values import Function, Range
from engine.language.standard.zones import Zone

_ORDERED: dict[type, Callable[[Any], Any]] = {
    Decimal: lambda number: number,
    str: lambda text: text,
    Date: lambda date: (date.year, date.month, date.day),
    Time: lambda time: time.since_midnight_utc,
    DateTime: lambda moment: moment.instant,
    DayTimeDuration: lambda duration: duration.nanoseconds,
    YearMonthDuration: lambda duration: duration.months,
}

_ZERO_DURATIONS = (DayTimeDuration(0), YearMonthDuration(0))


def equals(left: object, right: object) -> bool | None:
    """Whether two values are equal; null equals null only, values of different kinds do not compare."""
    if left is None or right is None:
        return left is right
    if type(left) in _ORDERED:
        return _equal_scalars(left, right)
    if isinstance(left, bool) and isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return _equal_all(left, right) if len(left) == len(right) else False
    if isinstance(left, dict) and isinstance(right, dict):
        return (
            _equal_all(list(left.values()), [right[key] for key in left])
            if left.keys() == right.keys()
            else False
        )
    if isinstance(left, Range) and isinstance(right, Range):
        return _equal_ranges(left, right)
    return left is right if isinstance(left, Function) and isinstance(right, Function) else None


def _equal_scalars(left: object, right: object) -> bool | None:
    if type(left) is not type(right):
        return True if left in _ZERO_DURATIONS and right in _ZERO_DURATIONS else None
    key = _ORDERED[type(left)]
    if isinstance(left, Time | DateTime) and isinstance(right, Time | DateTime):
        # Equality of times looks at whole seconds only.
        zoned = (left.zone is None) == (right.zone is None)
        return zoned and bool(key(left) // SECOND == key(right) // SECOND)
    return bool(key(left) == key(right))


def _equal_all(left: list[Any], right: list[Any]) -> bool | None:
    """Whether all pairs are equal: false as soon as one is not, null if one does not compare."""
    answers = [equals(a, b) for a, b in zip(left, right, strict=True)]
    return False if False in answers else None if None in answers else True


def _equal_ranges(left: Range, right: Range) -> bool | None:
    form_left = (left.low_closed, left.high_closed, left.sign)
    form_right = (right.low_closed, right.high_closed, right.sign)
    return _equal_all([left.low, left.high], [right.low, right.high]) if form_left == form_right else False


def precedes(left: object, right: object) -> bool | None:
    """Whether `left` is less than `right`; None if they are not of one kind with an order."""
    key = _ORDERED.get(type(left))
    if key is None or type(left) is not type(right):
        return None
    if isinstance(left, Time | DateTime) and (left.zone is None) != (_read_zone(right) is None):
        return None
    return bool(key(left) < key(right))


def _read_zone(value: object) -> Zone | None:
    return value.zone if isinstance(value, Time | DateTime) else None


def compare(sign: str, left: object, right: object) -> bool | None:
    """The answer of `left sign right` for one of `=`, `!=`, `<`, `<=`, `>` and `>=`."""
    if sign in {"=", "!="}:
        same = equals(left, right)
        return same if sign == "=" or same is None else not same
    if sign in {"<", ">="}:
        less = precedes(left, right)
        return less if sign == "<" or less is None else not less
    more = precedes(right, left)
    return more if sign == ">" or more is None else not more


def has_order(value: object) -> bool:
    """Whether values of this kind can be less or greater than each other."""
    return type(value) in _ORDERED


def find_first(items: list[object], value: object) -> int | None:
    """Position of the first item equal to `value`, counted from 0."""
    return next((index for index, item in enumerate(items) if equals(item, value)), None)
