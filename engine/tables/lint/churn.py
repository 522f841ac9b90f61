"""Churn: rows on which one table enters a position and another closes it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from operator import and_
from typing import Any

from engine.language.check.comparisons import TRUE
from engine.language.names import Schema, Scope, build_scope
from engine.language.quantities import Quantity
from engine.language.types import Value
from engine.tables.checked import CheckedTable
from engine.tables.lint.budget import STEPS, Budget, BudgetSpentError
from engine.tables.lint.case import LISTED_AT_MOST, Case, open_case, read_values, require_checked
from engine.tables.lint.examples import find_example
from engine.tables.lint.finding import Finding, FindingKind, Severity, write_value
from engine.tables.lint.firing import Decision
from engine.tables.lint.grid import Grid, GridColumn, build_grid
from engine.tables.lint.search import Open, Search
from engine.tables.model import Table

ENTER, KEEP = "enter", "keep"
"""The outputs that say whether to enter, and which share of a position to keep."""


@dataclass(frozen=True, slots=True)
class _Both:
    """Looks for a point where a rule decides in one table and another in the other.

    Attributes:
        pair: The two rules.
        entering: When the entry rule decides.
        leaving: When the exit rule decides; rules of the exit table stand above those of the entry table.
        above: How many rules the entry table has.
    """

    pair: int
    entering: Decision
    leaving: Decision
    above: int

    def narrow(self, _sure: int) -> int:
        return -1

    def settle(self, state: Open) -> bool:
        low, high = self._cut(state.sure, state.firm)
        return bool(self.entering.is_taken(*low) or self.leaving.is_taken(*high))

    def accept(self, true: int, possible: int) -> bool:
        low, high = self._cut(true, possible)
        taken = self.entering.is_taken(*low) or self.leaving.is_taken(*high)
        return true & self.pair == self.pair and not taken

    def _cut(self, true: int, possible: int) -> tuple[tuple[int, int], tuple[int, int]]:
        low = (1 << self.above) - 1
        return (true & low, possible & low), (true >> self.above, possible >> self.above)


def find_churn(
    entry: Table, leave: Table, schema: Schema, parameters: Mapping[str, Any] | None = None
) -> list[Finding]:
    """Find rows on which the entry table enters and the exit table would close the position at once.

    Args:
        entry: The table whose output `enter` opens a position.
        leave: The table whose output `keep` says which share of a position to keep.
        schema: Names of columns with types and units; a `Name` may have a domain.
        parameters: Values of parameters, as numbers, booleans or texts such as `5%`.

    Returns:
        A finding for each pair of rules that enter and close on the same row.

    Raises:
        BookErrors: Every fault in the texts of the tables.
    """
    scope = build_scope(schema, parameters)
    tables = require_checked(entry, scope), require_checked(leave, scope)
    return find_checked_churn(*tables, scope, read_values(parameters or {}))


def find_checked_churn(
    entry: CheckedTable,
    leave: CheckedTable,
    scope: Scope,
    parameters: Mapping[str, Quantity],
    steps: int = STEPS,
) -> list[Finding]:
    """Find the churn of two tables whose texts are checked.

    Args:
        entry: The table that opens positions.
        leave: The table that closes them.
        scope: Names with the domains of inputs.
        parameters: A value for each parameter that the texts use.
        steps: How long it may take.
    """
    cases = open_case(entry, scope, parameters), open_case(leave, scope, parameters)
    found: list[Finding] = []
    try:
        for finding in _find_pairs(*cases, _join_grids(*cases), Budget(steps)):
            if len(found) == LISTED_AT_MOST:
                message = f"there are more than the {LISTED_AT_MOST} pairs of rules that are listed"
                found.append(cases[0].find(FindingKind.NOT_ANALYSED, Severity.INFO, message))
                break
            found.append(finding)
    except BudgetSpentError:
        message = f"whether {leave.table.file} closes more of what it enters is open: too many combinations"
        found.append(cases[0].find(FindingKind.NOT_ANALYSED, Severity.INFO, message))
    return found


def _find_pairs(entry: Case, leave: Case, grid: Grid, budget: Budget) -> Iterator[Finding]:
    above, every = entry.grid.rules, (1 << grid.rules) - 1
    entering = [bit for bit, value in _read_output(entry, ENTER) if value is True]
    leaving = [(bit, value) for bit, value in _read_output(leave, KEEP) if _is_less_than_all(value)]
    for one, (other, keep) in product(entering, leaving):
        pair = 1 << one | 1 << above + other
        question = _Both(pair, Decision.of(entry, one), Decision.of(leave, other), above)
        box = tuple(map(and_, grid.true_box(one), grid.true_box(above + other)))
        point = Search(grid, box, every, budget).find(question)
        if point is not None:
            example = find_example(grid, point, every, question.accept, budget)
            rule = leave.rule(other)
            does = f"keeps {write_value(keep)} of it" if keep else "closes it"
            message = f"it enters where {rule.id} of {leave.table.file} (line {rule.line}) {does} at once"
            found = entry.find(FindingKind.CHURN, Severity.WARNING, message, rule=one, others=(rule.id,))
            yield found.shown_by(example.row, example.certainty)


def _read_output(case: Case, output: str) -> list[tuple[int, Value]]:
    """The rules that give an output a value written in place, with it."""
    names = [column.name for column in case.table.outputs]
    place = names.index(output) if output in names else None
    codes = () if place is None else (values[place] for values in case.outcomes.values)
    return [(bit, code[1]) for bit, code in enumerate(codes) if isinstance(code, tuple)]


def _is_less_than_all(keep: Value) -> bool:
    return isinstance(keep, float) and keep < 1.0


def _join_grids(entry: Case, leave: Case) -> Grid:
    """One grid for both tables, in which an input that they share is one dimension."""
    low, high = entry.grid, leave.grid
    shared = {column.subject: column for column in high.columns}
    columns = [_append(column, shared.pop(column.subject, None), high.rules) for column in low.columns]
    for column in shared.values():
        none = GridColumn(column.header, column.subject, (TRUE,) * low.rules, ("-",) * low.rules)
        columns.append(_append(none, column, high.rules))
    return build_grid(columns, low.rules + high.rules, entry.scope)


def _append(column: GridColumn, twin: GridColumn | None, rules: int) -> GridColumn:
    """A column of the entry table with the exit table's cells below; any value where it has none."""
    tests, texts = ((TRUE,) * rules, ("-",) * rules) if twin is None else (twin.tests, twin.texts)
    return replace(column, tests=(*column.tests, *tests), texts=(*column.texts, *texts))
