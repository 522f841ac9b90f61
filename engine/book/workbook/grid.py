"""Grids: every cell of a CSV file as it is, and the dialect that the file is written in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile

from engine.errors import Diagnostic
from engine.tables.sheet import find_separator

Cells = tuple[tuple[str, ...], ...]
"""Rows of equal length, the header first."""

_BOM = "\ufeff"
_LINE_END = re.compile(r"\r\n|\n|\r")
_FIELDS = {
    separator: re.compile(
        rf'(?:"(?P<quoted>[^"]*(?:""[^"]*)*)"|(?P<bare>(?:[^"{separator}\r\n][^{separator}\r\n]*)?))'
        rf"(?P<after>{separator}|\r\n|\n|\r|\Z)"
    )
    for separator in ",;"
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the cells of a file are written.

    Attributes:
        separator: What stands between cells.
        line_end: What ends a row.
        bom: Whether the file begins with a byte order mark.
        quotes_all: Whether cells are quoted that need no quotes.
    """

    separator: str = ","
    line_end: str = "\n"
    bom: bool = False
    quotes_all: bool = False


CANONICAL = Dialect()


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a file.

    Attributes:
        cells: The header, and every row below it up to the last with something in it.
        lines: Line of the file at which each row starts, counted from 1.
        dialect: How the file is written.
    """

    cells: Cells
    lines: tuple[int, ...]
    dialect: Dialect


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: list[str]


def cut_grid(text: str, file: str) -> Grid | tuple[Diagnostic, ...]:
    """Cut the text of a CSV file into cells, or name every row that cannot be cut.

    Args:
        text: Content of the file.
        file: Its name for messages.
    """
    separator = find_separator(text)
    cutter = _Cutter(text.removeprefix(_BOM), file, separator)
    rows = list(dropwhile(lambda row: not any(map(str.strip, row.cells)), cutter.cut_rows()))
    if not rows:
        empty = Diagnostic("sheet.empty", "the file is empty", "write a header line", file, 1)
        return (cutter.fault or empty,)
    width = max(place for place, cell in enumerate(rows[0].cells, 1) if cell)
    faults = [_refuse_width(row, width, file) for row in rows if not _fits(row.cells, width)]
    faults += [] if cutter.fault is None else [cutter.fault]
    if faults:
        return tuple(faults)
    while not any(rows[-1].cells):
        rows.pop()
    cells = tuple(tuple((row.cells + [""] * width)[:width]) for row in rows)
    dialect = Dialect(separator, cutter.line_end or "\n", text.startswith(_BOM), cutter.quotes_all)
    return Grid(cells, tuple(row.line for row in rows), dialect)


def write_cells(cells: Sequence[Sequence[str]], dialect: Dialect = CANONICAL) -> str:
    """The text of a CSV file with these cells; `cut_grid` finds the same cells in it.

    Args:
        cells: Rows of equal length, the header first.
        dialect: How the file is written.
    """
    if not cells:
        return ""
    alone = len(cells[0]) == 1
    separator = "," if alone else dialect.separator
    lines = []
    for number, row in enumerate(cells):
        signs = f'"{separator}\r\n' if number else f'",;\r\n{_BOM}'
        lines.append(separator.join(_quote(cell, signs, dialect, alone=alone) for cell in row))
    text = "".join(line + dialect.line_end for line in lines)
    return _BOM + text if dialect.bom else text


def adopt_dialect(text: str, present: str, file: str) -> str:
    """What a file becomes: itself if its cells are those of a new text, or these in the file's dialect.

    A line end of Windows inside a cell may have become a line feed: LibreOffice knows no other.

    Args:
        text: New content.
        present: Content that the file has.
        file: Its name.
    """
    new, old = cut_grid(text, file), cut_grid(present, file)
    if isinstance(new, tuple) or isinstance(old, tuple):
        return text
    return present if _unify(new.cells) == _unify(old.cells) else write_cells(new.cells, old.dialect)


class _Cutter:
    """Cuts a text into rows; what cannot be cut is one fault at the end."""

    def __init__(self, text: str, file: str, separator: str) -> None:
        self._text = text
        self._file = file
        self._fields = _FIELDS[separator]
        self._needless = self._bare = False
        self.line_end = ""
        self.fault: Diagnostic | None = None

    @property
    def quotes_all(self) -> bool:
        """Whether every cell with something in it has quotes, and one of them without need."""
        return self._needless and not self._bare

    def cut_rows(self) -> Iterator[_Row]:
        """Every row, up to the first that is no CSV."""
        at, line, row = 0, 1, _Row(1, [])
        while at < len(self._text) or row.cells:
            found = self._fields.match(self._text, at)
            if found is None:
                message = "the row cannot be cut into cells: a quote is not closed, or text stands behind one"
                hint = 'a cell with quotes in it is written "say ""so""", and each quote is closed'
                self.fault = Diagnostic("sheet.quotes", message, hint, self._file, row.line)
                return
            row.cells.append(self._take(found))
            line += sum(1 for _ in _LINE_END.finditer(found.group()))
            at = found.end()
            if found["after"] not in (",", ";"):
                self.line_end = self.line_end or found["after"]
                yield row
                row = _Row(line, [])

    def _take(self, found: re.Match[str]) -> str:
        if found["quoted"] is None:
            self._bare |= bool(found["bare"])
            return found["bare"]
        cell = found["quoted"].replace('""', '"')
        self._needless |= bool(cell) and not any(sign in cell for sign in '",;\r\n')
        return cell


def _fits(cells: list[str], width: int) -> bool:
    return len(cells) >= width and not any(cells[width:]) if any(cells) else True


def _refuse_width(row: _Row, width: int, file: str) -> Diagnostic:
    message = f"the row has {len(row.cells)} cells where the header has {width}"
    hint = 'each row has as many separators as the header; a cell with a comma needs quotes: "max(a, b)"'
    return Diagnostic("row.ragged", message, hint, file, row.line)


def _quote(cell: str, signs: str, dialect: Dialect, *, alone: bool) -> str:
    needs = any(sign in cell for sign in signs) or (alone and not cell)
    return f'"{cell.replace(chr(34), chr(34) * 2)}"' if needs or (dialect.quotes_all and cell) else cell


def _unify(cells: Cells) -> list[list[str]]:
    return [[cell.replace("\r\n", "\n") for cell in row] for row in cells]
