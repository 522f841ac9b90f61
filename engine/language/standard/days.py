"""Days of the proleptic Gregorian calendar, in any year.

Days are counted from 1970-01-01. The conversions are the usual ones over eras of 400 years, with the year
taken to begin in March, so that the leap day comes last.
"""

from __future__ import annotations

_DAYS_OF_ERA = 146_097
_DAYS_BEFORE_1970 = 719_468
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_leap(year: int) -> bool:
    """Whether February has 29 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def count_days_of_month(year: int, month: int) -> int:
    """How many days the month has."""
    return 29 if month == 2 and is_leap(year) else _LENGTHS[month - 1]


def number_day(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 to the date."""
    shifted = year - 1 if month <= 2 else year
    era, year_of_era = divmod(shifted, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * _DAYS_OF_ERA + day_of_era - _DAYS_BEFORE_1970


def find_date(number: int) -> tuple[int, int, int]:
    """Year, month and day of the day that many days after 1970-01-01."""
    era, day_of_era = divmod(number + _DAYS_BEFORE_1970, _DAYS_OF_ERA)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted_month + 2) // 5 + 1
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9
    return year_of_era + era * 400 + (1 if month <= 2 else 0), month, day


def find_weekday(number: int) -> int:
    """Day of the week, Monday 1 to Sunday 7."""
    return (number + 3) % 7 + 1


def find_week(number: int) -> int:
    """Week of the year by ISO 8601: the week belongs to the year that holds its Thursday."""
    thursday = number - find_weekday(number) + 4
    year, _, _ = find_date(thursday)
    return (thursday - number_day(year, 1, 1)) // 7 + 1
