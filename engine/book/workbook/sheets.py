"""Sheets of a workbook: rows of text in the looks of their parts, ready to be edited and printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.worksheet import Worksheet

from engine.book.workbook.characters import escape_text
from engine.book.workbook.looks import (
    CELL_ALIGNMENT,
    TEXT_FORMAT,
    Part,
    find_font,
    find_line_part,
    measure_height,
    measure_width,
    name_style,
)

SPARE_ROWS, SPARE_COLUMNS = 200, 10
"""Empty cells below and beside a table that are text already, so that what is typed there stays text."""

_A4 = "9"


class _Text(Cell):
    """A cell that takes a text as it is, however long its escapes make it; openpyxl would cut it."""

    __slots__ = ()

    def check_string(self, value: Any) -> Any:
        return value


def add_table(book: Workbook, name: str, cells: Sequence[Sequence[str]], parts: Sequence[Part]) -> Worksheet:
    """Add a sheet with a table, its header frozen, filtered and repeated on each page.

    Args:
        book: The workbook, with the styles of all parts.
        name: Name of the sheet.
        cells: The header and the rows.
        parts: What each column is for.
    """
    sheet = _add_sheet(book, name)
    header, *rows = cells
    styles = [name_style(part) for part in parts]
    _append(sheet, zip(header, (name_style(part, header=True) for part in parts), strict=True))
    for row in [*rows, *([""] * len(parts) for _ in range(SPARE_ROWS))]:
        _append(sheet, zip(row, styles, strict=True))
    widths = [measure_width(part, [row[place] for row in cells]) for place, part in enumerate(parts)]
    for place, part in enumerate(parts):
        _shape_column(sheet, place + 1, part, widths[place])
    for number, row in enumerate(cells, 1):
        sheet.row_dimensions[number].height = measure_height(row, widths)
    for place in range(len(parts) + 1, len(parts) + 1 + SPARE_COLUMNS):
        _shape_column(sheet, place, Part.CONDITION)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(parts))}{len(cells)}"
    return sheet


def add_lines(book: Workbook, name: str, header: str, lines: Sequence[str]) -> Worksheet:
    """Add a sheet with a line of a file in each row, below a header that names the file."""
    sheet = _add_sheet(book, name)
    _append(sheet, [(header, name_style(Part.LINE, header=True))])
    for line in lines:
        _append(sheet, [(line, name_style(find_line_part(line)))])
    for _ in range(SPARE_ROWS):
        _append(sheet, [("", name_style(Part.LINE))])
    width = measure_width(Part.LINE, [header, *lines])
    _shape_column(sheet, 1, Part.LINE, width)
    for number, line in enumerate(lines, 2):
        sheet.row_dimensions[number].height = measure_height([line], [width])
    sheet.freeze_panes = "A2"
    return sheet


def protect(sheet: Worksheet) -> None:
    """Guard a sheet that is not read back from edits, without a password; filters and widths stay free."""
    sheet.protection.sheet = True
    sheet.protection.autoFilter = False
    sheet.protection.formatColumns = False
    sheet.sheet_properties.tabColor = "BFBFBF"


def _add_sheet(book: Workbook, name: str) -> Worksheet:
    sheet: Worksheet = book.create_sheet(name)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    if sheet.sheet_properties.pageSetUpPr is not None:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6, header=0.3, footer=0.3)
    sheet.print_options.gridLines = True
    sheet.print_title_rows = "1:1"
    footer = sheet.oddFooter
    if footer is not None:
        footer.left.text, footer.right.text = "&A", "&P / &N"
    return sheet


def _append(sheet: Worksheet, cells: Iterable[tuple[str, str]]) -> None:
    sheet.append(list(_build_cells(sheet, cells)))


def _build_cells(sheet: Worksheet, cells: Iterable[tuple[str, str]]) -> Iterator[Cell]:
    for text, style in cells:
        cell = _Text(sheet, row=1, column=1)
        if text:
            cell.value = escape_text(text)
            cell.data_type = "s"
        cell.style = style
        yield cell


def _shape_column(sheet: Worksheet, place: int, part: Part, width: float | None = None) -> None:
    column = sheet.column_dimensions[get_column_letter(place)]
    column.font, column.alignment, column.number_format = find_font(part), CELL_ALIGNMENT, TEXT_FORMAT
    if width is not None:
        column.width = width
