"""Numbers that a spreadsheet takes for dates, or has turned into them: `3/4`, `1-2`, `2026-03-04`, `4-Mar`.

As formulas they would be quotients and differences of bare numbers, which nobody needs to write.
"""

from __future__ import annotations

import re

from engine.errors import Diagnostic

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?"
_COMPARATOR = r"(?:[<>]=?\s*)?"
_PAIR = re.compile(r"(\d+)\s*([-/])\s*(\d+)")
_DATE = re.compile(
    rf"""{_COMPARATOR}(?:
        \d{{1,4}}\s*([-/])\s*\d{{1,2}}\s*\1\s*\d{{1,4}}
      | \d{{1,2}}\.\d{{1,2}}\.\d{{2,4}}
      | \d{{1,4}}[-/.\ ]{_MONTH}(?:[-/.\ ]\d{{2,4}})?
      | {_MONTH}[-/.\ ]\d{{1,4}}
    ){_TIME}""",
    re.VERBOSE,
)


def find_conversion(text: str) -> Diagnostic | None:
    """The fault of a cell for a number that has the form of a date, or None.

    Args:
        text: The whole cell, of which a spreadsheet converts nothing but the whole.
    """
    stripped = text.strip()
    pair = _PAIR.fullmatch(stripped)
    if pair is not None:
        hint = f"write the number: `{_compute(*pair.group(1, 2, 3))}`"
        return _refuse(text, "which a spreadsheet turns into a date", hint)
    if _DATE.fullmatch(stripped):
        hint = "a spreadsheet may have turned a number into it: write the number, as `0.75` for `3/4`"
        return _refuse(text, "and a number is needed", hint)
    return None


def _refuse(text: str, why: str, hint: str) -> Diagnostic:
    message = f"`{text.strip()}` has the form of a date, {why}"
    start = len(text) - len(text.lstrip())
    return Diagnostic("number.date", message, hint, start=start, end=len(text.rstrip()))


def _compute(left: str, sign: str, right: str) -> str:
    if sign == "-":
        return str(int(left) - int(right))
    return f"{int(left) / int(right):.6g}" if int(right) else "null"
