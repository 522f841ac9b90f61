"""Days and months of times in seconds since 1970, UTC."""

from __future__ import annotations

import math

from engine.portfolio.layout import DAY_S


def number_day(seconds: float, day_start_s: float) -> int:
    """The number of a book's day, whose days begin so many seconds after midnight."""
    return math.floor((seconds - day_start_s) / DAY_S)


def number_month(seconds: float, day_start_s: float) -> int:
    """Months since the year 0 of the Gregorian calendar, each beginning with the book's first day.

    The year is counted from March, so that the leap day comes last (Hinnant, "chrono-compatible low-level
    date algorithms").
    """
    days = number_day(seconds, day_start_s) + 719_468
    era = days // 146_097
    day_of_era = days - era * 146_097
    year = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year + year // 4 - year // 100)
    month_from_march = (5 * day_of_year + 2) // 153
    return (era * 400 + year) * 12 + month_from_march + 2
