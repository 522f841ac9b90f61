"""What a text probably meant where the grammar cannot go on.

Hints for those who come from spreadsheets, Python or other rule languages.
"""

from __future__ import annotations

import re

from lark import Token

from engine.errors import Diagnostic
from engine.language.units import LITERAL_UNITS

_SPOKEN_UNITS = {
    "percent": "%",
    "pct": "%",
    "bp": "bps",
    "m": "min",
    "mins": "min",
    "minute": "min",
    "minutes": "min",
    "sec": "s",
    "secs": "s",
    "second": "s",
    "seconds": "s",
    "hr": "h",
    "hrs": "h",
    "hour": "h",
    "hours": "h",
    "H": "h",
    "day": "d",
    "days": "d",
    "D": "d",
    "week": "w",
    "weeks": "w",
    "K": "k",
    "thousand": "k",
    "million": "M",
    "mio": "M",
    "mm": "M",
    "billion": "B",
    "bn": "B",
    "b": "B",
}

_WORDS = {
    "AND": "write `and` in lower case",
    "OR": "write `or` in lower case",
    "NOT": "write `not(…)` in lower case, with parentheses",
    "not": "write `not(…)` with parentheses",
    "is": "write `=`, or `x = null` to ask for a missing value",
    "elif": "write `else if`",
    "mod": "the remainder is `modulo(a, b)`",
    "to": "write a range as `[a..b]`",
    "IN": "write `in` in lower case",
    "lambda": "functions are not values here",
}


def suggest_unit(word: str) -> str | None:
    """The unit word that `word` probably stands for, or None."""
    return word if word in LITERAL_UNITS else _SPOKEN_UNITS.get(word)


def explain_unit(digits: str, word: str) -> tuple[str, str]:
    """Message and hint for a number with an unknown unit word."""
    meant = suggest_unit(word)
    if meant is not None:
        also = "; `m` could be minutes, months or million" if word == "m" else ""
        hint = f"did you mean `{digits}{meant}`?{also}"
    else:
        units = ", ".join(LITERAL_UNITS)
        hint = f'units are {units}; a text such as "{digits}{word}" needs double quotes'
    return f"`{digits}{word}` has an unknown unit `{word}`", hint


def explain_unexpected(token: Token | None, before: Token | None, text: str) -> Diagnostic:
    """The fault at the token where the grammar cannot go on; None is the end of the text."""
    if token is None or token.type == "$END":
        return Diagnostic(
            "text.incomplete",
            "the text ends too early" if text.strip() else "the text is empty",
            _complete(before),
            start=len(text.rstrip()),
            end=len(text),
        )
    return Diagnostic(
        "text.unexpected",
        f"`{token}` is not expected here",
        _explain(token, before, text),
        start=token.start_pos,
        end=token.end_pos,
    )


def _complete(before: Token | None) -> str:
    if before is None:
        return "write `-` for any value"
    if before.type in {"THEN", "IF"}:
        return "a condition is written `if … then … else …`"
    return f"something is missing after `{before}`"


def _explain(token: Token, before: Token | None, text: str) -> str:
    if token.type == "EQ" and before is None:
        return "leave out the leading `=`"
    if token.type == "NAME" and before is not None and before.type == "NUMBER":
        meant = suggest_unit(str(token))
        if meant is not None:
            return f"write the unit next to the number: `{before}{meant}`"
    for word in (token, before):
        if word is not None and word.type == "NAME" and str(word) in _WORDS:
            return _WORDS[str(word)]
    return _explain_sign(token, before, text)


_CONDITION = "a condition is written `if … then … else …`"
_BETWEEN = "a value between two bounds is written `x in [1..5)` or `x between 1 and 5`"
_BRACKETS = "check the brackets: each needs its partner, and something between"
_SIGNS = {
    "IF": f"{_CONDITION}, in parentheses inside an expression",
    "FUNCTION": _CONDITION,
    "RANGE": "write a range with its brackets, as in `[1..5]`",
    "PLUS": "leave out the leading `+`",
    "OR": "either of two tests is written with a comma, as in `< 2, > 5`",
    "AND": "both of two tests are written with `?`, as in `? > 2 and ? < 5`",
    **dict.fromkeys(["LT", "LE", "GT", "GE"], _BETWEEN),
    **dict.fromkeys(["RPAR", "RSQB", "RBRACE"], _BRACKETS),
}
_VALUES = {"NAME", "NUMBER", "TEXT"}


def _explain_sign(token: Token, before: Token | None, text: str) -> str:
    if token.type == "COMMA" and re.search(r"\bif\s*\(", text[: token.start_pos]):
        return _CONDITION
    if token.type == "COMMA" and text[token.end_pos or 0 :][:1].isdigit():
        return "write decimals with a point, as in `1.5`, and thousands without a comma"
    if str(token) == "?":
        return _CONDITION
    if token.type in _SIGNS:
        return _SIGNS[token.type]
    if before is not None and token.type in _VALUES and before.type in _VALUES:
        if before.type == "NUMBER" and str(token).startswith("_"):
            return "digits stand together, as in `1000`"
        return f"an operator or a comma is missing between `{before}` and `{token}`; texts need double quotes"
    return f"check what stands before `{token}`"
