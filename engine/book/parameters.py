"""Parameters of a book: named values within bounds, which a trader turns without touching a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from engine.book.records import NAME, Record, read_records
from engine.errors import Diagnostic
from engine.language.names import suggest
from engine.language.quantities import Quantity, read_quantity
from engine.language.types import Kind, Type
from engine.language.units import Dimension, find_unit, infer_unit

FILE = "parameters.csv"
COLUMNS = (NAME, "value", "unit", "minimum", "maximum", "note")

_RATIOS = {Dimension.NUMBER, Dimension.RATIO, Dimension.RATE}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    Attributes:
        name: The name that formulas and cells use.
        value: Its value, exact, with its unit.
        unit: The unit declared in the table; empty if none.
        minimum: Smallest value it may be given; None has no bound.
        maximum: Largest value.
        row: Line of the file.
        note: For people.
    """

    name: str
    value: Quantity
    unit: str
    minimum: Quantity | None
    maximum: Quantity | None
    row: int
    note: str

    def change(self, value: Any) -> Parameter | Diagnostic:
        """The same parameter with another value, if that is of its kind and within its bounds."""
        read = read_quantity(self.name, value, self.unit)
        if isinstance(read, Diagnostic):
            return read
        if read.type.kind is not self.value.type.kind or not _are_alike(read, self.value):
            message = f'parameter "{self.name}" is a {self.value.type}, not a {read.type}'
            return Diagnostic("parameter.kind", message, "give a value of the same kind, with its unit")
        changed = replace(self, value=read)
        return next(_check_bounds(changed), changed)


def read_parameters(text: str) -> tuple[tuple[Parameter, ...], tuple[Diagnostic, ...]]:
    """Read `parameters.csv`.

    Returns:
        The parameters, those with a value out of bounds too, and the faults in reading order.
    """
    records, faults = read_records(text, FILE, COLUMNS, required=(NAME, "value"), texts=("note",))
    found: list[Parameter] = []
    wrong = list(faults)
    for record in records:
        known = [fault.column for fault in wrong if fault.row == record.line]
        parameter = _read_parameter(record, wrong)
        bounds = list(_check_bounds(parameter)) if "value" not in known and not record.ragged else []
        if len(known) == sum(fault.row == record.line for fault in wrong):
            wrong += [fault.at(file=FILE, row=record.line, column="value") for fault in bounds]
        found.append(_stand_in(parameter) if bounds else parameter)
    return tuple(found), tuple(wrong)


def change_parameters(
    parameters: tuple[Parameter, ...], values: Mapping[str, Any]
) -> dict[str, Quantity] | tuple[Diagnostic, ...]:
    """The value of every parameter, some of them given anew.

    Args:
        parameters: Parameters of a book.
        values: New values by name.

    Returns:
        A value for each parameter, or the faults: an unknown name, a value out of bounds or of another kind.
    """
    known = {parameter.name: parameter for parameter in parameters}
    faults = [
        Diagnostic("parameter.unknown", f'unknown parameter "{name}"', suggest(name, known))
        for name in values
        if name not in known
    ]
    changed = {name: known[name].change(value) for name, value in values.items() if name in known}
    faults += [result for result in changed.values() if isinstance(result, Diagnostic)]
    if faults:
        return tuple(faults)
    new = {name: result.value for name, result in changed.items() if isinstance(result, Parameter)}
    return {name: parameter.value for name, parameter in known.items()} | new


def _read_parameter(record: Record, faults: list[Diagnostic]) -> Parameter:
    """The parameter of a row; where its value cannot be read, one that fits and so blames nothing else."""
    known = {fault.column for fault in faults if fault.row == record.line}
    bounds = {column: _read_cell(record, column, number=True) for column in ("minimum", "maximum")}
    bounded = any(isinstance(bound, Quantity) for bound in bounds.values())
    read = {"value": _read_cell(record, "value", number=bounded or bool(record["unit"])), **bounds}
    faults += [
        found.at(file=FILE, row=record.line, column=column)
        for column, found in read.items()
        if isinstance(found, Diagnostic) and column not in known
    ]
    value, minimum, maximum = (
        found if isinstance(found, Quantity) and column not in known else None
        for column, found in read.items()
    )
    unit = find_unit(record["unit"]) or infer_unit(record[NAME])
    fitting = value or minimum or maximum or Quantity(Decimal(1), Type(Kind.NUMBER, unit))
    return Parameter(record[NAME], fitting, record["unit"], minimum, maximum, record.line, record["note"])


def _read_cell(record: Record, column: str, *, number: bool) -> Quantity | Diagnostic | None:
    """The value or a bound of a parameter; None where the cell is empty."""
    text = record[column]
    if not text:
        return None
    read = read_quantity(record[NAME], text, record["unit"])
    if number and isinstance(read, Quantity) and read.type.kind is not Kind.NUMBER:
        message = f'the {column} of "{record[NAME]}" is no number: `{text}`'
        hint = "write one with at most one unit, as `5`, `5%` or `20M`"
        return Diagnostic("parameter.value", message, hint)
    return read


def _stand_in(parameter: Parameter) -> Parameter:
    """A parameter of which value and bounds measure different things, with a value that its cells expect."""
    bounds = [bound for bound in (parameter.minimum, parameter.maximum) if bound is not None]
    if not bounds or any(_compare(parameter.value, bound) is not None for bound in bounds):
        return parameter
    return replace(parameter, value=bounds[0])


def _check_bounds(parameter: Parameter) -> Iterator[Diagnostic]:
    sides = ((parameter.minimum, "below its minimum", -1), (parameter.maximum, "above its maximum", 1))
    for bound, word, sign in sides:
        beyond = Decimal(0) if bound is None else _compare(parameter.value, bound)
        if beyond is None:
            message = f'the value of "{parameter.name}" and a bound of it measure different things'
            yield Diagnostic("parameter.bounds", message, "give both in units of one kind")
            return
        if sign * beyond > 0:
            message = f'parameter "{parameter.name}" is {word}'
            yield Diagnostic("parameter.bounds", message, "change the value, or the bound")


def _compare(value: Quantity, bound: Quantity) -> Decimal | None:
    """How far a value lies above a bound, in the base unit; None if they measure different things."""
    counts = _measure(value), _measure(bound)
    if counts[0] is None or counts[1] is None or not _are_alike(value, bound):
        return None
    return counts[0] - counts[1]


def _measure(quantity: Quantity) -> Decimal | None:
    """The number counted in the base unit of its dimension; None for what is no number."""
    if quantity.type.kind is not Kind.NUMBER or not isinstance(quantity.value, Decimal):
        return None
    scale = quantity.type.unit.scale
    return None if scale is None else quantity.value * scale


def _are_alike(one: Quantity, other: Quantity) -> bool:
    dimensions = {one.type.unit.dimension, other.type.unit.dimension}
    return len(dimensions) == 1 or dimensions <= _RATIOS
