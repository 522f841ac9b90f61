"""Plain Python evaluation: the oracle of the other targets, and the folding of constants.

A value is None where it is unknown. Every result that is not finite is unknown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.language.core import Apply, Column, Constant, Core, Parameter
from engine.language.functions.declaration import Function
from engine.language.functions.other_rows import Axes, to_microseconds
from engine.language.types import Value
from engine.market.window import COVER_TOLERANCE, MIN_COVER, STALE_DIVISOR

Row = Mapping[str, Any]


def clean_value(value: Any) -> Value:
    """A value as the language sees it: numbers are float64, NaN and infinities are unknown."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return float(value) if math.isfinite(value) else None


def apply_to_values(function: Function, values: Sequence[Value]) -> Value:
    """The result of a function for single values."""
    if function.strict and any(value is None for value in values):
        return None
    return clean_value(function.python(*values))


def evaluate_row(core: Core, row: Row) -> Value:
    """The value of a bound text for one row that needs no other rows."""
    return evaluate_rows(core, [row])[0]


def evaluate_rows(core: Core, rows: Sequence[Row], axes: Axes | None = None) -> list[Value]:
    """The value of a bound text for every row of a frame.

    Args:
        core: A bound typed tree.
        rows: The rows, in any order.
        axes: Which columns tell pairs and times apart, for functions of other rows.
    """
    match core:
        case Constant(value=value):
            return [value] * len(rows)
        case Column(name=name):
            return [clean_value(row[name]) for row in rows]
        case Parameter(name=name):
            raise ValueError(f'parameter "{name}" is not bound')
        case Apply(function=function, arguments=arguments):
            columns = [evaluate_rows(argument, rows, axes) for argument in arguments]
            if function.scope == "row":
                return [apply_to_values(function, values) for values in zip(*columns, strict=True)]
            look = _LOOKS[function.scope]
            seconds = columns[1][0] if len(columns) > 1 and rows else 0.0
            return look(function, columns[0], rows, axes or Axes(), seconds)


def _look_at_section(
    function: Function, values: list[Value], rows: Sequence[Row], axes: Axes, _: Any
) -> list[Value]:
    results: list[Value] = []
    for row, value in zip(rows, values, strict=True):
        pairs = zip(rows, values, strict=True)
        known = [other for peer, other in pairs if other is not None and peer[axes.time] == row[axes.time]]
        results.append(None if value is None else clean_value(function.python(value, known)))
    return results


def _microseconds(instant: datetime) -> int:
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _history(
    row: Row, values: list[Value], rows: Sequence[Row], axes: Axes
) -> list[tuple[int, Value, float | None]]:
    """Time, value and step of the rows of the same pair, oldest first."""
    group = axes.group
    peers = [
        (_microseconds(peer[axes.time]), value, peer[axes.step] if axes.step else None)
        for peer, value in zip(rows, values, strict=True)
        if group is None or peer[group] == row[group]
    ]
    return sorted(peers, key=lambda peer: peer[0])


def _look_at_lag(
    _: Function, values: list[Value], rows: Sequence[Row], axes: Axes, seconds: Any
) -> list[Value]:
    age = to_microseconds(seconds)
    results: list[Value] = []
    for row in rows:
        latest = _microseconds(row[axes.time]) - age
        before = [peer for peer in _history(row, values, rows, axes) if peer[0] <= latest]
        fresh = bool(before) and before[-1][0] >= latest - age // STALE_DIVISOR
        results.append(before[-1][1] if fresh else None)
    return results


def _look_at_window(
    function: Function, values: list[Value], rows: Sequence[Row], axes: Axes, seconds: Any
) -> list[Value]:
    width = to_microseconds(seconds)
    results: list[Value] = []
    for row in rows:
        now = _microseconds(row[axes.time])
        seen = [peer for peer in _history(row, values, rows, axes) if now - width < peer[0] <= now]
        known = [value for _, value, _ in seen if value is not None]
        covered = _measure_cover(seen, uses_step=axes.step is not None)
        enough = bool(known) and covered >= MIN_COVER * width * (1 - COVER_TOLERANCE)
        results.append(clean_value(function.python(known)) if enough else None)
    return results


def _measure_cover(seen: list[tuple[int, Value, float | None]], *, uses_step: bool) -> float:
    """Microseconds that the known rows of a window stand for."""
    known = [peer for peer in seen if peer[1] is not None]
    if uses_step:
        return float(sum(round((step or 0.0) * 1e6) for _, _, step in known))
    if len(seen) < 2:
        return 0.0
    return len(known) * (seen[-1][0] - seen[0][0]) / (len(seen) - 1)


_LOOKS: dict[str, Callable[..., list[Value]]] = {
    "section": _look_at_section,
    "lag": _look_at_lag,
    "window": _look_at_window,
}
