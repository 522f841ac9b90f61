"""Commas inside of numbers: thousands and decimals as others write them, which the language reads as lists.

`1,000,000` reads as "1, or 0, or 0", and `0,5` as "0 or 5". Nobody means that without a space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.errors import Diagnostic
from engine.language.lexing import tokenize

_NOT = "not"
_CANDIDATE = re.compile(r"\d,\d")
_START = r"(?<![\w.])(?<!\d,)"
_END = r"(?!\d|,\d)"
_THOUSANDS = rf"{_START}[1-9]\d{{0,2}}(?:,\d{{3}})+{_END}(?:\.\d+)?"
_LEADING_ZERO = rf"{_START}\d+(?:\.\d+)?(?:,\d+(?:\.\d+)?)*,0\d+(?:,\d+)*"
_DECIMAL = rf"{_START}(?:\d{{1,3}}\.\d{{3}}|\d+),\d+{_END}(?!\.\d)"
_UNIT = r"(?:%|[^\W\d_]\w*)?"
_IN_CALLS = re.compile(rf"(?:{_THOUSANDS}|{_LEADING_ZERO}){_UNIT}")
_IN_LISTS = re.compile(rf"(?:{_THOUSANDS}|{_DECIMAL}|{_LEADING_ZERO}){_UNIT}")
_WHOLE = re.compile(r"\d+|\d{1,3}\.\d{3}")
_SPLIT = re.compile(r"(?P<number>[\d.,]+)(?P<unit>.*)")
_SIZES = ((10**9, "B"), (10**6, "M"), (10**3, "k"))


def find_comma(text: str, *, lists: bool = True) -> Diagnostic | None:
    """The first number of a cell or formula that has a comma inside, or None.

    A list has a space behind its commas, and `1,2,5` can be nothing else. Between the arguments of a call
    `1,5` stays two numbers, while `1,000` is refused there as well.

    Args:
        text: The cell or formula.
        lists: Whether a list may stand there, so that the hint says how it is written.
    """
    if _CANDIDATE.search(text) is None:
        return None
    # Each pattern goes through the text once: in a long list it takes time by the square of the length.
    found = {in_call: list((_IN_CALLS if in_call else _IN_LISTS).finditer(text)) for in_call in (False, True)}
    for start, in_call in _list_commas(text):
        for match in found[in_call]:
            if match.start() < start < match.end():
                return _explain(match, lists=lists)
    return None


def _list_commas(text: str) -> Iterator[tuple[int, bool]]:
    """Where the commas of a text stand, and whether they stand among the arguments of a call."""
    calls = [False]
    before = ""
    for token in tokenize(text).tokens:
        if token.type in {"LPAR", "LSQB", "LBRACE"}:
            calls.append(calls[-1] or (token.type == "LPAR" and before in {"NAME", "PHRASE"}))
        elif token.type in {"RPAR", "RSQB", "RBRACE"} and len(calls) > 1:
            calls.pop()
        elif token.type == "COMMA":
            yield token.start_pos or 0, calls[-1]
        before = "" if str(token) == _NOT else token.type


def _explain(match: re.Match[str], *, lists: bool) -> Diagnostic:
    split = _SPLIT.fullmatch(match.group())
    number, unit = (match.group(), "") if split is None else split.group("number", "unit")
    pieces = number.split(",")
    hint = "; ".join(_advise(number, pieces, unit))
    if lists and not any(re.match(r"0\d", piece) for piece in pieces):
        hint += f"; a list has spaces: `{', '.join(pieces)}{unit}`"
    message = f"`{match.group()}` has {_name(number)}"
    return Diagnostic("number.comma", message, hint, start=match.start(), end=match.end())


def _name(number: str) -> str:
    if re.fullmatch(_THOUSANDS, number):
        return "a comma between thousands" if number.count(",") == 1 else "commas between thousands"
    return "a decimal comma" if number.count(",") == 1 else "commas inside of numbers"


def _advise(number: str, pieces: list[str], unit: str) -> Iterator[str]:
    if re.fullmatch(_THOUSANDS, number):
        plain = number.replace(",", "")
        yield f"write thousands without a sign: {f'`{plain}{unit}`' if unit else _write_thousands(number)}"
    if len(pieces) == 2 and _WHOLE.fullmatch(pieces[0]) and pieces[1].isdigit():
        yield f"write decimals with a point: `{pieces[0].replace('.', '')}.{pieces[1]}{unit}`"
    elif not re.fullmatch(_THOUSANDS, number):
        yield "write decimals with a point, and thousands without a sign"


def _write_thousands(number: str) -> str:
    """How `1,000,000` is written: as `1000000` or `1M`."""
    digits = number.replace(",", "")
    short = _shorten(int(digits)) if digits.isdigit() else ""
    return f"`{digits}` or `{short}`" if short else f"`{digits}`"


def _shorten(number: int) -> str:
    """A round number with the letter of its size, as `1.5M`; empty for one with more digits than that."""
    for size, word in _SIZES:
        if number >= size:
            return "" if number * 1000 % size else f"{number / size:g}{word}"
    return ""
