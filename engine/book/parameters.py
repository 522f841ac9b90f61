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
        known = len(wrong)
        found.append(_read_parameter(record, wrong))
        if len(wrong) == known:
            bounds = _check_bounds(found[-1])
            wrong += [fault.at(file=FILE, row=record.line, column="value") for fault in bounds]
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
    """The parameter of a row; one that cannot be read is zero, so that its name is still known."""
    read: dict[str, Quantity | None] = {"minimum": None, "maximum": None}
    for column in ("value", "minimum", "maximum"):
        if record[column]:
            quantity = read_quantity(record[NAME], record[column], record["unit"])
            if isinstance(quantity, Diagnostic):
                placed = quantity.at(file=FILE, row=record.line, column=column)
                known = any((fault.row, fault.column) == (record.line, column) for fault in faults)
                faults += [] if known else [placed]
            else:
                read[column] = quantity
    unit = find_unit(record["unit"]) or infer_unit(record[NAME])
    value = read.get("value") or Quantity(Decimal(0), Type(Kind.NUMBER, unit))
    bounds = read["minimum"], read["maximum"]
    return Parameter(record[NAME], value, record["unit"], *bounds, record.line, record["note"])


def _check_bounds(parameter: Parameter) -> Iterator[Diagnostic]:
    for bound, word, sign in (
        (parameter.minimum, "below its minimum", -1),
        (parameter.maximum, "above its maximum", 1),
    ):
        if bound is None:
            continue
        value = _measure(parameter.value), _measure(bound)
        if value[0] is None or value[1] is None or not _are_alike(parameter.value, bound):
            message = f'the value of "{parameter.name}" and a bound of it measure different things'
            yield Diagnostic("parameter.bounds", message, "give both in units of one kind")
        elif sign * (value[0] - value[1]) > 0:
            message = f'parameter "{parameter.name}" is {word}'
            yield Diagnostic("parameter.bounds", message, "change the value, or the bound")


def _measure(quantity: Quantity) -> Decimal | None:
    """The number counted in the base unit of its dimension; None for what is no number."""
    if quantity.type.kind is not Kind.NUMBER or not isinstance(quantity.value, Decimal):
        return None
    scale = quantity.type.unit.scale
    return None if scale is None else quantity.value * scale


def _are_alike(one: Quantity, other: Quantity) -> bool:
    dimensions = {one.type.unit.dimension, other.type.unit.dimension}
    return len(dimensions) == 1 or dimensions <= _RATIOS
