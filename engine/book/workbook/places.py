"""Faults of a book at the cells of the workbook that it came from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.book.manifest import FILE as MANIFEST
from engine.book.workbook.grid import Grid, cut_grid
from engine.book.workbook.names import name_cell, name_sheet
from engine.errors import Diagnostic


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
    sheet = name_sheet(fault.file)
    if fault.row is None:
        return replace(fault, file=sheet)
    if fault.file == MANIFEST:
        return replace(fault, file=name_cell(sheet, fault.row + 1, 1), row=None)
    grid = grids[fault.file]
    if isinstance(grid, tuple):
        return fault
    row = max(bisect_right(grid.lines, fault.row), 1)
    headers = [header.strip() for header in grid.cells[0]]
    column = headers.index(fault.column) + 1 if fault.column in headers else 1
    return replace(fault, file=name_cell(sheet, row, column), row=None)
