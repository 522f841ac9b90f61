"""Carrybook: a declarative rules engine for carry trades.

The names below are what other programs rely on. They are imported when they are first used, so that a program
pays only for the rooms it enters; the rooms themselves import each other directly, never from here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.book.bind import bind as bind
    from engine.book.compile import compile_book as compile_book
    from engine.book.load import check_book as check_book
    from engine.book.load import load_book as load_book
    from engine.cycle import begin_cycles as begin_cycles
    from engine.cycle import decide as decide
    from engine.errors import BookErrors as BookErrors
    from engine.errors import Diagnostic as Diagnostic
    from engine.language.formula import compile_formula as compile_formula
    from engine.language.standard import evaluate as evaluate
    from engine.tables.compile import compile_table as compile_table
    from engine.tables.lint.analysis import lint_table as lint_table
    from engine.tables.lint.finding import Finding as Finding
    from engine.tables.read import parse_table as parse_table

__version__ = "0.1.0"

_ROOMS = {
    "BookErrors": "engine.errors",
    "Diagnostic": "engine.errors",
    "Finding": "engine.tables.lint.finding",
    "begin_cycles": "engine.cycle",
    "bind": "engine.book.bind",
    "check_book": "engine.book.load",
    "compile_book": "engine.book.compile",
    "compile_formula": "engine.language.formula",
    "compile_table": "engine.tables.compile",
    "decide": "engine.cycle",
    "evaluate": "engine.language.standard",
    "lint_table": "engine.tables.lint.analysis",
    "load_book": "engine.book.load",
    "parse_table": "engine.tables.read",
}

__all__ = [
    "BookErrors",
    "Diagnostic",
    "Finding",
    "__version__",
    "begin_cycles",
    "bind",
    "check_book",
    "compile_book",
    "compile_formula",
    "compile_table",
    "decide",
    "evaluate",
    "lint_table",
    "load_book",
    "parse_table",
]


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first asked for."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_ROOMS[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Every public name, imported or not."""
    return sorted({*globals(), *__all__})
