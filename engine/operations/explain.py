"""Explaining a decision table over rows that are given: one of a book, or a lone file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from engine.book import manifest
from engine.book.bind import BoundBook, bind
from engine.book.catalogue import list_flat_values
from engine.book.compile import compile_book
from engine.book.load import load_book
from engine.book.roles import CONTRACTS
from engine.errors import BookErrors, Diagnostic, UsageError
from engine.language.core import Apply, Core, columns_of, walk
from engine.language.functions.other_rows import Axes
from engine.language.given import read_setting, set_values
from engine.language.names import Scope, read_name, suggest
from engine.language.passes import plan_passes
from engine.language.types import Name, Stage, Value
from engine.operations.given_rows import (
    ROW,
    find_mixed_columns,
    guess_name,
    read_rows,
    type_columns,
)
from engine.operations.lone_tables import LoneTable, read_lone_table, read_schema, split_settings
from engine.tables.bind import CompiledTable
from engine.tables.compile import compile_table
from engine.tables.explain.explanation import Explanation
from engine.tables.model import Table

_CLASH = "type.mismatch"
"""Code of the fault of a cell that asks for another kind of value than its column has."""

_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Given:
    """The rows to explain.

    Attributes:
        settings: Values as `name=value`, the same in every row; without a file they are one row.
        data: A CSV or Parquet file of rows.
    """

    settings: tuple[str, ...] = ()
    data: Path | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """A table over rows.

    Attributes:
        path: The file of the table.
        frame: The rows, as the table sees them.
        decisions: What the table says of each, as `CompiledTable.evaluate` gives it.
        explanation: What every cell says.
        unread: Columns of the file that bear no name of the book, or hold what no table can read.
    """

    path: Path
    frame: pl.DataFrame
    decisions: pl.DataFrame
    explanation: Explanation
    unread: tuple[str, ...] = ()


def explain_path(path: Path, given: Given, lone: LoneTable | None = None) -> Explained:
    """Explain a table, row by row and cell by cell.

    In a book, types, parameters and hit policy are the book's. A setting may change a parameter or give a
    column. Metrics are computed where their inputs are given; a metric that is given is taken as it is.

    In a lone file a setting that no header names and no type declares is a parameter.

    Args:
        path: A table in the folder of a book's version, or a lone CSV file.
        given: The rows.
        lone: What is to be known of a lone file; None for a table of a book.

    Raises:
        BookErrors: Every fault of the book, the table or the rows.
        UsageError: Nothing is given, or in a form that cannot be taken.
    """
    settings = split_settings(given.settings, "--with")
    if given.data is None and not settings:
        raise UsageError("nothing to explain: give values with --with, or rows with --data")
    file = "" if given.data is None else given.data.name
    rows = pl.DataFrame({ROW: [0]}) if given.data is None else read_rows(given.data)
    if (path.parent / manifest.FILE).is_file():
        if lone is not None:
            raise UsageError(f"{path} is in a book, which says its columns and its hit policy")
        table, frame = _prepare_book(path, settings, rows, file)
    else:
        table, frame = _prepare_lone(path, settings, rows, file, lone or LoneTable())
    unread = tuple(column for column in rows.columns if column not in frame.columns)
    return Explained(path, frame, table.evaluate(frame, tell=True), table.explain(frame), unread)


def _prepare_book(
    path: Path, settings: Mapping[str, str], rows: pl.DataFrame, file: str
) -> tuple[CompiledTable, pl.DataFrame]:
    compiled = compile_book(load_book(path.parent))
    if path.stem not in compiled.tables:
        hint = suggest(path.stem, compiled.tables) or f"its tables are {', '.join(compiled.tables)}"
        raise UsageError(f"{path} is no decision table of the book; {hint}")
    parameters = {parameter.name for parameter in compiled.book.parameters}
    bound = bind(compiled, {name: text for name, text in settings.items() if name in parameters})
    scope = compiled.scope.with_names(CONTRACTS[path.stem].names)
    names = {name: each for name, each in scope.names.items() if each.stage >= Stage.MARKET}
    columns = {name: text for name, text in settings.items() if name not in parameters}
    frame = _set_columns(type_columns(rows, names, file), columns, scope)
    flat_values = list_flat_values(compiled.book.manifest.pairing.legs)
    flat = [(names[name], value) for name, value in flat_values.items() if name not in frame.columns]
    frame = set_values(frame, flat)
    table = bound.tables[path.stem]
    return table, _add_unknown(_measure(bound, frame), table.columns, names)


def _measure(bound: BoundBook, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with every metric whose inputs it has."""
    formulas: dict[str, Core] = {}
    present = set(frame.columns)
    for name, core in bound.formulas.items():
        if name not in present and present.issuperset(_list_inputs(core)):
            formulas[name] = core
            present.add(name)
    if not {"pair", "ts"} <= present:
        return plan_passes(formulas).evaluate(frame)
    order = frame.select(pl.arg_sort_by("pair", "ts")).to_series()
    return plan_passes(formulas).evaluate(frame[order])[order.arg_sort()]


def _list_inputs(core: Core) -> set[str]:
    """The columns that a formula reads, those that tell pairs and times apart included."""
    looks = any(isinstance(node, Apply) and node.function.scope != "row" for node in walk(core))
    return {*columns_of(core), *(Axes().names if looks else ())}


def _prepare_lone(
    path: Path, settings: Mapping[str, str], rows: pl.DataFrame, file: str, lone: LoneTable
) -> tuple[CompiledTable, pl.DataFrame]:
    table = read_lone_table(path, lone)
    read = {name: read_name(name, dtype) for name, dtype in rows.schema.items() if name.isidentifier()}
    known = {name: each for name, each in read.items() if isinstance(each, Name)}
    known |= _require_names({name: read_name(name, each) for name, each in read_schema(lone.schema).items()})
    asked = _find_words(column.header for column in table.inputs)
    guessed = {name: text for name, text in settings.items() if name in asked - known.keys()}
    known |= _require_names({name: guess_name(name, text) for name, text in guessed.items()})
    parameters = {name: text for name, text in settings.items() if name not in known}
    _require_use(parameters, table, known)
    try:
        compiled = compile_table(table, known, parameters)
    except BookErrors as error:
        clashing = _find_words(fault.column or "" for fault in error.diagnostics if fault.code == _CLASH)
        mixed = find_mixed_columns(rows, sorted(clashing - read_schema(lone.schema).keys()), file)
        raise BookErrors([*mixed, *error.diagnostics]) from error
    columns = {name: text for name, text in settings.items() if name in known}
    frame = _set_columns(type_columns(rows, known, file), columns, Scope(known))
    return compiled, _add_unknown(frame, compiled.columns, known)


def _find_words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text)}


def _require_use(parameters: Iterable[str], table: Table, known: Iterable[str]) -> None:
    """Refuse a parameter that no cell names: it is misspelled."""
    used = _find_words(text for rule in table.rules for text in (*rule.tests, *rule.outputs))
    faults = [
        Diagnostic("name.unknown", f'the table has no name "{name}"', suggest(name, [*known, *used]))
        for name in parameters
        if name not in used
    ]
    if faults:
        raise BookErrors(faults)


def _require_names(read: Mapping[str, Name | Diagnostic]) -> dict[str, Name]:
    faults = [each for each in read.values() if isinstance(each, Diagnostic)]
    if faults:
        raise BookErrors(faults)
    return {name: each for name, each in read.items() if isinstance(each, Name)}


def _set_columns(frame: pl.DataFrame, settings: Mapping[str, str], scope: Scope) -> pl.DataFrame:
    """The frame with columns from settings, one value for all rows."""
    faults: list[Diagnostic] = []
    values: list[tuple[Name, Value]] = []
    for key, text in settings.items():
        name = scope.find(key)
        if name is None:
            faults.append(Diagnostic("name.unknown", f'unknown name "{key}"', suggest(key, scope.names)))
            continue
        value = read_setting(name, text)
        if isinstance(value, Diagnostic):
            faults.append(value)
        else:
            values.append((name, value))
    if faults:
        raise BookErrors(faults)
    return set_values(frame, values)


def _add_unknown(frame: pl.DataFrame, columns: Iterable[str], names: Mapping[str, Name]) -> pl.DataFrame:
    """The frame with an unknown column for each that a table asks for and nobody gave."""
    return set_values(frame, [(names[name], None) for name in columns if name not in frame.columns])
