"""Names and sizes of what a workbook holds."""

from __future__ import annotations

GLOSSARY, CHOICES = "glossary", "choices"
FOR_PEOPLE = (GLOSSARY, CHOICES)
"""Sheets that are written for people and not read back."""

MOST_CELLS, MOST_CHARACTERS = 250_000, 4_000_000
"""The most cells, empty ones included, and characters in them that the tables of a workbook may have."""

MOST_FAULTS = 1_000
"""The most faults of a workbook that are told one by one."""

_SUFFIXES = (".csv", ".toml")


def name_sheet(file: str) -> str:
    """The sheet of a file: its name without the suffix."""
    return next((file.removesuffix(suffix) for suffix in _SUFFIXES if file.endswith(suffix)), file)


def name_cell(sheet: str, row: int, column: int) -> str:
    """A cell as a spreadsheet names it, such as `entry!C4`.

    Args:
        sheet: Name of the sheet.
        row: Row, counted from 1.
        column: Column, counted from 1.
    """
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{sheet}!{letters}{row}"
