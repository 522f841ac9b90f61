"""From a workbook to the files of a book, or to every reason why it is none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from engine.book.manifest import FILE as MANIFEST
from engine.book.workbook.cells import SheetCells, read_cells
from engine.book.workbook.characters import has_lone_surrogate
from engine.book.workbook.contents import Contents, SheetPart, read_contents
from engine.book.workbook.formats import read_formats
from engine.book.workbook.grid import write_cells
from engine.book.workbook.lines import write_lines
from engine.book.workbook.names import (
    FOR_PEOPLE,
    MOST_CELLS,
    MOST_CHARACTERS,
    MOST_FAULTS,
    name_cell,
    name_sheet,
)
from engine.book.workbook.package import Package, open_package, refuse_size
from engine.book.workbook.strings import read_strings
from engine.book.workbook.values import read_value
from engine.errors import BookErrors, Diagnostic
from engine.language.names import suggest

_Places = dict[tuple[int, int], str]


def read_workbook(
    data: bytes, name: str, *, known: Sequence[str], needed: Collection[str]
) -> dict[str, str] | tuple[Diagnostic, ...]:
    """The files that the sheets of a workbook hold, in the canonical dialect; or every fault, and no file.

    A fault of a cell has its place as `file` (`entry!C4`), one of the workbook the workbook's name.

    Args:
        data: Content of the workbook.
        name: Its file name.
        known: Files that a book may have.
        needed: Those that it must have.
    """
    faults, texts = Faults(), {}
    try:
        package = open_package(data, name)
        contents = read_contents(package)
        faults.extend(_check_sheets(contents, name, known, needed))
        files = {name_sheet(file): file for file in known}
        sheets = {sheet.name: sheet for sheet in contents.sheets if sheet.name in files and sheet.is_grid}
        texts = _Reader(package, contents, faults).read_files(list(sheets.values()), files)
    except BookErrors as error:
        faults.extend(error.diagnostics)
    return faults.list_all(name) or {file: texts[file] for file in known if file in texts}


def _check_sheets(
    contents: Contents, name: str, known: Sequence[str], needed: Collection[str]
) -> Iterator[Diagnostic]:
    """Sheets that are missing, of no book, or there twice."""
    expected = [name_sheet(file) for file in known]
    present = [sheet.name for sheet in contents.sheets]
    for file in needed:
        if name_sheet(file) not in present:
            message = f'there is no sheet "{name_sheet(file)}"'
            hint = f"it holds {file}, which every book has: name one so, or export the book again"
            yield Diagnostic("workbook.sheet.missing", message, hint, name)
    missing = [sheet for sheet in expected if sheet not in present]
    for sheet in contents.sheets:
        if sheet.name in FOR_PEOPLE:
            continue
        if not sheet.is_grid:
            hint = "delete it, or move it to another workbook"
            yield Diagnostic("workbook.sheet.chart", f'"{sheet.name}" is a sheet without cells', hint, name)
        elif sheet.name not in expected:
            likely = suggest(sheet.name, [*missing, *expected])
            hint = (
                f"{likely} If it is no table of the book, delete it".strip() if likely else _advise(expected)
            )
            yield Diagnostic("workbook.sheet.unknown", f'"{sheet.name}" is no sheet of a book', hint, name)
    for twice in _group(present):
        message = f"the sheets {' and '.join(map(repr, twice))} differ in the case of letters at most"
        yield Diagnostic("workbook.sheet.twice", message, "leave one", name)


def _group(names: Sequence[str]) -> Iterator[list[str]]:
    """Names that are the same but for the case of letters."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.casefold(), []).append(name)
    return (group for group in groups.values() if len(group) > 1)


def _advise(expected: Sequence[str]) -> str:
    return f"delete it, or move it to another workbook; the sheets of a book are {', '.join(expected)}"


class _Reader:
    """Reads the sheets of a workbook and keeps the faults met on the way."""

    def __init__(self, package: Package, contents: Contents, faults: Faults) -> None:
        self._package = package
        self._strings = read_strings(package, contents.strings)
        self._formats = read_formats(package, contents.styles)
        self._faults = faults
        self._room = MOST_CELLS
        self._length = MOST_CHARACTERS

    def read_files(self, sheets: Sequence[SheetPart], files: dict[str, str]) -> dict[str, str]:
        """The text of every file whose sheet has no fault."""
        texts = {}
        for sheet in sheets:
            known = self._faults.count
            found = read_cells(self._package, sheet.part)
            places = self._read_places(sheet.name, found)
            rows = self._arrange(sheet.name, places)
            if self._faults.count == known:
                file = files[sheet.name]
                texts[file] = (
                    write_lines([row[0] for row in rows[1:]]) if file == MANIFEST else write_cells(rows)
                )
        return texts

    def _read_places(self, sheet: str, found: SheetCells) -> _Places:
        """The text of every cell with something in it."""
        places: _Places = {}
        for cell in sorted(found.cells, key=lambda cell: (cell.row, cell.column)):
            place = cell.row, cell.column
            value = read_value(cell, self._strings, self._formats)
            if isinstance(value, str) and has_lone_surrogate(value):
                message = "the cell holds half of a character, which no file can hold"
                value = Diagnostic("cell.character", message, "write the character anew")
            if isinstance(value, Diagnostic):
                header = places.get((1, cell.column), "").strip() if cell.row > 1 else ""
                self._faults.add(replace(value, file=name_cell(sheet, *place), column=header or None))
                places[place] = "?"  # so that the cell is not taken for empty
            elif value:
                places[place] = value
        for merged in found.merged:
            hint = "unmerge them, and fill each cell that belongs to the table"
            self._faults.add(Diagnostic("cell.merged", "the cells are merged", hint, f"{sheet}!{merged}"))
        return places

    def _arrange(self, sheet: str, places: _Places) -> list[list[str]]:
        """Rows of equal length from the header down to the last with something in it."""
        width = max((column for row, column in places if row == 1), default=0)
        if width == 0:
            message = "the first row is empty, where the headers of the columns belong"
            self._faults.add(
                Diagnostic("sheet.header.missing", message, "move the table up", name_cell(sheet, 1, 1))
            )
            return []
        self._check_manifest(sheet, places)
        for row, column in places:
            if column > width:
                hint = "give the column a header in row 1, or clear the cell"
                message = "the cell stands beyond the last column with a header"
                self._faults.add(Diagnostic("cell.outside", message, hint, name_cell(sheet, row, column)))
        height = max(row for row, _ in places)
        self._take_room(name_cell(sheet, height, width), width * height, sum(map(len, places.values())))
        return [
            [places.get((row, column), "") for column in range(1, width + 1)] for row in range(1, height + 1)
        ]

    def _take_room(self, last: str, cells: int, length: int) -> None:
        self._room -= cells
        self._length -= length
        if self._room < 0 or self._length < 0:
            most = f"a book has at most {MOST_CELLS:,} cells and {MOST_CHARACTERS:,} characters"
            what = f"its last cell with something in it is {last}, and {most}"
            raise BookErrors([refuse_size(self._package.file, what)])

    def _check_manifest(self, sheet: str, places: _Places) -> None:
        """The sheet of the manifest has one column, headed by its file."""
        if sheet == name_sheet(MANIFEST) and places.get((1, 1), "").strip() != MANIFEST:
            message = f"the first cell is not `{MANIFEST}`, and the lines of that file stand below it"
            hint = f"write `{MANIFEST}` there"
            self._faults.add(Diagnostic("sheet.header.missing", message, hint, name_cell(sheet, 1, 1)))


class Faults:
    """The faults of a workbook, as many of them as anyone reads."""

    def __init__(self) -> None:
        self._kept: list[Diagnostic] = []
        self.count = 0

    def add(self, fault: Diagnostic) -> None:
        """Keep a fault."""
        self.count += 1
        if self.count <= MOST_FAULTS:
            self._kept.append(fault)

    def extend(self, faults: Iterable[Diagnostic]) -> None:
        """Keep several."""
        for fault in faults:
            self.add(fault)

    def list_all(self, name: str) -> tuple[Diagnostic, ...]:
        """The faults, and how many there are besides."""
        more = self.count - len(self._kept)
        if more == 0:
            return tuple(self._kept)
        message = f"there are {more:,} faults more"
        return (*self._kept, Diagnostic("workbook.faults", message, "mend these first", name))
