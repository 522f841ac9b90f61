"""Times on the command line, and what is said of a text that is none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import typer

_DAY = "%Y-%m-%d"
_CLOCKS = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f")
_FORMS = (_DAY, *(f"{_DAY}{between}{clock}" for clock in _CLOCKS for between in "T "))


def read_time(text: str) -> datetime:
    """The time of an option, in UTC; the parser of every option that takes one.

    Raises:
        BadParameter: It is none.
    """
    found = _read(text, _FORMS)
    if found is None:
        raise typer.BadParameter(
            f'"{text}" is no time: write 2026-01-31 or 2026-01-31T08:00, in UTC, a day that the month has'
        )
    return found


def write_time(time: datetime) -> str:
    """A time as `read_time` reads it: to the minute, or as exact as it is."""
    whole = time.second == time.microsecond == 0
    return time.replace(tzinfo=None).isoformat(timespec="minutes" if whole else "auto")


def read_day(text: str) -> datetime:
    """The day of an option, as the time in UTC at which it begins; the parser of options that take a day.

    Raises:
        BadParameter: It is none.
    """
    found = _read(text, (_DAY,))
    if found is None:
        raise typer.BadParameter(f'"{text}" is no day: write 2026-01-31, with a day that the month has')
    return found


def _read(text: str, forms: Iterable[str]) -> datetime | None:
    for form in forms:
        try:
            return datetime.strptime(text.strip().removesuffix("Z"), form).replace(tzinfo=UTC)
        except ValueError:  # written in another form, or a day that no month has
            continue
    return None
