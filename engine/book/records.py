"""Sheets with fixed columns: parameters and metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.errors import Diagnostic
from engine.language.lexing import KEYWORDS
from engine.language.names import suggest
from engine.tables.sheet import Sheet, check_cells, read_sheet

NAME = "name"

_IDENTIFIER = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a sheet, by column.

    Attributes:
        line: Line of the file at which it starts, counted from 1.
        cells: The text in each column of the sheet's form; empty where the file has no such column.
    """

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """The text in a column."""
        return self.cells[column]


def read_records(
    text: str, file: str, columns: Sequence[str], *, required: Sequence[str], texts: Sequence[str]
) -> tuple[tuple[Record, ...], tuple[Diagnostic, ...]]:
    """Read a sheet whose rows are named.

    Args:
        text: Content of the file.
        file: Its name for messages.
        columns: Every column it may have; `name` is one.
        required: Columns it must have, and whose cells may not be empty.
        texts: Columns for people, which may hold anything.

    Returns:
        Rows with a name of their own, and the faults in reading order.
    """
    sheet = read_sheet(text, file)
    faults = [*sheet.diagnostics, *check_cells(sheet, frozenset(texts))]
    if sheet.header:
        faults += _check_header(sheet, columns, required)
    if any(fault.code.startswith("sheet.header") for fault in faults) or not sheet.header:
        return (), tuple(faults)
    places = {column: sheet.find_column(column) for column in columns}
    records: list[Record] = []
    for row in sheet.rows:
        cells = {column: "" if place is None else row.cells[place] for column, place in places.items()}
        record = Record(row.line, cells)
        wrong = list(_check_record(record, file, required, [known[NAME] for known in records]))
        faults += wrong
        if all(fault.column != NAME for fault in wrong):
            records.append(record)
    return tuple(records), tuple(sorted(faults, key=lambda fault: fault.row or 0))


def _check_header(sheet: Sheet, columns: Sequence[str], required: Sequence[str]) -> Iterator[Diagnostic]:
    for header in sheet.header:
        if header and header not in columns:
            hint = suggest(header, columns) or f"columns are {', '.join(columns)}"
            yield Diagnostic("sheet.column", f'unknown column "{header}"', hint, sheet.file, 1, header)
    for column in required:
        if column not in sheet.header:
            message = f'there is no column "{column}"'
            yield Diagnostic(
                "sheet.header.missing", message, f"columns are {', '.join(columns)}", sheet.file, 1
            )


def _check_record(
    record: Record, file: str, required: Sequence[str], taken: Sequence[str]
) -> Iterator[Diagnostic]:
    for column in required:
        if not record[column]:
            yield Diagnostic("cell.empty", f"the {column} is empty", "fill it in", file, record.line, column)
    name = record[NAME]
    if name and not _IDENTIFIER.fullmatch(name):
        hint = "letters, digits and `_`, beginning with a letter"
        yield Diagnostic("name.form", f'"{name}" cannot be a name', hint, file, record.line, NAME)
    elif name in KEYWORDS:
        message = f'"{name}" is a word of the language'
        yield Diagnostic("name.keyword", message, "take another name", file, record.line, NAME)
    elif name in taken:
        message = f'the name "{name}" stands twice'
        yield Diagnostic("name.duplicate", message, "rename one, or take it out", file, record.line, NAME)
