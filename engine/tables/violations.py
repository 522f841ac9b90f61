"""Violations: rules that clash and outputs that are not allowed, told for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import Diagnostic
from engine.tables.model import HitPolicy, Rule, Table
from engine.tables.results import Values

_CLASHES = {
    HitPolicy.UNIQUE: ("all fire", "hit policy UNIQUE lets one rule fire: narrow their cells"),
    HitPolicy.ANY: (
        "fire with different outputs",
        "hit policy ANY needs equal outputs: narrow the cells, or make the outputs equal",
    ),
}


@dataclass(frozen=True, slots=True)
class Violation:
    """A row of data whose result is a violation.

    Attributes:
        row: The row of the frame, counted from 0.
        place: Its place among the rows of the values.
        rules: The rules that make it, by their place in the words.
    """

    row: int
    place: int
    rules: Sequence[int]


def describe_violation(
    table: Table, order: Sequence[int], values: Sequence[Values], violation: Violation
) -> Iterator[Diagnostic]:
    """What is wrong in one row: a clash, or each output that is not allowed.

    Args:
        table: The table.
        order: The rule of the table behind each rule of the words.
        values: The values of each output in the rows with violations.
        violation: The row and its rules.
    """
    rules = [table.rules[order[rule]] for rule in violation.rules]
    if _is_clash(table, values, violation):
        what, hint = _CLASHES[table.hit_policy]
        names = ", ".join(f"{rule.id} (line {rule.line})" for rule in rules)
        message = f"row {violation.row} of the data: rules {names} {what}"
        yield Diagnostic("table.violation", message, hint, table.file, rules[0].line)
        return
    for rule, place in zip(rules, violation.rules, strict=True):
        yield from _describe_refusals(table, rule, values, Violation(violation.row, violation.place, [place]))


def _is_clash(table: Table, values: Sequence[Values], violation: Violation) -> bool:
    if len(violation.rules) < 2 or table.hit_policy not in _CLASHES:
        return False
    if table.hit_policy is HitPolicy.UNIQUE:
        return True
    rules = np.array(violation.rules, dtype=np.intp)
    first, rows = np.full_like(rules, rules[0]), np.full_like(rules, violation.place)
    return any(bool(each.differ(first, rules, rows).any()) for each in values)


def _describe_refusals(
    table: Table, rule: Rule, values: Sequence[Values], violation: Violation
) -> Iterator[Diagnostic]:
    for column, each in zip(table.outputs, values, strict=True):
        picked = each.pick(np.array(violation.rules), np.array([violation.place]))
        if each.is_refused(picked).any():
            message = f"row {violation.row} of the data: rule {rule.id} gives {column.name} = {picked.item()}"
            hint = f"it may be {', '.join(column.allowed)}"
            yield Diagnostic("table.violation", message, hint, table.file, rule.line, column.header)
