"""Sheets: the text of a CSV file as a header and rows of cells, with every fault of form."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from engine.errors import Diagnostic
from engine.language.commas import find_comma

_QUOTED = re.compile(r'"[^"]*"')
_HEADER = re.compile(r'(?:"[^"]*"|[^"\r\n])*')
_THOUSAND = re.compile(r"\d{3}")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet.

    Attributes:
        line: Line of the file at which it starts, counted from 1.
        cells: As many texts as the header has, without space around them.
    """

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header, the rows that fit it, and what was wrong with the others.

    Attributes:
        file: Name of the file for messages.
        header: Headers of the columns, without space around them.
        rows: Rows with something in them.
        ragged: Rows that do not fit the header, with the cells that they have.
        diagnostics: Faults of form, in reading order.
    """

    file: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    diagnostics: tuple[Diagnostic, ...]
    ragged: tuple[Row, ...] = ()

    def find_column(self, name: str) -> int | None:
        """Place of the column with this header, or None."""
        return self.header.index(name) if name in self.header else None


def read_sheet(text: str, file: str) -> Sheet:
    """Read the text of a CSV file.

    Cells are separated by `,`, or by `;` if one stands in the header outside of quotes. A byte order mark,
    either kind of line end, quoted cells, empty rows and empty columns at the end are taken.

    Args:
        text: Content of the file.
        file: Its name for messages.
    """
    faults: list[Diagnostic] = []
    rows = list(_cut_rows(text.removeprefix("\ufeff"), file, faults))
    if not rows:
        faults.append(Diagnostic("sheet.empty", "the file is empty", "write a header line", file, 1))
        return Sheet(file, (), (), tuple(faults))
    width = _measure_width(rows)
    header = rows[0].cells[:width]
    faults += _check_header(header, file, rows[0].line)
    fitting, ragged = [], []
    for row in rows[1:]:
        if len(row.cells) < width or any(row.cells[width:]):
            faults.append(_explain_width(row, width, file))
            ragged.append(row)
        else:
            fitting.append(Row(row.line, row.cells[:width]))
    ordered = tuple(sorted(faults, key=lambda fault: fault.row or 0))
    return Sheet(file, header, tuple(fitting), ordered, tuple(ragged))


def find_separator(text: str) -> str:
    """What separates the cells of a CSV file: `;` if one stands in the header outside of quotes, or `,`.

    Args:
        text: Content of the file.
    """
    header = _HEADER.match(text.removeprefix("\ufeff").lstrip("\r\n"))
    return ";" if header is not None and ";" in _QUOTED.sub("", header.group()) else ","


def check_cells(sheet: Sheet, texts: frozenset[str] = frozenset()) -> list[Diagnostic]:
    """Faults that spreadsheets bring into cells and headers: a leading `=`, commas in numbers.

    Args:
        sheet: The sheet.
        texts: Headers of columns that hold text for people.
    """
    faults = []
    places = [(row.line, zip(sheet.header, row.cells, strict=True)) for row in sheet.rows]
    for line, cells in [(1, zip(sheet.header, sheet.header, strict=True)), *places]:
        for header, cell in cells:
            fault = None if header in texts else _find_habit(cell)
            if fault is not None:
                faults.append(fault.at(file=sheet.file, row=line, column=header))
    return faults


def _cut_rows(text: str, file: str, faults: list[Diagnostic]) -> Iterator[Row]:
    """Rows with something in them, up to the first that is no CSV."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=find_separator(text), strict=True)
    line = 1
    try:
        for cells in reader:
            stripped = tuple(cell.strip() for cell in cells)
            if any(stripped):
                yield Row(line, stripped)
            line = reader.line_num + 1
    except csv.Error as error:
        hint = 'a cell with quotes in it is written "say ""so""", and each quote is closed'
        faults.append(
            Diagnostic("sheet.quotes", f"the row cannot be cut into cells: {error}", hint, file, line)
        )


def _measure_width(rows: list[Row]) -> int:
    """Columns up to the last header; a spreadsheet may leave separators behind it."""
    header = rows[0].cells
    return max(place for place, cell in enumerate(header, 1) if cell)


def _check_header(header: tuple[str, ...], file: str, line: int) -> Iterator[Diagnostic]:
    for place, name in enumerate(header, 1):
        if not name:
            yield Diagnostic(
                "header.empty", f"column {place} has no header", "name it, or take it out", file, line
            )
    for name, count in Counter(header).items():
        if name and count > 1:
            hint = "leave one; several conditions on one value fit in one cell"
            yield Diagnostic(
                "header.duplicate", f'the header "{name}" stands {count} times', hint, file, line, name
            )


def _explain_width(row: Row, width: int, file: str) -> Diagnostic:
    message = f"the row has {len(row.cells)} cells where the header has {width}"
    hint = 'a cell with a comma in it needs quotes: "max(a, b)"'
    if len(row.cells) < width:
        hint = "each row has as many separators as the header"
    for place, (one, other) in enumerate(zip(row.cells, row.cells[1:], strict=False), 1):
        if re.search(r"\d$", one) and re.fullmatch(r"\d+[%\w]*", other) and len(row.cells) > width:
            surplus = row.cells[place : place + len(row.cells) - width]
            hint = _advise_decimal(one, [*takewhile(_THOUSAND.fullmatch, surplus)] or [other])
            break
    return Diagnostic("row.ragged", message, hint, file, row.line)


def _find_habit(cell: str) -> Diagnostic | None:
    if cell.startswith(("=<", "=>")):
        meant = f"{cell[1]}={cell[2:]}"
        return Diagnostic("cell.equals", f"`{cell}` begins with `=`", f"write `{meant}`")
    if cell.startswith("="):
        return Diagnostic("cell.equals", f"`{cell}` begins with `=`", "leave out the leading `=`")
    found = find_comma(cell)
    return None if found is None else Diagnostic(found.code, found.message, found.hint)


def _advise_decimal(whole: str, rest: Sequence[str]) -> str:
    """How to write a number that commas cut; of three digits behind one nobody can tell what it meant."""
    hint = f"write decimals with a point: `{whole}.{rest[0]}`"
    if not _THOUSAND.fullmatch(rest[0]):
        return hint
    thousands = f"thousands without a sign: `{whole}{''.join(rest)}`"
    return f"{hint}, {thousands}" if len(rest) == 1 else f"write {thousands}"
