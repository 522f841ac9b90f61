"""A table under analysis: its grid, its outcomes, and how its rules are named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import BookErrors
from engine.language.bind import bind
from engine.language.core import Constant, Core
from engine.language.names import Scope
from engine.language.quantities import Quantity, read_quantity
from engine.tables.checked import CheckedTable
from engine.tables.compile import check_table
from engine.tables.lint.finding import Certainty, Finding, FindingKind, Severity
from engine.tables.lint.grid import Grid, GridColumn, build_grid
from engine.tables.lint.outcomes import Outcomes, bits_of, build_outcomes
from engine.tables.model import Rule, Table
from engine.tables.ranking import rank_rules

LISTED_AT_MOST = 50
"""Findings of one kind that are listed for a table; the others are counted."""


@dataclass(frozen=True, slots=True)
class Case:
    """A table under analysis.

    Attributes:
        table: The table.
        order: Place in the table of each bit's rule.
        grid: Its grid.
        outcomes: Its outcomes.
        scope: Names with the domains of inputs.
    """

    table: Table
    order: tuple[int, ...]
    grid: Grid
    outcomes: Outcomes
    scope: Scope

    def rule(self, bit: int) -> Rule:
        """The rule of a bit."""
        return self.table.rules[self.order[bit]]

    def name_rules(self, rules: int) -> tuple[str, ...]:
        """Ids of a set of rules, in the order of the table."""
        return tuple(
            self.table.rules[place].id for place in sorted(self.order[bit] for bit in bits_of(rules))
        )

    def find(
        self,
        kind: FindingKind,
        severity: Severity,
        message: str,
        *,
        rule: int | None = None,
        others: Iterable[str] = (),
        column: str | None = None,
    ) -> Finding:
        """A proven finding in this table.

        Args:
            kind: What it is.
            severity: How much it matters.
            message: What was found.
            rule: Bit of the rule it speaks of first.
            others: Ids of further rules.
            column: Header of the column it speaks of.
        """
        first = None if rule is None else self.rule(rule)
        ids = (*(() if first is None else (first.id,)), *others)
        row = None if first is None else first.line
        types = {name.name: name.type for name in self.scope.names.values()}
        types |= {each.header: each.subject.type for each in self.grid.columns}
        return Finding(
            *(kind, severity, Certainty.EXACT, message, ids, self.table.file, row, column), types=types
        )


def open_case(checked: CheckedTable, scope: Scope, parameters: Mapping[str, Quantity]) -> Case:
    """Prepare a table for analysis.

    Args:
        checked: The table.
        scope: Names with the domains of inputs.
        parameters: A value for each parameter that its texts use.
    """
    bound: dict[Core, Core] = {}

    def settle(core: Core) -> Core:
        if core not in bound:
            bound[core] = core if isinstance(core, Constant) else bind(core, parameters)
        return bound[core]

    order = rank_rules(checked.table, checked.results)
    columns = [
        GridColumn(
            column.header,
            settle(subject),
            tuple(settle(checked.tests[rule][place]) for rule in order),
            tuple(checked.table.rules[rule].tests[place] for rule in order),
        )
        for place, (column, subject) in enumerate(zip(checked.table.inputs, checked.subjects, strict=True))
    ]
    results = [[settle(core) for core in checked.results[rule]] for rule in order]
    outcomes = build_outcomes(checked.table, results, [settle(core) for core in checked.default])
    return Case(checked.table, order, build_grid(columns, len(order), scope), outcomes, scope)


def require_checked(table: Table, scope: Scope) -> CheckedTable:
    """A table with its texts checked.

    Raises:
        BookErrors: Every fault in them.
    """
    checked = check_table(table, scope)
    if not isinstance(checked, CheckedTable):
        raise BookErrors(checked)
    return checked


def read_values(parameters: Mapping[str, Any]) -> dict[str, Quantity]:
    """Values of parameters that a scope has already accepted."""
    read = {name: read_quantity(name, value) for name, value in parameters.items()}
    return {name: value for name, value in read.items() if isinstance(value, Quantity)}
