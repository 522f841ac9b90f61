"""Values of the standard, and how Python's become such.

| kind | in Python |
| --- | --- |
| null | `None` |
| number | `decimal.Decimal` |
| string, boolean | `str`, `bool` |
| list, context | `list`, `dict` with text keys |
| range | `Range` |
| function | `Closure`, or the declaration of a standard function |
| date, time, date and time, durations | the types of `temporal` |
"""

from __future__ import annotations

import datetime as dt
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.language.standard.decimals import settle
from engine.language.standard.faults import NoValueError
from engine.language.standard.temporal import (
    SECOND,
    Date,
    DateTime,
    DayTimeDuration,
    Time,
    YearMonthDuration,
)
from engine.language.standard.zones import Zone, find_zone

_MICROSECOND = SECOND // 1_000_000


@dataclass(frozen=True, slots=True)
class Range:
    """An interval of values, written with both ends or as a test.

    Attributes:
        low: The lower end.
        high: The upper end.
        low_closed: Whether the lower end belongs to it.
        high_closed: Whether the upper end belongs to it.
        sign: The comparison where it is written as a test, `<` in `(< 10)`; the end that this leaves
            open is None. Empty where both ends are written.
    """

    low: object
    high: object
    low_closed: bool
    high_closed: bool
    sign: str = ""


class Function(ABC):
    """A value that can be called."""

    __slots__ = ()

    @property
    @abstractmethod
    def title(self) -> str:
        """How it reads: its name, or `function(a, b)`."""

    @property
    @abstractmethod
    def parameter_names(self) -> tuple[str, ...]:
        """Names of its parameters, in order."""


KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    list: "list",
    dict: "context",
    Range: "range",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    DayTimeDuration: "days and time duration",
    YearMonthDuration: "years and months duration",
}
"""Name of each kind of value, by its Python type."""


def name_kind(value: object) -> str:
    """The kind of a value, by the standard's name."""
    return KINDS.get(type(value), "function")


def adopt(value: object) -> object:
    """The standard's value of a Python value; NaN and infinities are null.

    Raises:
        NoValueError: The value is of a type that has no counterpart.
    """
    kind = type(value)
    if value is None or (kind in KINDS and kind not in {list, dict, Decimal}):
        return value
    if isinstance(value, Decimal):
        return settle(value) if value.is_finite() else None
    for accepted, convert in _ADOPTED:
        if isinstance(value, accepted):
            return convert(value)
    if isinstance(value, Function):
        return value
    raise NoValueError(
        "value.type",
        f"a Python {kind.__name__} is no value of the language",
        "give numbers, texts, dates, lists …",
    )


def _adopt_float(value: float) -> object:
    return settle(Decimal(repr(value))) if math.isfinite(value) else None


def adopt_instant(value: dt.datetime) -> DateTime:
    """The instant of a Python datetime, in its zone."""
    return DateTime(Date(value.year, value.month, value.day), _adopt_time(value.timetz(), value))


def _adopt_time(value: dt.time, day: dt.datetime | None = None) -> Time:
    elapsed = dt.timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    nanoseconds = (elapsed // dt.timedelta(microseconds=1) + value.microsecond) * _MICROSECOND
    return Time(nanoseconds, _adopt_zone(value if day is None else day))


def _adopt_zone(value: dt.time | dt.datetime) -> Zone | None:
    """The region of a zone that has one, else its offset."""
    region = getattr(value.tzinfo, "key", None)
    found = find_zone(region) if isinstance(region, str) else None
    offset = value.utcoffset()
    if found is not None or offset is None:
        return found
    return Zone(int(offset.total_seconds()))


def _adopt_mapping(value: Mapping[object, object]) -> dict[str, object]:
    return {str(key): adopt(item) for key, item in value.items()}


# In this order: a datetime is a date too.
_ADOPTED: tuple[tuple[type | tuple[type, ...], Callable[..., object]], ...] = (
    (bool, bool),
    (int, lambda value: settle(Decimal(value))),
    (float, _adopt_float),
    (str, str),
    (Mapping, _adopt_mapping),
    ((list, tuple), lambda value: [adopt(item) for item in value]),
    (dt.datetime, adopt_instant),
    (dt.date, lambda value: Date(value.year, value.month, value.day)),
    (dt.time, _adopt_time),
    (dt.timedelta, lambda value: DayTimeDuration(value // dt.timedelta(microseconds=1) * _MICROSECOND)),
)
