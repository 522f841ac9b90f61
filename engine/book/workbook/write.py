"""From the files of a book to a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, fields

from openpyxl import Workbook
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from engine.book.manifest import FILE as MANIFEST
from engine.book.workbook.characters import LONGEST, has_lone_surrogate, measure_text
from engine.book.workbook.choices import Choices
from engine.book.workbook.glossary import Entry
from engine.book.workbook.grid import Cells, cut_grid
from engine.book.workbook.lines import cut_lines
from engine.book.workbook.looks import Part, build_styles, find_part
from engine.book.workbook.names import CHOICES, GLOSSARY, MOST_CELLS, MOST_CHARACTERS, name_sheet
from engine.book.workbook.origin import write_origin
from engine.book.workbook.packing import pack_workbook
from engine.book.workbook.sheets import SPARE_ROWS, add_lines, add_table, protect
from engine.errors import Diagnostic

_GLOSSARY_PARTS = (Part.CONDITION, Part.KEY, Part.CONDITION, Part.NOTE, Part.FORMULA, Part.CONDITION)
_INLINE_AT_MOST = 255
_TAB_COLOURS = {"parameters.csv": "7F9DB9", "metrics.csv": "7F9DB9", MANIFEST: "37474F"}
_TABLE_COLOUR = "C55A11"


def write_workbook(
    texts: Mapping[str, str],
    *,
    glossary: Iterable[Entry] = (),
    choices: Choices | None = None,
    origin: str = "",
) -> bytes | tuple[Diagnostic, ...]:
    """The workbook of a book, or every fault that keeps it from being one; nothing is cut or changed.

    Equal arguments give equal bytes.

    Args:
        texts: Content of each file by name, in the order of the sheets.
        glossary: Rows of the sheet `glossary`; without any there is no such sheet.
        choices: Values that a column offers, by its file and header; others may be typed.
        origin: Fingerprint of the files that it is written from; empty tells none.
    """
    faults: list[Diagnostic] = []
    cells = {file: _cut(file, text, faults) for file, text in texts.items()}
    faults += [fault for file, rows in cells.items() for fault in _check_cells(file, rows)]
    faults += _check_size(cells.values())
    if faults:
        return tuple(faults)
    book = Workbook()
    book.remove(book.worksheets[0])
    for style in build_styles():
        book.add_named_style(style)
    lists = _Lists(choices or {})
    for file, rows in cells.items():
        _add_file(book, file, rows, lists)
    _add_glossary(book, glossary)
    lists.add_sheet(book)
    book.properties.keywords = write_origin(origin) if origin else None
    return pack_workbook(book)


def _cut(file: str, text: str, faults: list[Diagnostic]) -> Cells:
    if file == MANIFEST:
        return ((MANIFEST,), *((line,) for line in cut_lines(text)))
    grid = cut_grid(text, file)
    if isinstance(grid, tuple):
        faults += grid
        return ((),)
    return grid.cells


def _check_size(tables: Iterable[Cells]) -> Iterable[Diagnostic]:
    count = sum((len(rows) + SPARE_ROWS) * len(rows[0]) for rows in tables)
    length = sum(len(cell) for rows in tables for row in rows for cell in row)
    if count > MOST_CELLS or length > MOST_CHARACTERS:
        message = f"the book has more than {MOST_CELLS:,} cells or {MOST_CHARACTERS:,} characters"
        yield Diagnostic("workbook.large", message, "make several books of it")


def _check_cells(file: str, rows: Cells) -> Iterable[Diagnostic]:
    """Cells that a workbook cannot hold."""
    for number, row in enumerate(rows):
        for header, cell in zip(rows[0], row, strict=True):
            length = measure_text(cell)
            place = (file, number if file == MANIFEST else number + 1, header)
            if length > LONGEST:
                message = f"the cell has {length:,} characters, and a spreadsheet holds {LONGEST:,}"
                yield Diagnostic("cell.long", message, "make several of it, or shorten it", *place)
            elif has_lone_surrogate(cell):
                message = "the cell holds half of a character, which no file can hold"
                yield Diagnostic("cell.character", message, "write the character anew", *place)


def _add_file(book: Workbook, file: str, rows: Cells, lists: _Lists) -> None:
    if file == MANIFEST:
        sheet = add_lines(book, name_sheet(file), MANIFEST, [row[0] for row in rows[1:]])
    else:
        parts = [find_part(header, place) for place, header in enumerate(rows[0])]
        sheet = add_table(book, name_sheet(file), rows, parts)
        for place, header in enumerate(rows[0], 1):
            validation = lists.validate(file, header)
            if validation is not None:
                letter = get_column_letter(place)
                validation.add(f"{letter}2:{letter}{len(rows) + SPARE_ROWS}")
                sheet.add_data_validation(validation)
    sheet.sheet_properties.tabColor = _TAB_COLOURS.get(file, _TABLE_COLOUR)


def _add_glossary(book: Workbook, glossary: Iterable[Entry]) -> None:
    rows = [astuple(entry) for entry in glossary]
    if rows:
        header = tuple(field.name for field in fields(Entry))
        protect(add_table(book, GLOSSARY, [header, *rows], _GLOSSARY_PARTS))


class _Lists:
    """Lists of choices: short ones stand in the validation itself, long ones on a sheet of their own."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._columns: dict[tuple[str, ...], tuple[str, str]] = {}

    def validate(self, file: str, header: str) -> DataValidation | None:
        """What offers the choices of a column and only warns of others, for a cell may hold a formula too."""
        words = self._choices.get((file, header.strip()))
        if not words:
            return None
        return DataValidation(
            "list",
            formula1=self._refer(words, f"{name_sheet(file)} {header.strip()}"),
            allow_blank=True,
            showErrorMessage=True,
            errorStyle="warning",
            errorTitle="not in the list",
            error="This is none of the values offered. Keep it only if it is a formula.",
        )

    def add_sheet(self, book: Workbook) -> None:
        """Add the sheet of long lists, if there are any: a column for each."""
        if self._columns:
            height = max(map(len, self._columns))
            columns = [
                [title, *words, *[""] * (height - len(words))] for words, (title, _) in self._columns.items()
            ]
            rows: list[Sequence[str]] = list(zip(*columns, strict=True))
            protect(add_table(book, CHOICES, rows, [Part.CONDITION] * len(columns)))

    def _refer(self, words: tuple[str, ...], title: str) -> str:
        listed = ",".join(words)
        if len(listed) <= _INLINE_AT_MOST and not any('"' in word or "," in word for word in words):
            return f'"{listed}"'
        letter = get_column_letter(len(self._columns) + 1)
        reference = f"{quote_sheetname(CHOICES)}!${letter}$2:${letter}${len(words) + 1}"
        return self._columns.setdefault(words, (title, reference))[1]
