"""Dates, times, instants and durations of the standard.

Python's own types end at the years 1 and 9999 and at microseconds; these reach from year -999,999,999 to
999,999,999 and count nanoseconds. `str()` of each is its ISO 8601 text.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.language.standard import days
from engine.language.standard.faults import NoValueError
from engine.language.standard.zones import Zone

YEAR_MAX = 999_999_999
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_DURATION_MAX = 2**63
_DAY_SECONDS = 86_400


def _refuse(what: str) -> NoValueError:
    return NoValueError("temporal.range", f"{what} is out of range")


def _spell_seconds(nanoseconds: int) -> str:
    """Whole seconds in two digits at least, with a fraction only where there is one."""
    seconds, fraction = divmod(nanoseconds, SECOND)
    return f"{seconds:02d}" + (f".{fraction:09d}".rstrip("0") if fraction else "")


@dataclass(frozen=True, slots=True)
class DayTimeDuration:
    """A length of time in nanoseconds."""

    nanoseconds: int

    def __post_init__(self) -> None:
        if abs(self.nanoseconds) > _DURATION_MAX * SECOND:
            raise _refuse("the duration")

    def __str__(self) -> str:
        total, rest = divmod(abs(self.nanoseconds), DAY)
        hours, rest = divmod(rest, HOUR)
        minutes, rest = divmod(rest, MINUTE)
        seconds = _spell_seconds(rest)
        clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        clock += f"{seconds.removeprefix('0')}S" if rest else ""
        text = (f"{total}D" if total else "") + (f"T{clock}" if clock else "")
        return ("-" if self.nanoseconds < 0 else "") + f"P{text or 'T0S'}"


@dataclass(frozen=True, slots=True)
class YearMonthDuration:
    """A length of time in calendar months."""

    months: int

    def __post_init__(self) -> None:
        if abs(self.months) > _DURATION_MAX:
            raise _refuse("the duration")

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return ("-" if self.months < 0 else "") + f"P{text}"


@dataclass(frozen=True, slots=True)
class Date:
    """A day of the calendar."""

    year: int
    month: int
    day: int

    def __post_init__(self) -> None:
        if abs(self.year) > YEAR_MAX or not 1 <= self.month <= 12:
            raise _refuse("the date")
        if not 1 <= self.day <= days.count_days_of_month(self.year, self.month):
            raise _refuse("the date")

    @property
    def number(self) -> int:
        """Days since 1970-01-01."""
        return days.number_day(self.year, self.month, self.day)

    def add_days(self, count: int) -> Date:
        """The date `count` days later."""
        if abs(count) > 3 * 366 * YEAR_MAX:
            raise _refuse("the date")
        return Date(*days.find_date(self.number + count))

    def add_months(self, count: int) -> Date:
        """The same day `count` months later, or the month's last day where it has no such day."""
        years, month = divmod(self.month - 1 + count, 12)
        year = self.year + years
        if abs(year) > YEAR_MAX:
            raise _refuse("the date")
        return Date(year, month + 1, min(self.day, days.count_days_of_month(year, month + 1)))

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day, in nanoseconds since midnight, with or without a zone."""

    nanoseconds: int
    zone: Zone | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.nanoseconds < DAY:
            raise _refuse("the time")

    @property
    def hour(self) -> int:
        """Hours, 0 to 23."""
        return self.nanoseconds // HOUR

    @property
    def minute(self) -> int:
        """Minutes, 0 to 59."""
        return self.nanoseconds // MINUTE % 60

    @property
    def since_midnight_utc(self) -> int:
        """Nanoseconds since midnight in UTC; without a zone as if it were UTC. May lie outside of the day."""
        offset = 0 if self.zone is None else self.zone.measure_offset_s(1970, self.nanoseconds // SECOND)
        return self.nanoseconds - offset * SECOND

    def __str__(self) -> str:
        clock = f"{self.hour:02d}:{self.minute:02d}:{_spell_seconds(self.nanoseconds % MINUTE)}"
        return clock + ("" if self.zone is None else str(self.zone))


@dataclass(frozen=True, slots=True)
class DateTime:
    """A day and a time of day."""

    date: Date
    time: Time

    @property
    def zone(self) -> Zone | None:
        """The zone of its time."""
        return self.time.zone

    @property
    def offset_s(self) -> int | None:
        """Seconds ahead of UTC, or None without a zone."""
        if self.time.zone is None:
            return None
        since = (self.date.number - days.number_day(self.date.year, 1, 1)) * _DAY_SECONDS
        return self.time.zone.measure_offset_s(self.date.year, since + self.time.nanoseconds // SECOND)

    @property
    def instant(self) -> int:
        """Nanoseconds since 1970-01-01 in UTC; without a zone as if it were UTC."""
        return self.date.number * DAY + self.time.nanoseconds - (self.offset_s or 0) * SECOND

    def add(self, nanoseconds: int) -> DateTime:
        """The local time that much later, in the same zone."""
        whole, rest = divmod(self.time.nanoseconds + nanoseconds, DAY)
        return DateTime(self.date.add_days(whole), Time(rest, self.time.zone))

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"
