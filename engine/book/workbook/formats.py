"""Number formats of cells, as far as they tell what a number means."""

from __future__ import annotations

import re
from enum import Enum, auto

from engine.book.workbook.markup import read_tree
from engine.book.workbook.package import Package

_PLAIN = re.compile(r"general|@|[#0]+(\.[#0]+)?", re.IGNORECASE)
_PERCENT = re.compile(r"[#0]+(\.[#0]+)?\s?%")
_LOCALE = re.compile(r"\[\$-[^\]]*\]")
_SPELLED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)

_LONGEST_CODE = 255
_BUILT_IN = {0: "General", 1: "0", 2: "0.00", 9: "0%", 10: "0.00%", 49: "@"}
_BUILT_IN_TIMES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
"""Formats that have a number alone (ECMA-376, part 1, 18.8.30), those of East Asian dates included."""


class Shown(Enum):
    """How a number is shown."""

    PLAIN = auto()
    PERCENT = auto()
    TIME = auto()
    OTHER = auto()


def classify_format(code: str) -> Shown:
    """How a format shows a number.

    Args:
        code: The format as it is written, such as `0.00%`.
    """
    if len(code) > _LONGEST_CODE:
        return Shown.OTHER
    code = _LOCALE.sub("", code).strip()
    if _PLAIN.fullmatch(code):
        return Shown.PLAIN
    if _PERCENT.fullmatch(code):
        return Shown.PERCENT
    rest = _SPELLED.sub("", code).casefold()
    return Shown.TIME if "general" not in rest and re.search("[dmyhs]", rest) else Shown.OTHER


def read_formats(package: Package, part: str | None) -> list[Shown]:
    """How the numbers of a cell are shown, by the number of its style.

    Args:
        package: The workbook.
        part: The part that holds the styles; None without any.

    Raises:
        BookErrors: The part is missing or damaged.
    """
    if part is None:
        return []
    tree = read_tree(package, part)
    codes = {
        each.attributes.get("numFmtId", ""): each.attributes.get("formatCode", "")
        for each in tree.find_all("numFmt")
    }
    return [
        _classify(style.attributes.get("numFmtId", "0"), codes)
        for styles in tree.find_all("cellXfs")
        for style in styles.children
    ]


def _classify(number: str, codes: dict[str, str]) -> Shown:
    if number in codes:
        return classify_format(codes[number])
    place = int(number) if number.isdecimal() else -1
    if place in _BUILT_IN_TIMES:
        return Shown.TIME
    return classify_format(_BUILT_IN[place]) if place in _BUILT_IN else Shown.OTHER
