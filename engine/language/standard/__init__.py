"""Formulas by the standard: FEEL as DMN 1.5, chapter 10, has it, one value at a time.

Tables and formulas over columns differ from it where a trader needs them to (an unknown operand makes a
comparison unknown); this package is the standard itself, for single values and as a reference.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from engine.errors import BookErrors, Diagnostic
from engine.language import syntax
from engine.language.parse import Parsed, parse_cell, parse_formula
from engine.language.standard.declaration import Declaration, Form, Parameter
from engine.language.standard.functions import STANDARD_FUNCTIONS
from engine.language.standard.interpreter import interpret, interpret_cell
from engine.language.standard.temporal import Date, DateTime, DayTimeDuration, Time, YearMonthDuration
from engine.language.standard.values import Range, adopt_instant

__all__ = [
    "STANDARD_FUNCTIONS",
    "Date",
    "DateTime",
    "DayTimeDuration",
    "Declaration",
    "Form",
    "Parameter",
    "Range",
    "Time",
    "YearMonthDuration",
    "evaluate",
    "evaluate_cell",
    "evaluate_with_diagnostics",
    "interpret",
    "interpret_cell",
]


def evaluate(text: str, /, **values: object) -> object:
    """The value of a formula by the standard.

    Args:
        text: The formula.
        values: Values of the names in it: numbers, texts, booleans, dates, times, durations, lists, mappings.

    Returns:
        `Decimal`, `str`, `bool`, `list`, `dict`, a date, time or duration whose `str()` is its ISO text, a
        `Range`, a function, or None where the standard says null.

    Raises:
        BookErrors: The text is no formula.
    """
    return evaluate_with_diagnostics(text, values)[0]


def evaluate_with_diagnostics(
    text: str, values: Mapping[str, object]
) -> tuple[object, tuple[Diagnostic, ...]]:
    """The value of a formula by the standard, and the reason of every null that arose on the way.

    Raises:
        BookErrors: The text is no formula.
    """
    return interpret(_require_tree(parse_formula(text)), values, _read_clock())


def evaluate_cell(text: str, value: object, /, **values: object) -> bool | None:
    """Whether a value passes the unary tests of a table's input cell, by the standard.

    Args:
        text: The cell, such as `> 5`, `[1..3), 7`, `not("a", "b")` or an expression over `?`.
        value: The value under test.
        values: Values of other names in the cell.

    Raises:
        BookErrors: The text is no cell.
    """
    return interpret_cell(_require_tree(parse_cell(text)), value, values, _read_clock())[0]


def _require_tree(parsed: Parsed) -> syntax.Node:
    if parsed.tree is None or parsed.diagnostics:
        raise BookErrors(parsed.diagnostics)
    return parsed.tree


def _read_clock() -> DateTime:
    """The present instant in UTC."""
    return adopt_instant(dt.datetime.now(dt.UTC))
