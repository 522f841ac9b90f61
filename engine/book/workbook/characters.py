"""Characters that the XML of a workbook cannot hold, written as `_xHHHH_`.

Office Open XML (ECMA-376, part 1, 22.9.2.19, `ST_Xstring`) writes a character that XML does not allow as
`_x`, its number in four hexadecimal digits, and `_`; the underscore of a text that only looks so is itself
written as `_x005F_`. A carriage return is escaped too, because XML turns it into a line feed.
"""

from __future__ import annotations

import re

LONGEST = 32_767
"""The most characters that a cell of a spreadsheet can have, counted as UTF-16 does."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_FORBIDDEN = re.compile("_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def measure_text(text: str) -> int:
    """The length of a text as a spreadsheet counts it: a character beyond U+FFFF is two."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def has_lone_surrogate(text: str) -> bool:
    """Whether a text holds half of a character, which no file can hold."""
    return _SURROGATE.search(text) is not None


def escape_text(text: str) -> str:
    """The text as the XML of a workbook holds it."""
    return _FORBIDDEN.sub(lambda found: f"_x{ord(found.group()):04X}_", text)


def unescape_text(text: str) -> str:
    """The text that the XML of a workbook means."""
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return _PAIR.sub(lambda found: found.group().encode("utf-16", "surrogatepass").decode("utf-16"), plain)
