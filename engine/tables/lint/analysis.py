"""The lint of one table: every analysis in turn, within one budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.language.names import Schema, Scope, build_scope
from engine.language.quantities import Quantity
from engine.tables.checked import CheckedTable
from engine.tables.lint.budget import STEPS, Budget, BudgetSpentError
from engine.tables.lint.case import LISTED_AT_MOST, Case, open_case, read_values, require_checked
from engine.tables.lint.finding import Finding, FindingKind, Severity
from engine.tables.lint.firing import find_idle_rules
from engine.tables.lint.gaps import find_gaps, find_unknown_gaps
from engine.tables.lint.overlaps import find_overlaps
from engine.tables.lint.redundancy import find_redundant_rules, find_unused_columns
from engine.tables.model import Table

FACTORS_AT_MOST = 200
"""Inputs, and cells that compare with other columns, that a table may have to be analysed."""

_Analysis = Callable[[Case, Budget], Iterator[Finding]]

_WEIGHTS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def lint_table(table: Table, schema: Schema, parameters: Mapping[str, Any] | None = None) -> list[Finding]:
    """Find what is wrong with a table although its texts are right: gaps, overlaps, rules that never fire.

    Args:
        table: As read by `parse_table`.
        schema: Names of columns with types and units; a `Name` may have a domain (`minimum`, `maximum`).
        parameters: Values of parameters, as numbers, booleans or texts such as `5%`.

    Returns:
        The findings, errors first.

    Raises:
        BookErrors: Every fault in the table's texts.
    """
    scope = build_scope(schema, parameters)
    return lint_checked(require_checked(table, scope), scope, read_values(parameters or {}))


_RULES_A_STEP = 400


def lint_checked(
    checked: CheckedTable, scope: Scope, parameters: Mapping[str, Quantity], steps: int = STEPS
) -> list[Finding]:
    """Lint a table whose texts are checked.

    Args:
        checked: The table.
        scope: Names with the domains of inputs.
        parameters: A value for each parameter that its texts use.
        steps: How long it may take.
    """
    case = open_case(checked, scope, parameters)
    factors = len(case.grid.factors)
    if factors > FACTORS_AT_MOST:
        message = (
            f"the table has {factors} inputs and cells that compare with other columns, more than the "
            f"{FACTORS_AT_MOST} that can be analysed; give such comparisons a column of their own"
        )
        return [case.find(FindingKind.NOT_ANALYSED, Severity.INFO, message)]
    # A step over the sets of many rules takes longer.
    budget = Budget(steps // max(len(checked.table.rules) // _RULES_A_STEP, 1))
    return sorted(_analyse(case, budget), key=lambda found: (_WEIGHTS[found.severity], found.row or 0))


def _analyse(case: Case, budget: Budget) -> Iterator[Finding]:
    """Each analysis with its share of the budget; what one leaves, the next may use."""
    yield from _bound(case, "overlaps", find_overlaps, budget.share(5))
    idle: list[int] = []

    def find_idle(case: Case, share: Budget) -> Iterator[Finding]:
        for bit, finding in find_idle_rules(case, share):
            if finding.kind is FindingKind.NEVER_FIRES:
                idle.append(bit)
            yield finding

    yield from _bound(case, "rules that never fire", find_idle, budget.share(3))
    yield from _bound(case, "gaps", find_gaps, budget.share(3))
    yield from _bound(case, "gaps by unknown values", find_unknown_gaps, budget.share(4))
    yield from _bound(case, "columns that never matter", find_unused_columns, budget.share(2))

    def find_redundant(case: Case, share: Budget) -> Iterator[Finding]:
        return find_redundant_rules(case, idle, share)

    yield from _bound(case, "redundant rules", find_redundant, budget)


def _bound(case: Case, what: str, analyse: _Analysis, budget: Budget) -> Iterator[Finding]:
    """The findings of one analysis, so many as are worth listing, and why it ended early if it did."""
    found: dict[FindingKind, list[Finding]] = {}
    try:
        for finding in analyse(case, budget):
            alike = found.setdefault(finding.kind, [])
            alike.append(finding)
            if len(alike) <= LISTED_AT_MOST:
                yield finding
    except BudgetSpentError:
        message = (
            f"not all {what} are found: {case.grid.rules} rules over {len(case.grid.factors)} inputs combine "
        )
        message += (
            "in more ways than there are steps for; split the table, or round its bounds to fewer values"
        )
        yield case.find(FindingKind.NOT_ANALYSED, Severity.INFO, message)
    for kind, alike in found.items():
        rest = alike[LISTED_AT_MOST:]
        if rest:
            message = f"{len(rest)} more are named but not told one by one"
            ids = [finding.rules[0] for finding in rest if finding.rules]
            yield case.find(kind, rest[0].severity, message, others=ids)
