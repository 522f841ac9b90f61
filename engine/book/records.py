"""Sheets with fixed columns: parameters, metrics, limits, buckets, targets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from engine.errors import Diagnostic
from engine.language.lexing import KEYWORDS
from engine.language.names import suggest
from engine.language.quantities import Quantity, read_quantity
from engine.language.units import SECONDS, Dimension
from engine.tables.sheet import Sheet, check_cells, read_sheet

NAME = "name"

LONGEST_S = 36_500 * 86_400
"""The longest time span that a book may name."""

_IDENTIFIER = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a sheet, by column.

    Attributes:
        line: Line of the file at which it starts, counted from 1.
        cells: The text in each column of the sheet's form; empty where the file has no such column.
        ragged: Whether the row does not fit the header, so that nothing but its name is known.
    """

    line: int
    cells: dict[str, str]
    ragged: bool = False

    def __getitem__(self, column: str) -> str:
        """The text in a column."""
        return self.cells[column]


def read_records(
    text: str,
    file: str,
    columns: Sequence[str],
    *,
    required: Sequence[str],
    texts: Sequence[str],
    key: str | None = NAME,
) -> tuple[tuple[Record, ...], tuple[Diagnostic, ...]]:
    """Read a sheet whose rows are told apart by a column.

    Args:
        text: Content of the file.
        file: Its name for messages.
        columns: Every column it may have.
        required: Columns it must have, and whose cells may not be empty.
        texts: Columns for people, which may hold anything.
        key: The column that tells rows apart, if one does; what stands in `name` must be a name that formulas
            can use.

    Returns:
        Rows with a key of their own, where names are the key those too that do not fit the header, and the
        faults in reading order.
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
        taken = [known[key] for known in records] if key is not None else []
        wrong = list(_check_record(record, file, required, key, taken))
        faults += wrong
        if key is None or all(fault.column != key for fault in wrong):
            records.append(record)
    if key == NAME:
        records += _list_ragged(sheet, columns, [record[NAME] for record in records])
    return tuple(records), tuple(sorted(faults, key=lambda fault: fault.row or 0))


def _list_ragged(sheet: Sheet, columns: Sequence[str], taken: Sequence[str]) -> Iterator[Record]:
    """Rows of which only the name can be told, so that it is not called unknown elsewhere as well."""
    place = sheet.find_column(NAME) or 0
    for row in sheet.ragged:
        name = row.cells[place] if place < len(row.cells) else ""
        if _check_name(name) is None and name not in taken:
            yield Record(row.line, dict.fromkeys(columns, "") | {NAME: name}, ragged=True)


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
    record: Record, file: str, required: Sequence[str], key: str | None, taken: Sequence[str]
) -> Iterator[Diagnostic]:
    for column in required:
        if not record[column]:
            yield Diagnostic("cell.empty", f"the {column} is empty", "fill it in", file, record.line, column)
    if key is None:
        return
    name = record[key]
    fault = _check_name(name) if key == NAME and name else None
    if fault is not None:
        yield fault.at(file=file, row=record.line, column=key)
    elif name in taken:
        message = f'the {key} "{name}" stands twice'
        yield Diagnostic(f"{key}.duplicate", message, "rename one, or take it out", file, record.line, key)


def _check_name(name: str) -> Diagnostic | None:
    """The fault of what no formula can use as a name."""
    if not _IDENTIFIER.fullmatch(name):
        hint = "letters, digits and `_`, beginning with a letter"
        return Diagnostic("name.form", f'"{name}" cannot be a name', hint)
    if name in KEYWORDS:
        return Diagnostic("name.keyword", f'"{name}" is a word of the language', "take another name")
    return None


def choose_word(record: Record, column: str, words: Sequence[str], code: str, file: str) -> Diagnostic | None:
    """The fault of a cell that is none of the words it may be.

    Args:
        record: The row.
        column: The column of the cell; an empty one is no fault of this kind.
        words: The words.
        code: Code of the fault.
        file: Name of the file for messages.
    """
    text = record[column]
    if not text or text in words:
        return None
    hint = suggest(text, words) or f"it is one of {', '.join(words)}"
    return Diagnostic(code, f'the {column} is "{text}"', hint, file, record.line, column)


def read_time_span(text: str) -> timedelta | None:
    """A time span such as `60s` or `30d`, or None if the text is none."""
    read = read_quantity("", text)
    if not isinstance(read, Quantity) or read.type.unit.dimension is not Dimension.DURATION:
        return None
    seconds = read.count_in(SECONDS)
    return timedelta(seconds=float(seconds)) if 0 < seconds <= LONGEST_S else None
