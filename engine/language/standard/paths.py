"""Parts of values: members by name, items of lists by position or condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.language import syntax
from engine.language.standard import days
from engine.language.standard.faults import NoValueError
from engine.language.standard.run import Handler, Run, Scope
from engine.language.standard.temporal import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Date,
    DateTime,
    DayTimeDuration,
    Time,
    YearMonthDuration,
)
from engine.language.standard.values import Range, name_kind

Part = Callable[[Any], object]


def read_member(node: syntax.Member, scope: Scope, run: Run) -> object:
    """A part of a value by name; of a list, the parts of all its items."""
    value = run.evaluate(node.value, scope)
    if isinstance(value, list):
        run.walk(value)
        return [_find_member(item, node.name, missing_is_null=True) for item in value]
    return _find_member(value, node.name, missing_is_null=False)


def _find_member(value: object, name: str, *, missing_is_null: bool) -> object:
    if isinstance(value, dict) and name in value:
        return value[name]
    part = _PARTS.get(type(value), {}).get(name)
    if part is not None:
        return part(value)
    if missing_is_null:
        return None
    names = list(value) if isinstance(value, dict) else list(_PARTS.get(type(value), {}))
    hint = f"it has {', '.join(map(str, names[:12]))}" if names else "it has no parts"
    raise NoValueError("member.unknown", f'a {name_kind(value)} has no "{name}"', hint)


def filter_items(node: syntax.Filter, scope: Scope, run: Run) -> object:
    """The item at a position, or all items that pass a condition; a single value is a list of itself."""
    value = run.evaluate(node.value, scope)
    items = value if isinstance(value, list) else [value]
    if value is None:
        raise NoValueError("filter.null", "null has no items")
    run.spend(2 * len(items))
    if not items:
        return _pick_from_nothing(node.condition)
    probe = run.evaluate(node.condition, _see_item(items[0], scope))
    if isinstance(probe, Decimal):
        return pick_item(items, probe)
    answers = [probe, *(run.evaluate(node.condition, _see_item(item, scope)) for item in items[1:])]
    return [item for item, answer in zip(items, answers, strict=False) if answer is True]


def _pick_from_nothing(condition: syntax.Node) -> list[object]:
    """The items of an empty list: none passes a condition, and there is none at any position."""
    if isinstance(condition, syntax.Number | syntax.Negation):
        raise NoValueError("list.position", "an empty list has no item at any position")
    return []


def pick_item(items: list[Any], position: Decimal) -> object:
    """The item at a position, counted from 1, or from -1 at the end.

    Raises:
        NoValueError: The list has no such position.
    """
    return items[find_position(items, position)]


def find_position(items: list[Any], position: Decimal) -> int:
    """A position of a list as Python counts it; a fraction is cut off."""
    size = len(items)
    index = int(position) if position.adjusted() < 18 else size + 1
    if index == 0 or abs(index) > size:
        raise NoValueError(
            "list.position", f"there is no item {index} in a list of {size}", "items count from 1"
        )
    return index - 1 if index > 0 else size + index


def _see_item(item: object, scope: Scope) -> Scope:
    """What a condition sees: the item as `item`, and its entries where it is a context."""
    inner = Scope({"item": item}, scope)
    return Scope(item, inner) if isinstance(item, dict) else inner


def _count(number: int) -> Decimal:
    return Decimal(number)


def _read_seconds(time: Time) -> Decimal:
    return Decimal(time.nanoseconds % MINUTE // SECOND)


def _read_offset(seconds: int | None) -> object:
    return None if seconds is None else DayTimeDuration(seconds * SECOND)


def _read_region(time: Time) -> object:
    return None if time.zone is None else time.zone.region


def _remain(duration: DayTimeDuration, whole: int, unit: int) -> Decimal:
    """How many units are left of a duration beyond the next larger unit, with the duration's sign."""
    count = abs(duration.nanoseconds) % whole // unit if whole else abs(duration.nanoseconds) // unit
    return Decimal(-count if duration.nanoseconds < 0 else count)


def _split_months(duration: YearMonthDuration) -> tuple[Decimal, Decimal]:
    years, months = divmod(abs(duration.months), 12)
    sign = -1 if duration.months < 0 else 1
    return Decimal(sign * years), Decimal(sign * months)


_OF_DATE: dict[str, Part] = {
    "year": lambda date: _count(date.year),
    "month": lambda date: _count(date.month),
    "day": lambda date: _count(date.day),
    "weekday": lambda date: _count(days.find_weekday(date.number)),
}
_OF_TIME: dict[str, Part] = {
    "hour": lambda time: _count(time.hour),
    "minute": lambda time: _count(time.minute),
    "second": _read_seconds,
    "time offset": lambda time: _read_offset(
        None if time.zone is None else (time.nanoseconds - time.since_midnight_utc) // SECOND
    ),
    "timezone": _read_region,
}


def _of_date(name: str) -> Part:
    return lambda moment: _OF_DATE[name](moment.date)


def _of_time(name: str) -> Part:
    return lambda moment: _OF_TIME[name](moment.time)


_PARTS: Mapping[type, Mapping[str, Part]] = {
    Date: _OF_DATE,
    Time: _OF_TIME,
    DateTime: {
        **{name: _of_date(name) for name in _OF_DATE},
        **{name: _of_time(name) for name in _OF_TIME},
        "time offset": lambda moment: _read_offset(moment.offset_s),
    },
    DayTimeDuration: {
        "days": lambda duration: _remain(duration, 0, DAY),
        "hours": lambda duration: _remain(duration, DAY, HOUR),
        "minutes": lambda duration: _remain(duration, HOUR, MINUTE),
        "seconds": lambda duration: _remain(duration, MINUTE, SECOND),
    },
    YearMonthDuration: {
        "years": lambda duration: _split_months(duration)[0],
        "months": lambda duration: _split_months(duration)[1],
    },
    Range: {
        "start": lambda interval: interval.low,
        "end": lambda interval: interval.high,
        "start included": lambda interval: interval.low_closed,
        "end included": lambda interval: interval.high_closed,
    },
}
"""Parts of values that are no contexts (DMN 1.5, tables 58 to 60)."""

HANDLERS: Mapping[type, Handler] = {syntax.Member: read_member, syntax.Filter: filter_items}
"""How each node of this file is evaluated."""
