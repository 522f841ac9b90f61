"""Faults of a book at the cells of the workbook that it came from."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.book.manifest import FILE as MANIFEST
from engine.book.workbook.grid import Grid, cut_grid
from engine.book.workbook.names import name_cell, name_sheet
from engine.errors import Diagnostic

_LINE = re.compile(r"\bline (\d+)(?: of (\w+\.csv))?")


def place_faults(faults: Iterable[Diagnostic], texts: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """The same faults, each with its cell (`entry!C4`) in place of file and line, where it has one.

    Args:
        faults: Faults of the book.
        texts: Content of each file by name, as the book was checked.
    """
    grids = {file: cut_grid(text, file) for file, text in texts.items() if file != MANIFEST}
    return tuple(_place(fault, texts, grids) for fault in faults)


def _place(
    fault: Diagnostic, texts: Mapping[str, str], grids: Mapping[str, Grid | tuple[Diagnostic, ...]]
) -> Diagnostic:
    if fault.file is None or fault.file not in texts:
        return fault
    file, sheet = fault.file, name_sheet(fault.file)
    message = _LINE.sub(lambda match: _tell_row(match, file, grids), fault.message)
    fault = replace(fault, message=message)
    if fault.row is None:
        return replace(fault, file=sheet)
    if file == MANIFEST:
        return replace(fault, file=name_cell(sheet, fault.row + 1, 1), row=None)
    grid = grids[file]
    if isinstance(grid, tuple):
        return fault
    row = _find_row(grid, fault.row)
    headers = [header.strip() for header in grid.cells[0]]
    column = headers.index(fault.column) + 1 if fault.column in headers else 1
    return replace(fault, file=name_cell(sheet, row, column), row=None)


def _find_row(grid: Grid, line: int) -> int:
    return max(bisect_right(grid.lines, line), 1)


def _tell_row(match: re.Match[str], file: str, grids: Mapping[str, Grid | tuple[Diagnostic, ...]]) -> str:
    """The row of a sheet, where a message names a line of a file."""
    other = match.group(2)
    grid = grids.get(other or file, ())
    if isinstance(grid, tuple):
        return match.group()
    row = _find_row(grid, int(match.group(1)))
    return f"row {row}" if other is None else f"row {row} of {name_sheet(other)}"
