"""Functions of several values of one row."""

from __future__ import annotations

from typing import Any

import polars as pl

from engine.language.functions.declaration import Argument, Function
from engine.language.types import Kind


def _median(*values: pl.Expr) -> pl.Expr:
    ordered = pl.concat_list(values).list.sort()
    middle = len(values) // 2
    upper = ordered.list.get(middle)
    whole = upper if len(values) % 2 else (ordered.list.get(middle - 1) + upper) / 2.0
    return pl.when(pl.all_horizontal(value.is_not_null() for value in values)).then(whole)


def _median_of(*values: Any) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return float(ordered[middle])
    return float((ordered[middle - 1] + ordered[middle]) / 2.0)


MEDIAN = Function(
    "median",
    (Argument("list"),),
    Kind.NUMBER,
    _median,
    _median_of,
    "the middle value; the mean of the middle two if their count is even",
    (("median(8, 2, 5, 3, 4)", "4"), ("median(6, 1, 2, 3)", "2.5")),
    unit="common",
    repeats=True,
)
