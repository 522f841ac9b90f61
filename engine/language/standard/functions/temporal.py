"""Functions of dates and times."""

from __future__ import annotations

from decimal import Decimal

from engine.language.standard import days
from engine.language.standard.declaration import declare
from engine.language.standard.run import Run
from engine.language.standard.temporal import Date, DateTime

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _find_date(value: Date | DateTime) -> Date:
    return value.date if isinstance(value, DateTime) else value


@declare("now()", "The present instant.", needs_run=True)
def read_now(run: Run) -> DateTime:
    """See the declaration."""
    return run.now


@declare("today()", "The present date.", needs_run=True)
def read_today(run: Run) -> Date:
    """See the declaration."""
    return run.now.date


@declare("day of year(date: date | date and time)", "The number of the day in its year.")
def number_day(value: Date | DateTime) -> Decimal:
    """See the declaration."""
    date = _find_date(value)
    return Decimal(date.number - days.number_day(date.year, 1, 1) + 1)


@declare("day of week(date: date | date and time)", "The English name of the day.")
def name_day(value: Date | DateTime) -> str:
    """See the declaration."""
    return _DAYS[days.find_weekday(_find_date(value).number) - 1]


@declare("month of year(date: date | date and time)", "The English name of the month.")
def name_month(value: Date | DateTime) -> str:
    """See the declaration."""
    return _MONTHS[_find_date(value).month - 1]


@declare("week of year(date: date | date and time)", "The number of the week by ISO 8601.")
def number_week(value: Date | DateTime) -> Decimal:
    """See the declaration."""
    return Decimal(days.find_week(_find_date(value).number))
