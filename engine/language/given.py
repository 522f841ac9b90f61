"""Values given by hand: texts such as `5%`, `true`, `BTC` or `null`, read as values of a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal

import polars as pl

from engine.errors import Diagnostic
from engine.language.quantities import Quantity, read_quantity
from engine.language.to_polars import DTYPES
from engine.language.types import Kind, Name, Value
from engine.language.units import Dimension, Unit

UNKNOWN = "null"
"""How an unknown value is given."""

_ALIKE = {Dimension.RATIO, Dimension.RATE}
_ISO_TIMES: dict[Kind, Callable[[str], Value]] = {
    Kind.INSTANT: datetime.fromisoformat,
    Kind.DATE: date.fromisoformat,
    Kind.TIME: time.fromisoformat,
}


def read_setting(name: Name, text: str) -> Value | Diagnostic:
    """The value that a text gives to a name, counted in its unit: `5%`, `true`, `BTC`, `null`.

    Args:
        name: The name.
        text: The value; a number without a unit is taken in the unit of the name.
    """
    kind = name.type.kind
    if text == UNKNOWN:
        return None
    if kind is Kind.TEXT:
        return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    if kind in _ISO_TIMES:
        return _read_time(name, text)
    read = read_quantity(name.name, text, "number")
    if isinstance(read, Diagnostic):
        return read
    if read.type.kind is not kind:
        return Diagnostic("value.kind", f'"{name.name}" is a {name.type}, not `{text}`', "give one")
    return _count(name, text, read) if isinstance(read.value, Decimal) else read.value


def _read_time(name: Name, text: str) -> Value | Diagnostic:
    written = text.removeprefix("@").strip('"')
    try:
        value = _ISO_TIMES[name.type.kind](written)
    except ValueError:
        return Diagnostic(
            "value.kind", f'"{name.name}" is a {name.type}, not `{text}`', "write it as 2026-01-31 or 08:00"
        )
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def _count(name: Name, text: str, read: Quantity) -> float | Diagnostic:
    own, unit = read.type.unit, name.type.unit
    if own.plain:
        return float(read.count_in(own))
    if unit.plain:
        return float(read.count_in(Unit(own.name, own.dimension, Decimal(1))))
    if unit.scale is not None and (
        own.dimension == unit.dimension or {own.dimension, unit.dimension} == _ALIKE
    ):
        return float(read.count_in(unit))
    message = f'"{name.name}" is counted in {unit.name}, not as `{text}`'
    return Diagnostic("unit.mismatch", message, f"give it in units of {unit.dimension}")


def set_values(rows: pl.DataFrame, values: Iterable[tuple[Name, Value]]) -> pl.DataFrame:
    """A frame in which each name has one value in every row."""
    return rows.with_columns(
        pl.Series(name.name, [value] * rows.height, dtype=DTYPES[name.type.kind]) for name, value in values
    )
