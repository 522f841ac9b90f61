"""Functions of texts. Patterns run through Polars' engine, which takes linear time, in every target."""

from __future__ import annotations

import operator
import re

import polars as pl

from engine.language.functions.declaration import Argument, Function
from engine.language.types import Kind

_TEXT = (Kind.TEXT,)
_STRING, _MATCH = Argument("string", _TEXT), Argument("match", _TEXT)
_FIXED_MATCH = Argument("match", _TEXT, constant=True)
_INPUT, _PATTERN = Argument("input", _TEXT), Argument("pattern", _TEXT, constant=True)
_FLAGS = Argument("flags", _TEXT, constant=True, default="")
_LONGEST_REPLACED = 4096
_WHOLE_TEXT = 1e9


def _substring(text: pl.Expr, start: float, length: float) -> pl.Expr:
    if start < 0:
        return text.str.tail(int(-start)).str.head(int(length))
    return text.str.slice(int(start) - 1, int(length))


def _substring_of(text: str, start: float, length: float) -> str:
    first = int(start) - 1 if start > 0 else max(len(text) + int(start), 0)
    return text[first : first + int(length)]


def _substring_before(text: pl.Expr, match: str) -> pl.Expr:
    if not match:
        return text.str.head(0)
    pieces = text.str.splitn(match, 2).struct
    return (
        pl.when(text.str.contains(match, literal=True))
        .then(pieces.field("field_0"))
        .otherwise(text.str.head(0))
    )


def _substring_after(text: pl.Expr, match: str) -> pl.Expr:
    if not match:
        return text
    pieces = text.str.splitn(match, 2).struct
    return (
        pl.when(text.str.contains(match, literal=True))
        .then(pieces.field("field_1"))
        .otherwise(text.str.head(0))
    )


def _part(text: str, match: str, *, before: bool) -> str:
    if match not in text:
        return ""
    head, _, tail = text.partition(match) if match else ("", "", text)
    return head if before else tail


def compose_pattern(pattern: str, flags: str) -> str:
    """The pattern with its flags (`s`, `m`, `i`, `x`) in front, as the engine takes them."""
    known = "".join(flag for flag in "smix" if flag in flags)
    return f"(?{known}){pattern}" if known else pattern


def _compose_replacement(replacement: str) -> str:
    return re.sub(r"\$(\d)", r"${\1}", replacement)


def _matches(text: pl.Expr, pattern: str, flags: str) -> pl.Expr:
    return text.str.contains(compose_pattern(pattern, flags))


def _replace(text: pl.Expr, pattern: str, replacement: str, flags: str) -> pl.Expr:
    # A replacement inside a replacement could grow without bounds.
    short = pl.when(text.str.len_bytes() <= _LONGEST_REPLACED).then(text)
    return short.str.replace_all(compose_pattern(pattern, flags), _compose_replacement(replacement))


def _run_matches(text: str, pattern: str, flags: str) -> bool:
    return bool(pl.select(_matches(pl.lit(text), pattern, flags)).item())


def _run_replace(text: str, pattern: str, replacement: str, flags: str) -> str | None:
    replaced = pl.select(_replace(pl.lit(text), pattern, replacement, flags)).item()
    return None if replaced is None else str(replaced)


FUNCTIONS = (
    Function(
        "string length",
        (_STRING,),
        Kind.NUMBER,
        lambda text: text.str.len_chars().cast(pl.Float64),
        lambda text: float(len(text)),
        "number of characters",
        (('string length("BTC")', "3"),),
        closed=True,
    ),
    Function(
        "upper case",
        (_STRING,),
        Kind.TEXT,
        lambda text: text.str.to_uppercase(),
        str.upper,
        "in capital letters",
        (('upper case("btc")', '"BTC"'),),
    ),
    Function(
        "lower case",
        (_STRING,),
        Kind.TEXT,
        lambda text: text.str.to_lowercase(),
        str.lower,
        "in small letters",
        (('lower case("BTC")', '"btc"'),),
    ),
    Function(
        "contains",
        (_STRING, _MATCH),
        Kind.BOOLEAN,
        lambda text, match: text.str.contains(match, literal=True),
        operator.contains,
        "whether a text holds another",
        (('contains("BTC/USDT", "USD")', "true"),),
    ),
    Function(
        "starts with",
        (_STRING, _MATCH),
        Kind.BOOLEAN,
        lambda text, match: text.str.starts_with(match),
        str.startswith,
        "whether a text starts with another",
        (('starts with("1000PEPE", "1000")', "true"),),
    ),
    Function(
        "ends with",
        (_STRING, _MATCH),
        Kind.BOOLEAN,
        lambda text, match: text.str.ends_with(match),
        str.endswith,
        "whether a text ends with another",
        (('ends with("BTC/USDT", "USD")', "false"),),
    ),
    Function(
        "substring",
        (
            _STRING,
            Argument("start position", constant=True),
            Argument("length", constant=True, default=_WHOLE_TEXT),
        ),
        Kind.TEXT,
        _substring,
        _substring_of,
        "part of a text from a position (1 is the first, -1 the last character)",
        (('substring("foobar", 3, 3)', '"oba"'),),
    ),
    Function(
        "substring before",
        (_STRING, _FIXED_MATCH),
        Kind.TEXT,
        _substring_before,
        lambda text, match: _part(text, match, before=True),
        "what stands before the first match; an empty text without one",
        (('substring before("BTC/USDT", "/")', '"BTC"'),),
        repeats=True,
    ),
    Function(
        "substring after",
        (_STRING, _FIXED_MATCH),
        Kind.TEXT,
        _substring_after,
        lambda text, match: _part(text, match, before=False),
        "what stands after the first match; an empty text without one",
        (('substring after("BTC/USDT", "/")', '"USDT"'),),
        repeats=True,
    ),
    Function(
        "matches",
        (_INPUT, _PATTERN, _FLAGS),
        Kind.BOOLEAN,
        _matches,
        _run_matches,
        "whether a pattern is found in a text; flags are s, m, i, x",
        (('matches("1000PEPE", "^1000+[A-Z]")', "true"),),
    ),
    Function(
        "replace",
        (
            _INPUT,
            _PATTERN,
            Argument("replacement", _TEXT, constant=True),
            _FLAGS,
        ),
        Kind.TEXT,
        _replace,
        _run_replace,
        "every match of a pattern replaced; `$1` is the first group; unknown for more than 4 kB",
        (('replace("abcd", "(b)(c)", "$2$1")', '"acbd"'),),
        repeats=True,
    ),
)
