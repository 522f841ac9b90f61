"""Grids: sheets with every row and column known by what names it, and never by its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from engine.book.sheets import KEYS, is_condition, is_output
from engine.errors import Diagnostic
from engine.tables.read import NOTE
from engine.tables.sheet import Sheet, read_sheet

_Key = TypeVar("_Key")

Column: TypeAlias = tuple[str, int]
"""A header, and how many columns before it bear the same."""

RowKey: TypeAlias = tuple[tuple[str, ...], int]
"""The cells that name a row, and how many rows before it bear the same name."""

_BLINDING = frozenset({"sheet.empty", "sheet.quotes", "row.ragged"})
"""Faults for which rows of a file are not known."""

_ANYTHING = "-"


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet by row and column.

    Attributes:
        file: Name of the file.
        keys: Headers of the columns that name a row.
        columns: Its columns, in order.
        rows: The cells of each row by column, in order.
        lines: Line of the file at which each row starts.
    """

    file: str
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: dict[RowKey, dict[Column, str]]
    lines: dict[RowKey, int]

    @property
    def others(self) -> tuple[Column, ...]:
        """The columns that do not name the row."""
        names = {(key, 0) for key in self.keys}
        return tuple(column for column in self.columns if column not in names)

    def find_role(self, column: Column) -> str:
        """What a column is for: columns of different roles are never one."""
        header = column[0]
        if header == NOTE:
            return NOTE
        if is_output(self.file, header):
            return "output"
        return "condition" if is_condition(self.file, header) else "value"

    def read_meaning(self, row: RowKey, column: Column) -> str:
        """What a cell says: `-` in a condition is the same as nothing."""
        cell = self.rows[row][column]
        return "" if cell == _ANYTHING and is_condition(self.file, column[0]) else cell


def read_grid(text: str, file: str) -> Grid | Diagnostic:
    """Read the text of a CSV file, or say why its rows cannot be told apart.

    Repeated names and headers, and headers that are missing, are taken: a draft may have them.

    Args:
        text: Content of the file.
        file: Its name; a file that no book has is named by its first column.
    """
    sheet = read_sheet(text.replace("\r\n", "\n").replace("\r", "\n"), file)
    blinding = next((fault for fault in sheet.diagnostics if fault.code in _BLINDING), None)
    if blinding is not None:
        return blinding
    keys = KEYS.get(file, sheet.header[:1])
    for key in keys:
        if key not in sheet.header:
            hint = "rows are named by it"
            return Diagnostic("sheet.header.missing", f'there is no column "{key}"', hint, file, 1)
    columns = tuple(_count(sheet.header))
    names = _count(tuple(row.cells[sheet.header.index(key)] for key in keys) for row in sheet.rows)
    return _build(sheet, keys, columns, tuple(names))


def _build(
    sheet: Sheet, keys: tuple[str, ...], columns: tuple[Column, ...], names: tuple[RowKey, ...]
) -> Grid:
    rows = {
        name: dict(zip(columns, row.cells, strict=True)) for name, row in zip(names, sheet.rows, strict=True)
    }
    lines = {name: row.line for name, row in zip(names, sheet.rows, strict=True)}
    return Grid(sheet.file, keys, columns, rows, lines)


def _count(keys: Iterable[_Key]) -> Iterator[tuple[_Key, int]]:
    """Each key with how often it came before."""
    seen: Counter[_Key] = Counter()
    for key in keys:
        yield key, seen[key]
        seen[key] += 1
