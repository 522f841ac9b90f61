"""Checks a text before anything runs: names, kinds, units, stages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.errors import Diagnostic
from engine.language import syntax
from engine.language.check.checker import Checker
from engine.language.check.comparisons import TRUE, check_tests
from engine.language.check.dimensions import convert, count_in_base, is_fixed, retype
from engine.language.check.words import check_words, reads_as_words
from engine.language.commas import find_comma
from engine.language.conversions import find_conversion
from engine.language.core import Apply, Constant, Core
from engine.language.functions import arithmetic
from engine.language.names import Scope
from engine.language.parse import Parsed, parse_cell, parse_formula
from engine.language.types import BOOLEAN, Kind, Type
from engine.language.units import Dimension, Unit


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked text.

    Attributes:
        core: Its typed tree; None exactly if there are faults.
        diagnostics: Every fault found, in reading order.
    """

    core: Core | None
    diagnostics: tuple[Diagnostic, ...] = ()


def check_formula(
    text: str, scope: Scope, *, kind: Kind | None = None, unit: Unit | None = None, in_sheet: bool = False
) -> Checked:
    """Check one expression.

    Args:
        text: The formula.
        scope: The names it may use.
        kind: The kind its value must have, if any.
        unit: The unit its value is counted in; a number of known unit is converted, a plain number is
            taken at the word of whoever declares the unit.
        in_sheet: Whether it is the cell of a sheet, which a spreadsheet may turn into a date.
    """
    parsed = parse_formula(text)
    habit = find_conversion(text) if in_sheet and kind in (None, Kind.NUMBER) else None
    if habit is None and parsed.tree is not None:
        habit = find_comma(text)
    if habit is not None:
        return _close(None, [habit])
    checker = Checker(text, scope)
    core = None if parsed.tree is None else checker.check(parsed.tree)
    if core is not None and parsed.tree is not None:
        core = _demand(checker, parsed.tree, core, kind, unit)
    return _close(core, [*parsed.diagnostics, *_refuse_comments(parsed), *checker.faults])


def check_cell(
    text: str, subject: Core, scope: Scope, *, vocabulary: frozenset[str] | None = None
) -> Checked:
    """Check an input cell: what the value `subject` must be for its rule to hold.

    Args:
        text: Unary tests; `-` or nothing accepts every value.
        subject: The column's value, written `?` in the cell.
        scope: The names it may use.
        vocabulary: The words of a text column, if they are declared: they may stand without quotes.
    """
    if not text.strip():
        return Checked(TRUE)
    if vocabulary is not None and reads_as_words(text):
        core, faults = check_words(text, subject, scope, vocabulary)
        return _close(core, faults)
    parsed = parse_cell(text)
    habit = _find_habit(text, subject)
    if habit is not None:
        return _close(None, [habit])
    if isinstance(parsed.tree, syntax.AnyValue):
        return _close(TRUE, list(parsed.diagnostics))
    checker = Checker(text, scope, subject)
    core = check_tests(checker, parsed.tree.tests, subject) if isinstance(parsed.tree, syntax.Tests) else None
    return _close(
        core, [*parsed.diagnostics, *_refuse_comments(parsed), *_refuse_equals(text), *checker.faults]
    )


def _close(core: Core | None, faults: Iterable[Diagnostic]) -> Checked:
    ordered = tuple(sorted(faults, key=lambda fault: fault.start or 0))
    return Checked(None if ordered else core, ordered)


def _demand(
    checker: Checker, node: syntax.Node, core: Core, kind: Kind | None, unit: Unit | None
) -> Core | None:
    """The value, if it is of the kind and unit that its user declared."""
    if core.type.kind is Kind.NULL:
        core = Constant(None, Type(kind or Kind.NUMBER))
    if kind is not None and core.type.kind is not kind:
        checker.report(node, "type.mismatch", f"this is {core.type.phrase}, a {kind} is needed")
        return None
    if core.type.kind is not Kind.NUMBER:
        return core
    if unit is None:
        return count_in_base(core) if is_fixed(core) else core
    own = core.type.unit
    if own.plain or (unit.plain and own.scale is None):
        return retype(core, unit)
    if unit.plain:
        return count_in_base(core) if is_fixed(core) else core
    if own.dimension != unit.dimension and not _may_be_yield(core, own, unit):
        message = f"this is {core.type.phrase}, and it is declared in {unit.name} (a {unit.dimension})"
        checker.report(node, "unit.mismatch", message, "mend the formula or the declared unit")
        return None
    return retype(core, unit) if own.scale is None or unit.scale is None else convert(core, unit)


def _may_be_yield(core: Core, own: Unit, unit: Unit) -> bool:
    """Whether a ratio may be declared a yearly rate: a fixed percentage, or one scaled by a plain number."""
    if {own.dimension, unit.dimension} != {Dimension.RATIO, Dimension.RATE}:
        return False
    scaled = isinstance(core, Apply) and core.function in (arithmetic.MULTIPLY, arithmetic.DIVIDE)
    plain = isinstance(core, Apply) and any(argument.type.unit.plain for argument in core.arguments)
    return isinstance(core, Constant) or (scaled and plain)


def _refuse_comments(parsed: Parsed) -> list[Diagnostic]:
    hint = "use the column `note`; a whole division is `floor(a / b)`"
    return [
        Diagnostic("text.comment", "comments are not taken in cells and formulas", hint, start=start, end=end)
        for start, end in parsed.comments
    ]


def _refuse_equals(text: str) -> list[Diagnostic]:
    start = len(text) - len(text.lstrip())
    if not text.startswith("=", start):
        return []
    hint = "leave out the leading `=`, which spreadsheets take for a formula"
    return [Diagnostic("text.equals", "a cell does not begin with `=`", hint, start=start, end=start + 1)]


def _find_habit(text: str, subject: Core) -> Diagnostic | None:
    """A number as other programs write it, in a cell of a numeric column."""
    if subject.type.kind is not Kind.NUMBER:
        return None
    return find_comma(text) or find_conversion(text)


__all__ = ["BOOLEAN", "Checked", "check_cell", "check_formula"]
