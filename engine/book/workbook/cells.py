"""The cells of a sheet, read as a stream: what is empty costs nothing, however large a sheet claims to be."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.book.workbook.markup import Attributes, TooLarge, stream_part
from engine.book.workbook.names import MOST_CELLS
from engine.book.workbook.package import Package, refuse_damage
from engine.book.workbook.strings import TextCollector
from engine.book.workbook.values import RawCell
from engine.errors import BookErrors

_PLACE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384


@dataclass(frozen=True, slots=True)
class SheetCells:
    """What a sheet holds.

    Attributes:
        cells: The cells with something in them, in the order of the file.
        merged: The ranges of cells that are merged.
    """

    cells: tuple[RawCell, ...]
    merged: tuple[str, ...]


class _Listener:
    """Listens to the part of a sheet."""

    def __init__(self) -> None:
        self.cells: list[RawCell] = []
        self.merged: list[str] = []
        self._row = self._column = 0
        self._attributes: Attributes = {}
        self._value: list[str] | None = None
        self._in_value = self._has_formula = False
        self._text = TextCollector()

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":  # by far the most frequent
            self._attributes = attributes
            self._column += 1
            self._value, self._has_formula = None, False
        elif name == "v":
            self._value, self._in_value = [], True
        elif name == "f":
            self._has_formula = True
        elif name == "row":
            self._row = _bound(int(attributes.get("r", self._row + 1)), _LAST_ROW)
            self._column = 0
        elif name == "mergeCell":
            self.merged.append(attributes.get("ref", ""))
        else:
            self._text.start(name)

    def end(self, name: str) -> None:
        if name == "c":
            self._place()
            if self._value is not None or self._has_formula or self._attributes.get("t") == "inlineStr":
                self._keep()
        elif name == "v":
            self._in_value = False
        else:
            self._text.end(name)

    def text(self, text: str) -> None:
        if self._in_value and self._value is not None:
            self._value.append(text)
        else:
            self._text.text(text)

    def _place(self) -> None:
        place = self._attributes.get("r")
        if place is not None:
            self._row, self._column = _read_place(place)

    def _keep(self) -> None:
        kind, style = self._attributes.get("t", "n"), int(self._attributes.get("s", 0))
        value = None if self._value is None else "".join(self._value)
        place = _bound(self._row, _LAST_ROW), _bound(self._column, _LAST_COLUMN)
        self.cells.append(RawCell(*place, kind, style, value, self._text.take(), self._has_formula))
        self._text.clear()
        if len(self.cells) > MOST_CELLS:
            raise TooLarge(f"more than {MOST_CELLS:,} cells with something in them")


def read_cells(package: Package, part: str) -> SheetCells:
    """Read a sheet.

    Raises:
        BookErrors: The part is missing or damaged.
    """
    listener = _Listener()
    stream_part(package, part, listener)
    places = {(cell.row, cell.column) for cell in listener.cells}
    if len(places) < len(listener.cells):
        raise BookErrors([refuse_damage(package.file, f"in its part {part} a cell stands twice")])
    return SheetCells(tuple(listener.cells), tuple(listener.merged))


def _read_place(place: str) -> tuple[int, int]:
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError(f"{place!r} is no place of a cell")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return _bound(int(found[2]), _LAST_ROW), _bound(column, _LAST_COLUMN)


def _bound(place: int, last: int) -> int:
    if not 1 <= place <= last:
        raise ValueError(f"{place} is beyond the last row or column")
    return place
