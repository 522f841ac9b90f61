"""How a workbook looks: the parts of a table, their colours, the widths of their columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from enum import StrEnum

from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill

TEXT_FORMAT = "@"
CELL_ALIGNMENT = Alignment(vertical="top", wrapText=True)

_WHITE, _MUTED = "FFFFFF", "666666"
_MARGIN, _BUTTON = 2, 3
_LINE_POINTS, _MOST_LINES = 15, 27


class Part(StrEnum):
    """What a column of a table is for."""

    KEY = "key"
    CONDITION = "condition"
    OUTPUT = "output"
    FORMULA = "formula"
    NOTE = "note"
    LINE = "line"
    SECTION = "section"
    REMARK = "remark"


_HEADER_COLOURS = {
    Part.KEY: "37474F",
    Part.CONDITION: "1F4E79",
    Part.OUTPUT: "C55A11",
    Part.FORMULA: "1F4E79",
    Part.NOTE: _MUTED,
    Part.LINE: "37474F",
}
_WIDEST = {
    Part.KEY: 30,
    Part.CONDITION: 34,
    Part.OUTPUT: 20,
    Part.FORMULA: 68,
    Part.NOTE: 64,
    Part.LINE: 100,
}
_NARROWEST = {Part.NOTE: 32, Part.LINE: 80}
_COLOURS = {Part.OUTPUT: "843C0C", Part.NOTE: _MUTED, Part.REMARK: _MUTED}
_BOLD = {Part.KEY, Part.OUTPUT, Part.SECTION}
_CODE = {Part.FORMULA, Part.LINE, Part.SECTION, Part.REMARK}


def find_part(header: str, place: int) -> Part:
    """What a column is for, by its header.

    Args:
        header: The header.
        place: Place of the column, counted from 0.
    """
    word = header.strip()
    if word == "note":
        return Part.NOTE
    if word == "formula":
        return Part.FORMULA
    if place == 0:
        return Part.KEY
    return Part.OUTPUT if word.split(maxsplit=1)[:1] == ["then"] else Part.CONDITION


def find_line_part(line: str) -> Part:
    """What a line of the manifest is."""
    if line.lstrip().startswith("#"):
        return Part.REMARK
    return Part.SECTION if line.startswith("[") else Part.LINE


def name_style(part: Part, *, header: bool = False) -> str:
    """The name of the style of a part, as a spreadsheet lists it."""
    return f"book {part} header" if header else f"book {part}"


def build_styles() -> Iterable[NamedStyle]:
    """The styles of all parts; every one formats its cells as text."""
    for part, colour in _HEADER_COLOURS.items():
        yield NamedStyle(
            name_style(part, header=True),
            font=Font("Calibri", sz=11, b=True, color=_WHITE),
            fill=PatternFill("solid", fgColor=colour),
            alignment=Alignment(vertical="center", wrapText=True),
            number_format=TEXT_FORMAT,
        )
    for part in Part:
        yield NamedStyle(
            name_style(part), font=find_font(part), alignment=CELL_ALIGNMENT, number_format=TEXT_FORMAT
        )


def find_font(part: Part) -> Font:
    """The font of the cells of a part."""
    typeface, size = ("Consolas", 10) if part in _CODE else ("Calibri", 11)
    return Font(typeface, sz=size, b=part in _BOLD, color=_COLOURS.get(part, "000000"))


def measure_width(part: Part, cells: Sequence[str]) -> float:
    """The width of a column in characters: as wide as its content, within what suits its part.

    Args:
        part: What the column is for.
        cells: Its header and its cells.
    """
    header, *rest = cells
    words = max(map(len, header.split()), default=0) + _BUTTON
    lines = max((len(line) for cell in rest for line in cell.split("\n")), default=0) + _MARGIN
    wanted = max(words, lines, min(len(header) + _BUTTON, 16))
    return min(max(wanted, _NARROWEST.get(part, 9)), max(_WIDEST[part], min(words, 40)))


def measure_height(row: Sequence[str], widths: Sequence[float]) -> float:
    """The height in points that a row takes to show its cells wrapped, as far as a spreadsheet goes.

    Args:
        row: Its cells.
        widths: The widths of their columns in characters.
    """
    cells = zip(row, widths, strict=True)
    return _LINE_POINTS * max(_count_lines(cell, int(width)) for cell, width in cells)


def _count_lines(cell: str, width: int) -> int:
    seen = cell[: width * _MOST_LINES].split("\n")[:_MOST_LINES]
    return min(sum(len(textwrap.wrap(line, width)) or 1 for line in seen), _MOST_LINES)
