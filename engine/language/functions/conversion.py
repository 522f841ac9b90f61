"""Conversions between kinds of values."""

from __future__ import annotations

import math
import re

import polars as pl

from engine.language.functions.declaration import Argument, Function
from engine.language.types import Kind

_NUMBER = r"^[+-]?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?$"


def _read_number(text: str) -> float:
    return float(text) if re.search(_NUMBER, text, re.ASCII) and not text.endswith("\n") else math.nan


def _read_numbers(text: pl.Expr) -> pl.Expr:
    pattern = _NUMBER.replace(r"\d", "[0-9]")
    return pl.when(text.str.contains(pattern)).then(text).cast(pl.Float64, strict=False)


FUNCTIONS = (
    Function(
        "number",
        (Argument("from", (Kind.TEXT,)),),
        Kind.NUMBER,
        _read_numbers,
        _read_number,
        "the number that a text spells; unknown if it spells none",
        (('number("1.5")', "1.5"),),
        repeats=True,
    ),
    Function(
        "string",
        (Argument("from", (Kind.BOOLEAN,)),),
        Kind.TEXT,
        lambda x: pl.when(x).then(pl.lit("true")).when(~x).then(pl.lit("false")),
        lambda x: "true" if x else "false",
        "`true` or `false` as a text",
        (("string(1 < 2)", '"true"'),),
        repeats=True,
    ),
)
