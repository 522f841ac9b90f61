from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.language.standard import DayTimeDuration, YearMonthDuration, days, evaluate
from engine.language.standard.comparison import compare
from engine.language.standard.decimals import spell
from engine.language.standard.temporal import DAY, YEAR_MAX, Date
from engine.language.standard.temporal_text import read_date, read_duration

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12)
DATES = st.builds(Date, st.integers(-YEAR_MAX, YEAR_MAX), st.integers(1, 12), st.integers(1, 28))
SMALL = st.integers(-5, 5)
RANGES = st.builds(
    lambda low, width, left, right: f"{left}{low}..{low + width}{right}",
    SMALL,
    st.integers(1, 4),
    st.sampled_from("[("),
    st.sampled_from("])"),
)


@given(NUMBERS)
def test_a_number_reads_back_from_its_text(number: Decimal) -> None:
    assert evaluate("number(string(x))", x=number) == number
    assert Decimal(spell(number)) == number


@given(NUMBERS, NUMBERS)
def test_arithmetic_is_exact_in_decimals(a: Decimal, b: Decimal) -> None:
    assert evaluate("a + b - b", a=a, b=b) == a
    assert evaluate("(a < b) = (b > a)", a=a, b=b) is True


@given(NUMBERS, NUMBERS.filter(bool))
def test_the_remainder_has_the_sign_of_the_divisor(a: Decimal, b: Decimal) -> None:
    rest = evaluate("modulo(a, b)", a=a, b=b)
    assert isinstance(rest, Decimal)
    assert abs(rest) < abs(b)
    assert rest == 0 or (rest > 0) == (b > 0)


@given(DATES)
def test_a_date_reads_back_from_its_text_and_its_number(date: Date) -> None:
    assert read_date(str(date)) == date
    assert days.find_date(date.number) == (date.year, date.month, date.day)


@given(st.dates())
def test_the_calendar_is_that_of_python(date: dt.date) -> None:
    own = Date(date.year, date.month, date.day)
    assert own.number == (date - dt.date(1970, 1, 1)).days
    assert days.find_weekday(own.number) == date.isoweekday()
    assert days.find_week(own.number) == date.isocalendar().week


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.integers(-(10**6), 10**6))
def test_adding_and_subtracting_days_goes_back(date: dt.date, count: int) -> None:
    span = DayTimeDuration(count * DAY)
    assert evaluate("date + span - span = date and (date + span) - date = span", date=date, span=span) is True


@given(st.integers(-(10**15), 10**15))
def test_durations_read_back_from_their_texts(count: int) -> None:
    for duration in (DayTimeDuration(count), YearMonthDuration(count)):
        assert read_duration(str(duration)) == duration


@given(RANGES, SMALL)
def test_a_point_is_before_after_or_inside_a_range(interval: str, point: int) -> None:
    places = evaluate(f"[before({point}, {interval}), {point} in {interval}, after({point}, {interval})]")
    assert isinstance(places, list)
    assert sorted(places) == [False, False, True]


@given(RANGES, RANGES)
def test_ranges_overlap_unless_one_is_before_the_other(a: str, b: str) -> None:
    apart = evaluate(f"before({a}, {b}) or before({b}, {a})")
    assert evaluate(f"overlaps({a}, {b})") is not apart
    assert evaluate(f"during({a}, {b}) = includes({b}, {a})") is True


@given(st.lists(NUMBERS, min_size=1, max_size=8))
def test_sorting_orders_and_keeps_every_item(items: list[Decimal]) -> None:
    assert evaluate("sort(items, function(x, y) x < y)", items=items) == sorted(items)
    assert evaluate("[min(items), max(items)]", items=items) == [min(items), max(items)]


@given(
    st.one_of(NUMBERS, st.text(max_size=3), st.booleans(), st.none(), DATES),
    st.one_of(NUMBERS, st.text(max_size=3), DATES),
)
def test_a_comparison_and_its_opposite_agree(a: object, b: object) -> None:
    less, not_less = compare("<", a, b), compare(">=", a, b)
    assert (less is None) == (not_less is None)
    assert less is None or less is not not_less
