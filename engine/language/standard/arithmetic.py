"""Arithmetic over numbers, texts, dates and durations (DMN 1.5, table 53)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.language.standard.decimals import CONTEXT, divide, raise_to_power, settle
from engine.language.standard.faults import NoValueError
from engine.language.standard.temporal import DAY, Date, DateTime, DayTimeDuration, Time, YearMonthDuration
from engine.language.standard.values import name_kind
from engine.language.standard.zones import UTC

TEXT_MAX = 1_000_000
"""Characters a text may grow to."""

Operation = Callable[[Any, Any], object]


def calculate(operator: str, left: object, right: object) -> object:
    """The value of `left operator right` for `+`, `-`, `*`, `/` or `**`.

    Raises:
        NoValueError: The operands are not of kinds that the operator takes, or the result is out of range.
    """
    operation = _OPERATIONS.get((operator, type(left), type(right)))
    if operation is None:
        raise NoValueError(
            "operand.kind",
            f"`{operator}` does not work on {_describe(left)} and {_describe(right)}",
            "numbers, durations, dates and texts are combined with their own kind",
        )
    return operation(left, right)


def negate(value: object) -> object:
    """The negative of a number or duration."""
    if isinstance(value, Decimal):
        return settle(-value)
    if isinstance(value, DayTimeDuration):
        return DayTimeDuration(-value.nanoseconds)
    if isinstance(value, YearMonthDuration):
        return YearMonthDuration(-value.months)
    raise NoValueError("operand.kind", f"{_describe(value)} has no negative")


def join(left: str, right: str) -> str:
    """Two texts in one."""
    if len(left) + len(right) > TEXT_MAX:
        raise NoValueError("text.long", f"a text may have {TEXT_MAX:,} characters at most")
    return left + right


def measure_between(start: Date | DateTime, end: Date | DateTime) -> DayTimeDuration:
    """The time from one instant to another; a date counts as its midnight in UTC."""
    if isinstance(start, Date) and isinstance(end, Date):
        return DayTimeDuration((end.number - start.number) * DAY)
    first, last = _to_moment(start), _to_moment(end)
    if (first.zone is None) != (last.zone is None):
        raise NoValueError("temporal.zone", "only one of the two instants has a time zone")
    return DayTimeDuration(last.instant - first.instant)


def _to_moment(value: Date | DateTime) -> DateTime:
    return value if isinstance(value, DateTime) else DateTime(value, Time(0, UTC))


def _describe(value: object) -> str:
    return "null" if value is None else f"a {name_kind(value)}"


def _scale(duration: DayTimeDuration | YearMonthDuration, factor: Decimal) -> object:
    """The duration times a number, rounded towards zero to what it counts."""
    if isinstance(duration, YearMonthDuration):
        return YearMonthDuration(_truncate(CONTEXT.multiply(Decimal(duration.months), factor)))
    return DayTimeDuration(_truncate(CONTEXT.multiply(Decimal(duration.nanoseconds), factor)))


def _split(duration: DayTimeDuration | YearMonthDuration, divisor: Decimal) -> object:
    """The duration divided by a number."""
    if isinstance(duration, YearMonthDuration):
        return YearMonthDuration(_truncate(divide(Decimal(duration.months), divisor)))
    return DayTimeDuration(_truncate(divide(Decimal(duration.nanoseconds), divisor)))


def _truncate(number: Decimal) -> int:
    if not number.is_finite() or number.adjusted() > 40:
        raise NoValueError("temporal.range", "the duration is out of range")
    return int(number)


def _shift(moment: DateTime | Time | Date, nanoseconds: int) -> object:
    """The date, time or instant that much later; a time of day goes round the clock."""
    if isinstance(moment, DateTime):
        return moment.add(nanoseconds)
    if isinstance(moment, Time):
        return Time((moment.nanoseconds + nanoseconds) % DAY, moment.zone)
    return moment.add_days(nanoseconds // DAY)


def _shift_months(moment: DateTime | Date, months: int) -> object:
    """The same day of another month."""
    if isinstance(moment, DateTime):
        return DateTime(moment.date.add_months(months), moment.time)
    return moment.add_months(months)


def _measure_times(start: Time, end: Time) -> DayTimeDuration:
    if (start.zone is None) != (end.zone is None):
        raise NoValueError("temporal.zone", "only one of the two times has a time zone")
    return DayTimeDuration(end.since_midnight_utc - start.since_midnight_utc)


_OPERATIONS: dict[tuple[str, type, type], Operation] = {
    ("+", Decimal, Decimal): lambda a, b: settle(CONTEXT.add(a, b)),
    ("-", Decimal, Decimal): lambda a, b: settle(CONTEXT.subtract(a, b)),
    ("*", Decimal, Decimal): lambda a, b: settle(CONTEXT.multiply(a, b)),
    ("/", Decimal, Decimal): divide,
    ("**", Decimal, Decimal): raise_to_power,
    ("+", str, str): join,
    ("+", DayTimeDuration, DayTimeDuration): lambda a, b: DayTimeDuration(a.nanoseconds + b.nanoseconds),
    ("-", DayTimeDuration, DayTimeDuration): lambda a, b: DayTimeDuration(a.nanoseconds - b.nanoseconds),
    ("+", YearMonthDuration, YearMonthDuration): lambda a, b: YearMonthDuration(a.months + b.months),
    ("-", YearMonthDuration, YearMonthDuration): lambda a, b: YearMonthDuration(a.months - b.months),
    ("/", DayTimeDuration, DayTimeDuration): lambda a, b: divide(
        Decimal(a.nanoseconds), Decimal(b.nanoseconds)
    ),
    ("/", YearMonthDuration, YearMonthDuration): lambda a, b: divide(Decimal(a.months), Decimal(b.months)),
    ("-", Time, Time): lambda a, b: _measure_times(b, a),
    **{("-", a, b): lambda x, y: measure_between(y, x) for a in (Date, DateTime) for b in (Date, DateTime)},
    **{("*", kind, Decimal): _scale for kind in (DayTimeDuration, YearMonthDuration)},
    **{("*", Decimal, kind): lambda a, b: _scale(b, a) for kind in (DayTimeDuration, YearMonthDuration)},
    **{("/", kind, Decimal): _split for kind in (DayTimeDuration, YearMonthDuration)},
    **{
        ("+", kind, DayTimeDuration): lambda a, b: _shift(a, b.nanoseconds) for kind in (Date, Time, DateTime)
    },
    **{
        ("+", DayTimeDuration, kind): lambda a, b: _shift(b, a.nanoseconds) for kind in (Date, Time, DateTime)
    },
    **{
        ("-", kind, DayTimeDuration): lambda a, b: _shift(a, -b.nanoseconds)
        for kind in (Date, Time, DateTime)
    },
    **{("+", kind, YearMonthDuration): lambda a, b: _shift_months(a, b.months) for kind in (Date, DateTime)},
    **{("+", YearMonthDuration, kind): lambda a, b: _shift_months(b, a.months) for kind in (Date, DateTime)},
    **{("-", kind, YearMonthDuration): lambda a, b: _shift_months(a, -b.months) for kind in (Date, DateTime)},
}
