"""Functions of instants, dates and times. All of them are UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl

from engine.language.functions import columns
from engine.language.functions.declaration import Argument, Function
from engine.language.types import Kind
from engine.language.units import SECONDS

_DAY = (Kind.DATE, Kind.INSTANT)
_CLOCK = (Kind.TIME, Kind.INSTANT)
_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _part(
    name: str,
    kinds: tuple[Kind, ...],
    column: Callable[[pl.Expr], pl.Expr],
    scalar: Callable[[Any], float],
    meaning: str,
    example: tuple[str, str],
) -> Function:
    return Function(
        name,
        (Argument("date", kinds),),
        Kind.NUMBER,
        lambda x: column(x).cast(pl.Float64),
        lambda x: float(scalar(x)),
        meaning,
        (example,),
        closed=True,
    )


def _named(
    name: str,
    words: tuple[str, ...],
    column: Callable[[pl.Expr], pl.Expr],
    scalar: Callable[[Any], int],
    meaning: str,
    example: tuple[str, str],
) -> Function:
    return Function(
        name,
        (Argument("date", _DAY),),
        Kind.TEXT,
        lambda x: column(x).replace_strict(
            list(range(1, len(words) + 1)), list(words), return_dtype=pl.String
        ),
        lambda x: words[scalar(x) - 1],
        meaning,
        (example,),
    )


def _seconds_between(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return columns.divide_by((a - b).dt.total_microseconds().cast(pl.Float64), 1e6)


def _count_seconds(a: date, b: date) -> float:
    return (a - b) / timedelta(microseconds=1) / 1e6


def _shift(instant: pl.Expr, seconds: pl.Expr) -> pl.Expr:
    microseconds = (seconds * 1e6).round(mode="half_to_even").cast(pl.Int64, strict=False)
    moved = instant + microseconds.cast(pl.Duration("us"))
    return pl.when(moved.is_between(pl.lit(_FIRST), pl.lit(_LAST)) & (seconds.abs() < 1e12)).then(moved)


def _shift_one(instant: datetime, seconds: float) -> datetime | None:
    if abs(seconds) >= 1e12:
        return None
    try:
        return instant + timedelta(microseconds=round(seconds * 1e6))
    except OverflowError:
        return None


SHIFT = Function(
    "+",
    (Argument("instant", (Kind.INSTANT,)), Argument("duration", unit=SECONDS)),
    Kind.INSTANT,
    _shift,
    _shift_one,
    "the instant that much later",
    repeats=True,
)
SECONDS_BETWEEN = Function(
    "-",
    (Argument("left", _DAY), Argument("right", _DAY)),
    Kind.NUMBER,
    _seconds_between,
    _count_seconds,
    "seconds from the second to the first",
    repeats=True,
    closed=True,
)
TO_INSTANT = Function(
    "date and time",
    (Argument("date", (Kind.DATE,)),),
    Kind.INSTANT,
    lambda x: x.cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
    lambda x: datetime.combine(x, time(), UTC),
    "the midnight, UTC, that begins a date",
)
DATE_OF = Function(
    "date",
    (Argument("from", (Kind.INSTANT,)),),
    Kind.DATE,
    lambda x: x.dt.date(),
    lambda x: x.date(),
    "date of an instant, UTC, or of a text",
    (('date("2025-01-31") < date("2025-02-01")', "true"),),
)
TIME_OF = Function(
    "time",
    (Argument("from", (Kind.INSTANT,)),),
    Kind.TIME,
    lambda x: x.dt.time(),
    lambda x: x.time(),
    "time of day of an instant, UTC, or of a text",
    (('time(@"2025-01-31T08:00:00Z").hour', "8"),),
)

_AT = '@"2025-01-31T08:15:30Z"'

PARTS = {
    "year": _part("year", _DAY, lambda x: x.dt.year(), lambda x: x.year, "year", (f"{_AT}.year", "2025")),
    "month": _part(
        "month", _DAY, lambda x: x.dt.month(), lambda x: x.month, "month, 1 to 12", (f"{_AT}.month", "1")
    ),
    "day": _part(
        "day", _DAY, lambda x: x.dt.day(), lambda x: x.day, "day of the month", (f"{_AT}.day", "31")
    ),
    "weekday": _part(
        "weekday",
        _DAY,
        lambda x: x.dt.weekday(),
        lambda x: x.isoweekday(),
        "day of the week, 1 is Monday",
        (f"{_AT}.weekday", "5"),
    ),
    "hour": _part("hour", _CLOCK, lambda x: x.dt.hour(), lambda x: x.hour, "hour, UTC", (f"{_AT}.hour", "8")),
    "minute": _part(
        "minute", _CLOCK, lambda x: x.dt.minute(), lambda x: x.minute, "minute", (f"{_AT}.minute", "15")
    ),
    "second": _part(
        "second", _CLOCK, lambda x: x.dt.second(), lambda x: x.second, "second", (f"{_AT}.second", "30")
    ),
}
"""Parts of an instant, a date or a time, written behind a point: `ts.hour`."""

FUNCTIONS = (
    DATE_OF,
    TIME_OF,
    TO_INSTANT,
    _part(
        "day of year",
        _DAY,
        lambda x: x.dt.ordinal_day(),
        lambda x: x.timetuple().tm_yday,
        "day of the year, 1 to 366",
        ('day of year(date("2019-09-17"))', "260"),
    ),
    _part(
        "week of year",
        _DAY,
        lambda x: x.dt.week(),
        lambda x: x.isocalendar().week,
        "week of the year by ISO 8601",
        ('week of year(date("2019-09-17"))', "38"),
    ),
    _named(
        "day of week",
        _DAYS,
        lambda x: x.dt.weekday(),
        lambda x: x.isoweekday(),
        "name of the day of the week",
        ('day of week(date("2019-09-17"))', '"Tuesday"'),
    ),
    _named(
        "month of year",
        _MONTHS,
        lambda x: x.dt.month(),
        lambda x: x.month,
        "name of the month",
        ('month of year(date("2019-09-17"))', '"September"'),
    ),
)
