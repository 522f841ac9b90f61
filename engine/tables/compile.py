"""From a table as written to one whose every text is checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import BookErrors, Diagnostic
from engine.language.check import Checked, check_cell, check_formula
from engine.language.core import Constant, Core
from engine.language.names import Schema, Scope, build_scope, read_name
from engine.language.quantities import Quantity, read_quantity
from engine.language.types import TEXT, Kind, Type
from engine.language.units import Unit
from engine.tables.bind import CompiledTable, bind_table
from engine.tables.checked import CheckedTable
from engine.tables.model import OutputColumn, Table
from engine.tables.policies import check_policy


@dataclass(frozen=True, slots=True)
class _Output:
    """An output column with its type, once it is known."""

    column: OutputColumn
    kind: Kind | None
    unit: Unit | None


def compile_table(table: Table, schema: Schema, parameters: Mapping[str, Any] | None = None) -> CompiledTable:
    """Compile a table for frames with the columns of a schema.

    Args:
        table: As read by `parse_table`.
        schema: Names of columns with their types and units.
        parameters: Values of parameters, as numbers, booleans or texts such as `5%`.

    Raises:
        BookErrors: Every fault in the table's texts, and a hit policy that cannot be evaluated.
    """
    checked = check_table(table, build_scope(schema, parameters))
    if not isinstance(checked, CheckedTable):
        raise BookErrors(checked)
    read = {name: read_quantity(name, value) for name, value in (parameters or {}).items()}
    return bind_table(checked, {name: value for name, value in read.items() if isinstance(value, Quantity)})


def check_table(table: Table, scope: Scope) -> CheckedTable | tuple[Diagnostic, ...]:
    """Check every text of a table.

    Args:
        table: The table.
        scope: Names that its texts may use.

    Returns:
        The checked table, or its faults in reading order.
    """
    faults = list(check_policy(table))
    subjects = [_check_header(table, column.header, scope, faults) for column in table.inputs]
    tests = [
        tuple(_keep(check, faults) for check in _check_tests(table, place, subjects, scope))
        for place in range(len(table.rules))
    ]
    columns = [_check_output(table, place, scope, faults) for place in range(len(table.outputs))]
    if faults:
        return tuple(sorted(faults, key=lambda fault: fault.row or 0))
    results = tuple(zip(*columns, strict=True))
    return CheckedTable(
        table,
        tuple(subject for subject in subjects if subject is not None),
        tuple(tuple(test for test in row if test is not None) for row in tests),
        results[:-1],
        results[-1],
    )


def _check_header(table: Table, header: str, scope: Scope, faults: list[Diagnostic]) -> Core | None:
    checked = check_formula(header, scope)
    faults += [fault.at(file=table.file, row=1, column=header) for fault in checked.diagnostics]
    return checked.core


def _check_tests(
    table: Table, place: int, subjects: list[Core | None], scope: Scope
) -> Iterator[tuple[Checked, Table, int, str]]:
    """The checked cells of one rule, each with its place; cells below a faulty header are left out."""
    rule = table.rules[place]
    for column, subject, text in zip(table.inputs, subjects, rule.tests, strict=True):
        if subject is not None:
            name = scope.find(column.header)
            vocabulary = None if name is None else name.vocabulary
            checked = check_cell(text, subject, scope, vocabulary=vocabulary)
            yield checked, table, rule.line, column.header


def _keep(check: tuple[Checked, Table, int, str], faults: list[Diagnostic]) -> Core | None:
    checked, table, line, header = check
    faults += [fault.at(file=table.file, row=line, column=header) for fault in checked.diagnostics]
    return checked.core


def _check_output(table: Table, place: int, scope: Scope, faults: list[Diagnostic]) -> tuple[Core, ...]:
    """Results of one output column: a formula for each rule, and the default at the end."""
    column = table.outputs[place]
    output = _declare(column)
    if isinstance(output, Diagnostic):
        faults.append(output.at(file=table.file, row=1, column=column.header))
        return ()
    results: list[Core | None] = []
    for rule in table.rules:
        checked = _check_result(rule.outputs[place], output, scope)
        results.append(_keep((checked, table, rule.line, column.header), faults))
        output = _settle(output, checked.core)
    default = _check_result("", output, scope)
    results.append(_keep((default, table, 1, column.header), faults))
    empty = Constant(None, Type(output.kind or Kind.TEXT))
    return tuple(empty if core is None or _is_nothing(core) else core for core in results)


def _declare(column: OutputColumn) -> _Output | Diagnostic:
    if column.declared is None:
        return _Output(column, _guess_kind(column), None)
    name = read_name(column.name, column.declared)
    if isinstance(name, Diagnostic):
        return name
    return _Output(column, name.type.kind, name.type.unit if name.type.kind is Kind.NUMBER else None)


def _guess_kind(column: OutputColumn) -> Kind | None:
    """The kind of the values an output may have, if they are listed."""
    read = read_quantity(column.name, column.allowed[0]) if column.allowed else None
    return read.type.kind if isinstance(read, Quantity) else None


def _settle(output: _Output, core: Core | None) -> _Output:
    """The kind that the first cell of an undeclared output gives to all."""
    if output.kind is not None or core is None or _is_nothing(core):
        return output
    return _Output(output.column, core.type.kind, None)


def _is_nothing(core: Core) -> bool:
    return isinstance(core, Constant) and core.value is None


def _check_result(text: str, output: _Output, scope: Scope) -> Checked:
    """One output cell; empty is the default."""
    column = output.column
    written = text or _write_default(column.default)
    if written is None:
        return Checked(Constant(None, Type(output.kind or Kind.TEXT)), ())
    if output.kind is Kind.TEXT and (column.allowed or not text):
        written = written.strip('"')
    if column.allowed and written not in column.allowed:
        return Checked(None, (_refuse(written, column),))
    if output.kind is Kind.TEXT and (column.allowed or not text):
        return Checked(Constant(written, TEXT), ())
    return check_formula(written, scope, kind=output.kind, unit=output.unit)


def _write_default(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _refuse(text: str, column: OutputColumn) -> Diagnostic:
    hint = f"one of {', '.join(column.allowed)}"
    return Diagnostic("output.allowed", f"`{text}` is not allowed as {column.name}", hint)
