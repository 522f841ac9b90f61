"""From a table as written to one whose every text is checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.errors import BookErrors, Diagnostic
from engine.language.check import Checked, check_cell, check_formula
from engine.language.check.words import reads_as_words
from engine.language.core import Constant, Core
from engine.language.names import Schema, Scope, build_scope, read_name, suggest
from engine.language.quantities import Quantity, read_quantity
from engine.language.types import TEXT, Kind, Type
from engine.language.units import PLAIN, Unit
from engine.tables.bind import CompiledTable, bind_table
from engine.tables.checked import CheckedTable
from engine.tables.model import OutputColumn, Rule, Table, write_value
from engine.tables.ranking import check_numbers, check_policy, check_ranks, read_allowed, strip_quotes


@dataclass(frozen=True, slots=True)
class _Output:
    """An output column with its type, once it is known."""

    column: OutputColumn
    kind: Kind | None
    unit: Unit | None


@dataclass(frozen=True, slots=True)
class _Collector:
    """Keeps the faults of a table's texts, each in its place."""

    file: str
    faults: list[Diagnostic]

    def keep(self, checked: Checked, row: int, header: str) -> Core | None:
        """The checked text, or None with its faults kept."""
        self.faults.extend(fault.at(file=self.file, row=row, column=header) for fault in checked.diagnostics)
        return checked.core


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
    collector = _Collector(table.file, list(check_policy(table)))
    headers = [column.header for column in table.inputs]
    subjects = [collector.keep(check_formula(header, scope), 1, header) for header in headers]
    cells = _Cells(scope)
    tests = [_check_tests(table, rule, subjects, cells, collector) for rule in table.rules]
    columns = [_check_output(table, place, scope, collector) for place in range(len(table.outputs))]
    if collector.faults:
        return tuple(sorted(collector.faults, key=lambda fault: fault.row or 0))
    results = tuple(zip(*columns, strict=True))
    unfit = (*check_ranks(table, results[:-1]), *check_numbers(table, results[-1]))
    if unfit:
        return unfit
    known = tuple(subject for subject in subjects if subject is not None)
    return CheckedTable(table, known, tuple(tests), results[:-1], results[-1])


@dataclass(frozen=True, slots=True)
class _Cells:
    """Checks cells; the same text under the same header is checked once."""

    scope: Scope
    seen: dict[tuple[str, str], Checked] = field(default_factory=dict)

    def check(self, header: str, text: str, subject: Core) -> Checked:
        """The test that a cell makes of its column's value."""
        if (header, text) not in self.seen:
            name = self.scope.find(header)
            vocabulary = None if name is None else name.vocabulary
            self.seen[header, text] = check_cell(text, subject, self.scope, vocabulary=vocabulary)
        return self.seen[header, text]


def _check_tests(
    table: Table, rule: Rule, subjects: Sequence[Core | None], cells: _Cells, collector: _Collector
) -> tuple[Core, ...]:
    """The sound tests of one rule; cells below a faulty header are left out."""
    tests = []
    for column, subject, text in zip(table.inputs, subjects, rule.tests, strict=True):
        if subject is not None:
            checked = cells.check(column.header, text, subject)
            tests.append(collector.keep(checked, rule.line, column.header))
    return tuple(test for test in tests if test is not None)


def _check_output(table: Table, place: int, scope: Scope, collector: _Collector) -> tuple[Core, ...]:
    """Results of one output column: a formula for each rule, and the default at the end."""
    column = table.outputs[place]
    output = _declare(column)
    if isinstance(output, Diagnostic):
        collector.keep(Checked(None, (output,)), 1, column.header)
        return ()
    wrong = tuple(_check_allowed(output))
    if wrong:
        collector.keep(Checked(None, wrong), 1, column.header)
        return ()
    results: list[Core | None] = []
    for rule in table.rules:
        checked = _check_result(rule.outputs[place], output, scope)
        results.append(collector.keep(checked, rule.line, column.header))
        output = _settle(output, checked.core)
    results.append(collector.keep(_check_result("", output, scope), 1, column.header))
    empty = Constant(None, Type(output.kind or Kind.TEXT, output.unit or PLAIN))
    return tuple(empty if core is None or _is_nothing(core) else core for core in results)


def _declare(column: OutputColumn) -> _Output | Diagnostic:
    if column.declared is None:
        return _Output(column, _guess_kind(column), None)
    name = read_name(column.name, column.declared)
    if isinstance(name, Diagnostic):
        return name
    return _Output(column, name.type.kind, None if name.type.unit.plain else name.type.unit)


def _check_allowed(output: _Output) -> Iterator[Diagnostic]:
    """Faults of the values that are listed for an output."""
    for place, word in enumerate(output.column.allowed):
        if word in output.column.allowed[:place]:
            yield Diagnostic("output.allowed", f"the allowed value `{word}` is listed twice", "leave one")
        if output.kind is not Kind.TEXT:
            checked = check_formula(word, Scope({}), kind=output.kind, unit=output.unit)
            yield from (replace(fault, start=None, end=None) for fault in checked.diagnostics)


def _guess_kind(column: OutputColumn) -> Kind | None:
    """The kind of the values that are listed for an output, or of its default."""
    example = next(iter(column.allowed), column.default)
    read = None if example is None else read_quantity(column.name, example)
    return read.type.kind if isinstance(read, Quantity) else None


def _settle(output: _Output, core: Core | None) -> _Output:
    """The kind that the first cell of an undeclared output gives to all, and the first unit in its cells."""
    if core is None or _is_nothing(core):
        return output
    unit = None if core.type.unit.plain else core.type.unit
    return _Output(output.column, output.kind or core.type.kind, output.unit or unit)


def _is_nothing(core: Core) -> bool:
    return isinstance(core, Constant) and core.value is None


def _check_result(text: str, output: _Output, scope: Scope) -> Checked:
    """One output cell; empty is the default."""
    column = output.column
    if not text and column.default is None:
        return Checked(Constant(None, Type(output.kind or Kind.TEXT)), ())
    written = text or write_value(column.default)
    checked = _check_word(written, output, scope, is_default=not text)
    if checked is None:
        checked = check_formula(written, scope, kind=output.kind, unit=output.unit, in_sheet=bool(text))
    core = checked.core
    if not column.allowed or core is None:
        return checked
    if isinstance(core, Constant):
        fits = core.value is None or core.value in read_allowed(column, core.type)
    else:
        fits = bool(text)  # a formula's values are judged row by row, but the default is one of those listed
    return checked if fits else Checked(None, (_refuse(written, column),))


def _check_word(written: str, output: _Output, scope: Scope, *, is_default: bool) -> Checked | None:
    """A text output's cell that is the text itself, not a formula: an allowed word, or the default."""
    column, word = output.column, strip_quotes(written)
    if output.kind is not Kind.TEXT or not (column.allowed or is_default):
        return None
    name = scope.find(written)
    if is_default or word in read_allowed(column, TEXT):
        if name is not None and name.type == TEXT and not is_default:
            message, hint = f"`{written}` is also a name", f'write "{written}" in quotes for the text'
            return Checked(None, (Diagnostic("word.ambiguous", message, hint),))
        return Checked(Constant(word, TEXT), ())
    if reads_as_words(written) and name is None:
        return Checked(None, (_refuse(word, column),))
    return None


def _refuse(text: str, column: OutputColumn) -> Diagnostic:
    close = suggest(text, [strip_quotes(word) for word in column.allowed])
    hint = close or f"one of {', '.join(column.allowed)}"
    return Diagnostic("output.allowed", f"`{text}` is not allowed as {column.name}", hint)
