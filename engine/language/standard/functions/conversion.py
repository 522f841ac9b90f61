"""Functions that make a value of one kind from one of another."""

from __future__ import annotations

import re
from decimal import Decimal

from engine.language import syntax
from engine.language.parse import parse_formula
from engine.language.standard.decimals import CONTEXT, settle, to_integer
from engine.language.standard.declaration import declare
from engine.language.standard.faults import NoValueError
from engine.language.standard.formats import format_value
from engine.language.standard.run import Run, Scope
from engine.language.standard.temporal import (
    SECOND,
    Date,
    DateTime,
    DayTimeDuration,
    Time,
    YearMonthDuration,
)
from engine.language.standard.temporal_text import (
    build_time,
    read_date,
    read_date_time,
    read_duration,
    read_time,
)
from engine.language.standard.zones import UTC, Zone, find_zone

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?")
_TEMPORAL_FUNCTIONS = frozenset({"date", "time", "date and time", "duration"})


@declare(
    "date(from: string | date | date and time)", "A date, from a text, from an instant, or from its parts."
)
def convert_date(value: str | Date | DateTime) -> Date:
    """See the declaration."""
    if isinstance(value, str):
        return read_date(value)
    return value.date if isinstance(value, DateTime) else value


@declare("date(year: number, month: number, day: number)", "")
def build_date(year: Decimal, month: Decimal, day: Decimal) -> Date:
    """See the declaration."""
    return Date(to_integer(year), to_integer(month), to_integer(day))


@declare(
    "time(from: string | date | time | date and time)",
    "A time of day, from a text, an instant, or its parts.",
)
def convert_time(value: str | Date | Time | DateTime) -> Time:
    """See the declaration."""
    if isinstance(value, str):
        return read_time(value)
    if isinstance(value, Date):
        return Time(0, UTC)
    return value.time if isinstance(value, DateTime) else value


@declare("time(hour: number, minute: number, second: number, offset: days and time duration | null?)", "")
def assemble_time(
    hour: Decimal, minute: Decimal, second: Decimal, offset: DayTimeDuration | None = None
) -> Time:
    """See the declaration."""
    nanoseconds = int(CONTEXT.multiply(second, Decimal(SECOND))) if 0 <= second < 60 else -1
    zone = None if offset is None else _convert_offset(offset)
    return build_time(to_integer(hour), to_integer(minute), nanoseconds, zone)


@declare(
    "date and time(from: string | date | date and time)",
    "An instant, from a text, from a date and a time, or from its parts.",
)
def convert_instant(value: str | Date | DateTime) -> DateTime:
    """See the declaration."""
    if isinstance(value, str):
        return read_date_time(value)
    return value if isinstance(value, DateTime) else DateTime(value, Time(0, UTC))


@declare("date and time(date: date | date and time, time: time)", "")
def join_instant(date: Date | DateTime, time: Time) -> DateTime:
    """See the declaration."""
    return DateTime(convert_date(date), time)


_PARTS = "year: number, month: number, day: number, hour: number, minute: number, second: number"


@declare(f"date and time({_PARTS}, offset: days and time duration | null?)", "")
def assemble_instant(*parts: Decimal | DayTimeDuration | None) -> DateTime:
    """See the declaration."""
    year, month, day, hour, minute, second = (part for part in parts[:6] if isinstance(part, Decimal))
    offset = parts[6] if len(parts) > 6 else None
    time = assemble_time(hour, minute, second, offset if isinstance(offset, DayTimeDuration) else None)
    return DateTime(build_date(year, month, day), time)


@declare(f"date and time({_PARTS}, timezone: string)", "")
def assemble_zoned_instant(*parts: Decimal | str) -> DateTime:
    """See the declaration."""
    local = assemble_instant(*(part for part in parts if isinstance(part, Decimal)))
    zone = find_zone(str(parts[6]))
    if zone is None:
        raise NoValueError("temporal.zone", f'there is no time zone "{parts[6]}"', "write it as Europe/Paris")
    return DateTime(local.date, Time(local.time.nanoseconds, zone))


@declare("duration(from: string | duration)", "A duration, from a text such as P1DT12H or P1Y6M.")
def convert_duration(value: str | DayTimeDuration | YearMonthDuration) -> DayTimeDuration | YearMonthDuration:
    """See the declaration."""
    return read_duration(value) if isinstance(value, str) else value


@declare(
    "years and months duration(from: date | date and time, to: date | date and time)",
    "The whole months from one date to another.",
)
def count_months(start: Date | DateTime, end: Date | DateTime) -> YearMonthDuration:
    """See the declaration."""
    first, last = convert_date(start), convert_date(end)
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearMonthDuration(months)


@declare(
    "number(from: string, grouping separator: string | null?, decimal separator: string | null?)",
    "The number that a text spells.",
)
def convert_number(text: str, grouping: str | None = None, point: str | None = None) -> Decimal:
    """See the declaration."""
    if (
        grouping not in {None, " ", ",", "."}
        or point not in {None, ",", "."}
        or (grouping and grouping == point)
    ):
        raise NoValueError("argument.value", "separators are a space, a comma or a point, and differ")
    plain = text if grouping is None else text.replace(grouping, "")
    plain = plain if point is None else plain.replace(point, ".")
    if not _NUMBER.fullmatch(plain):
        raise NoValueError("number.form", f'"{text[:60]}" is not a number')
    return settle(Decimal(plain))


@declare("string(from: any)", "The text of a value.")
def convert_text(value: object) -> str | None:
    """See the declaration."""
    return None if value is None else format_value(value)


@declare("range(from: string)", "The range that a text such as [1..10) spells.", needs_run=True, steps=60)
def convert_range(run: Run, text: str) -> object:
    """See the declaration."""
    parsed = parse_formula(text)
    tree = parsed.tree
    ends = (tree.low, tree.high) if isinstance(tree, syntax.Interval) else ()
    if tree is None or parsed.diagnostics or not ends or not all(map(_is_literal, ends)):
        raise NoValueError(
            "range.form", f'"{text[:60]}" is not a range between two literals', "write it as [1..10)"
        )
    return run.evaluate(tree, Scope({}))


def _is_literal(node: syntax.Node) -> bool:
    """Whether a node stands for one value whatever the names in scope."""
    if isinstance(node, syntax.Negation):
        return isinstance(node.operand, syntax.Number)
    if isinstance(node, syntax.Call):
        named = isinstance(node.function, syntax.Name) and node.function.name in _TEMPORAL_FUNCTIONS
        return named and all(isinstance(argument, syntax.Text | syntax.Number) for argument in node.arguments)
    return isinstance(node, syntax.Number | syntax.Text | syntax.AtLiteral)


def _convert_offset(offset: DayTimeDuration) -> Zone:
    seconds, rest = divmod(offset.nanoseconds, SECOND)
    if rest or abs(seconds) > 18 * 3600:
        raise NoValueError("temporal.zone", "an offset is at most 18 whole hours")
    return Zone(seconds)
