"""Trying one formula."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from engine.errors import Diagnostic, UsageError
from engine.language import syntax
from engine.language.parse import parse_formula
from engine.language.standard import evaluate_with_diagnostics

_LITERALS = (
    *(syntax.Number, syntax.Text, syntax.Boolean, syntax.Null, syntax.AtLiteral),
    *(syntax.Negation, syntax.ListLiteral),
)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The value of a formula.

    Attributes:
        value: The value; None is null.
        diagnostics: The reason of every null that arose on the way.
    """

    value: object
    diagnostics: tuple[Diagnostic, ...]


def evaluate_text(text: str, settings: Iterable[str]) -> Evaluated:
    """The value of a formula by the standard.

    Args:
        text: The formula.
        settings: Values of its names, each as `name=value`; a value is a literal (`5`, `true`, `"text"`,
            `@"2025-01-31"`, `[1, 2]`), and anything else is text.

    Raises:
        BookErrors: The text is no formula.
        UsageError: A setting has no name, or a name is set twice.
    """
    values: dict[str, Any] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name.strip().isidentifier():
            raise UsageError(f"{setting!r} is not of the form name=value")
        if name.strip() in values:
            raise UsageError(f"{name.strip()} is given twice")
        values[name.strip()] = _read_value(value.strip())
    return Evaluated(*evaluate_with_diagnostics(text, values))


def _read_value(text: str) -> object:
    """The value that a text spells, or the text: `2025-01-31` is no subtraction, and `count` no function."""
    parsed = parse_formula(text)
    if parsed.tree is None or parsed.diagnostics or not _is_literal(parsed.tree):
        return text
    value, faults = evaluate_with_diagnostics(text, {})
    return text if faults else value


def _is_literal(node: syntax.Node) -> bool:
    return isinstance(node, _LITERALS) and all(_is_literal(child) for child in syntax.children(node))
