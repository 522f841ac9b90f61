"""Reads dates, times and durations from their ISO 8601 texts."""

from __future__ import annotations

import re

from engine.language.standard.faults import NoValueError
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
from engine.language.standard.zones import UTC, Zone, find_zone

Temporal = Date | Time | DateTime | DayTimeDuration | YearMonthDuration

_OFFSET_MAX_S = 18 * 3600

_DATE = re.compile(r"(-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(Z|z|[+-][0-9:]+|@.+)?")
_OFFSET = re.compile(r"([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_DAYS_AND_TIME = re.compile(
    r"(-?)P(?=.)(?:([0-9]+)D)?(?:T(?=.)(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:\.([0-9]*))?S)?)?"
)
_YEARS_AND_MONTHS = re.compile(r"(-?)P(?=.)(?:([0-9]+)Y)?(?:([0-9]+)M)?")


def _refuse(text: str, kind: str, form: str) -> NoValueError:
    shown = text if len(text) <= 60 else f"{text[:60]}…"
    return NoValueError("temporal.form", f'"{shown}" is not a {kind}', f'write it as "{form}"')


def read_date(text: str) -> Date:
    """The date that `text` spells, such as `2025-01-31`."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise _refuse(text, "date", "2025-01-31")
    year, month, day = (int(part) for part in match.groups())
    return Date(year, month, day)


def read_time(text: str) -> Time:
    """The time that `text` spells, such as `12:30:00`, `12:30:00+02:00` or `12:30:00@Europe/Paris`."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise _refuse(text, "time", "12:30:00")
    hour, minute, second = (int(part) for part in match.groups()[:3])
    return build_time(
        hour, minute, second * SECOND + _read_fraction(match.group(4)), _read_zone(match.group(5))
    )


def build_time(hour: int, minute: int, nanoseconds: int, zone: Zone | None) -> Time:
    """The time of these parts; no value if one is out of its range."""
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= nanoseconds < MINUTE):
        raise NoValueError(
            "temporal.range", "the time is out of range", "hours reach to 23, minutes and seconds to 59"
        )
    return Time(hour * HOUR + minute * MINUTE + nanoseconds, zone)


def read_date_time(text: str) -> DateTime:
    """The instant that `text` spells: a date, `T` and a time; a date alone is its midnight.

    `24:00:00` is midnight at the end of the day.
    """
    date, mark, time = text.partition("T")
    if time.startswith("24:00:00"):
        midnight = read_time(time.replace("24", "00", 1))
        return DateTime(read_date(date), midnight).add(DAY)
    return DateTime(read_date(date), read_time(time) if mark else Time(0))


def read_duration(text: str) -> DayTimeDuration | YearMonthDuration:
    """The duration that `text` spells, such as `P1DT12H` or `P1Y6M`."""
    match = _DAYS_AND_TIME.fullmatch(text)
    if match is not None:
        sign, *parts, fraction = match.groups()
        counts = [_count(part, text) for part in parts]
        total = sum(count * unit for count, unit in zip(counts, (DAY, HOUR, MINUTE, SECOND), strict=True))
        total += _read_fraction(fraction)
        return DayTimeDuration(-total if sign else total)
    match = _YEARS_AND_MONTHS.fullmatch(text)
    if match is None:
        raise _refuse(text, "duration", "P1DT12H")
    months = _count(match.group(2), text) * 12 + _count(match.group(3), text)
    return YearMonthDuration(-months if match.group(1) else months)


def read_temporal(text: str) -> Temporal:
    """What an `@` literal spells: a duration, a time, an instant or a date."""
    if "P" in text[:2]:
        return read_duration(text)
    if "T" in text[:17] and ":" in text:
        return read_date_time(text) if text[:1] != "T" else read_time(text[1:])
    return read_time(text) if text[2:3] == ":" else read_date(text)


def _count(digits: str | None, text: str) -> int:
    if digits is not None and len(digits) > 19:
        raise _refuse(text, "duration in range", "P1DT12H")
    return int(digits or 0)


def _read_fraction(digits: str | None) -> int:
    """Nanoseconds of a fraction of a second; what is finer is cut off."""
    return int((digits or "0")[:9].ljust(9, "0"))


def _read_zone(text: str | None) -> Zone | None:
    if text is None:
        return None
    if text in {"Z", "z"}:
        return UTC
    zone = find_zone(text[1:]) if text[0] == "@" else _read_offset(text)
    if zone is None:
        raise _refuse(text, "time zone", "Z, +02:00 or @Europe/Paris")
    return zone


def _read_offset(text: str) -> Zone | None:
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    sign, hours, minutes, seconds = match.group(1), *(int(part or 0) for part in match.groups()[1:])
    offset = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or offset > _OFFSET_MAX_S:
        return None
    return Zone(-offset if sign == "-" else offset)
