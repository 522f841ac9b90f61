"""Formulas for other programs: a text and the types of its names, to a Polars expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from engine.errors import BookErrors
from engine.language.bind import bind
from engine.language.check import check_formula
from engine.language.core import Core
from engine.language.functions.other_rows import Axes
from engine.language.names import Schema, build_scope
from engine.language.passes import to_expression
from engine.language.quantities import Quantity, read_quantity
from engine.language.types import Kind, Type


def compile_formula(text: str, schema: Schema, parameters: Mapping[str, Any] | None = None) -> pl.Expr:
    """Compile an expression of the language to a Polars expression.

    The expression takes any frame that has the columns it names: null, NaN and infinities are unknown.

    Args:
        text: The formula, such as `(perp_bid - spot_ask) / spot_ask`.
        schema: Names of columns to their types and units; see `engine.language.names.Schema`. Functions of
            other rows read the columns `ts` (the instant), `pair` (if it is in the schema; else all rows
            are one pair's) and `step_s` (if it is in the schema: the seconds a row stands for).
        parameters: Names to values: numbers, texts, booleans, or texts with a unit (`"5%"`, `"2d"`).

    Raises:
        BookErrors: with every fault found.
    """
    core = check_and_bind(text, schema, parameters)
    return to_expression(core, find_axes(schema))


def check_and_bind(text: str, schema: Schema, parameters: Mapping[str, Any] | None = None) -> Core:
    """The typed tree of a formula with its parameters bound.

    Raises:
        BookErrors: with every fault found.
    """
    checked = check_formula(text, build_scope(schema, parameters))
    if checked.core is None:
        raise BookErrors(checked.diagnostics)
    core = checked.core
    if core.type.kind is Kind.NULL:
        core = _type_null(core)
    return bind(core, read_parameters(parameters or {}))


def _type_null(core: Core) -> Core:
    """The formula `null` as an unknown number."""
    return replace(core, type=Type(Kind.NUMBER))


def read_parameters(parameters: Mapping[str, Any]) -> dict[str, Quantity]:
    """The values of parameters, read.

    Raises:
        BookErrors: with every value that cannot be read.
    """
    read = {name: read_quantity(name, value) for name, value in parameters.items()}
    faults = [value for value in read.values() if not isinstance(value, Quantity)]
    if faults:
        raise BookErrors(faults)
    return {name: value for name, value in read.items() if isinstance(value, Quantity)}


def find_axes(schema: Schema) -> Axes:
    """The columns that tell pairs and times apart, as far as a schema has them."""
    return Axes(
        group="pair" if "pair" in schema else None,
        time="ts",
        step="step_s" if "step_s" in schema else None,
    )
