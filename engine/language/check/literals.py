"""Dates, times, instants and durations written in a text."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal

from engine.errors import Diagnostic
from engine.language.core import Constant, number
from engine.language.types import DATE, INSTANT, TIME
from engine.language.units import SECONDS

_DURATION = re.compile(r"(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d\d:\d\d:\d\d(\.\d{1,6})?Z?")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?")
_FORMS = 'forms are "2025-01-31", "08:00:00", "2025-01-31T08:00:00Z" and "P1DT8H"'


def read_temporal(text: str) -> Constant | Diagnostic:
    """The date, time, instant or duration that `text` spells in ISO 8601; an instant without zone is UTC."""
    if text.startswith(("P", "-P")):
        return read_duration(text)
    try:
        if _DATE.fullmatch(text):
            return Constant(date.fromisoformat(text), DATE)
        if _TIME.fullmatch(text):
            return Constant(time.fromisoformat(text.removesuffix("Z")), TIME)
        if _INSTANT.fullmatch(text):
            read = datetime.fromisoformat(text)
            return Constant(
                read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC), INSTANT
            )
    except (ValueError, OverflowError) as error:
        return Diagnostic("date.invalid", f'"{text}" is no date or time: {error}', _FORMS)
    return Diagnostic("date.invalid", f'"{text}" is no date or time', _FORMS)


def read_duration(text: str) -> Constant | Diagnostic:
    """The seconds of a days-and-time duration such as `P1DT8H`."""
    match = _DURATION.fullmatch(text)
    if match is None or text.endswith(("P", "T")):
        years = re.search(r"\d[YM]", text.partition("T")[0])
        hint = (
            "years and months have no fixed length here; count in days"
            if years
            else 'write "P1DT8H", or `32h`'
        )
        return Diagnostic("duration.invalid", f'"{text}" is no duration', hint)
    sign, days, hours, minutes, seconds = match.groups()
    total = int(days or 0) * 86400 + int(hours or 0) * 3600 + int(minutes or 0) * 60 + Decimal(seconds or 0)
    return number(-total if sign else total, SECONDS)
