"""What stands in a cell of a sheet, as the text that a book has there."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal

from engine.book.workbook.characters import unescape_text
from engine.book.workbook.formats import Shown
from engine.errors import Diagnostic

_EXACT_BELOW = 10**15
"""Whole numbers from here on have more digits than a spreadsheet keeps."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([Ee][+-]?\d+)?", re.ASCII)

_SHORT = 40
_TYPE_AGAIN = "format the cell as text, and type it again"


@dataclass(frozen=True, slots=True)
class RawCell:
    """A cell with something in it.

    Attributes:
        row: Its row, counted from 1.
        column: Its column, counted from 1.
        kind: Its type: `s`, `str`, `inlineStr`, `b`, `e`, `d` or `n`.
        style: Number of its style.
        value: The content of its value; None without one.
        text: The text inside of it.
        has_formula: Whether a formula makes its value.
    """

    row: int
    column: int
    kind: str
    style: int
    value: str | None
    text: str
    has_formula: bool


def read_value(cell: RawCell, strings: list[str], formats: list[Shown]) -> str | Diagnostic:
    """The text that a cell means, or why it means none.

    Numbers typed into a cell that is no text are taken as their shortest text, those shown in per cent
    exactly with the sign, and the two conditions as `true` and `false`.

    Args:
        cell: The cell.
        strings: The shared texts.
        formats: How numbers are shown, by style.
    """
    if cell.has_formula:
        hint = "replace it by its result as text; a cell of a book needs no `=`"
        return Diagnostic("cell.formula", "the cell holds a formula", hint)
    value = cell.value or ""
    match cell.kind:
        case "inlineStr":
            return cell.text
        case "str":
            return cell.text if cell.value is None else unescape_text(value)
        case "s":
            place = int(value) if value.isdecimal() else len(strings)
            return (
                strings[place]
                if place < len(strings)
                else _refuse(f"text {value[:_SHORT]}, which is not there")
            )
        case "b":
            return {"1": "true", "0": "false"}.get(value) or _refuse(f"the condition {value[:_SHORT]}")
        case "e":
            hint = "clear it, or write the text that was meant"
            return Diagnostic("cell.error", f"the cell holds the error {value[:_SHORT]}", hint)
        case "d":
            return _refuse_time()
        case "n":
            shown = formats[cell.style] if 0 <= cell.style < len(formats) else Shown.PLAIN
            return _write_number(value, shown)
    return _refuse(f"something of the unknown type {cell.kind[:_SHORT]}")


def _write_number(value: str, shown: Shown) -> str | Diagnostic:
    if not value:
        return ""
    if shown is Shown.TIME:
        return _refuse_time()
    number = float(value) if _NUMBER.fullmatch(value) else math.nan
    if not math.isfinite(number):
        return _refuse(f"{value[:_SHORT]}, which is no number")
    exact = Decimal(repr(number))
    if shown is Shown.OTHER:
        message = f"the number {_spell(exact)} is shown in a format that is neither plain nor per cent"
        return Diagnostic("cell.format", message, f"{_TYPE_AGAIN} with its unit")
    if abs(number) >= _EXACT_BELOW:
        message = "the cell holds a number of more digits than a spreadsheet keeps"
        return Diagnostic("cell.digits", message, _TYPE_AGAIN)
    return f"{_spell(exact * 100)}%" if shown is Shown.PERCENT else _spell(exact)


def _spell(number: Decimal) -> str:
    """A number without exponent and needless zeros."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _refuse_time() -> Diagnostic:
    message = "the cell holds a date or a time, which a spreadsheet makes of texts such as 1-2"
    return Diagnostic("cell.date", message, f"{_TYPE_AGAIN}; a range is written [1..2]")


def _refuse(what: str) -> Diagnostic:
    return Diagnostic("cell.damaged", f"the cell holds {what}", "clear it and type it again")
