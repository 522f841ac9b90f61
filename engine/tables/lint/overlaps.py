"""Overlaps and conflicts: rules that accept the same row although the hit policy allows only one result."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from operator import and_

from engine.tables.lint.budget import Budget
from engine.tables.lint.case import LISTED_AT_MOST, Case
from engine.tables.lint.examples import find_example
from engine.tables.lint.finding import Certainty, Finding, FindingKind, Severity
from engine.tables.lint.gaps import describe_box
from engine.tables.lint.grid import Box, Grid
from engine.tables.lint.outcomes import bits_of
from engine.tables.model import HitPolicy


def find_overlaps(case: Case, budget: Budget) -> Iterator[Finding]:
    """Pairs of rules that break the hit policy where both are true.

    UNIQUE allows no two; ANY only with the same outputs; PRIORITY cannot choose between different outputs
    that are wanted alike. The other policies are made for several rules at once.

    Raises:
        BudgetSpentError: There may be more.
    """
    if case.table.hit_policy not in (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.PRIORITY):
        return
    listed = pairs = 0
    for one, rivals in _list_rivals(case, budget):
        pairs += rivals.bit_count()
        for other in islice(bits_of(rivals), LISTED_AT_MOST - listed):
            listed += 1
            yield _tell_pair(case, one, other, budget)
    if pairs > listed:
        message = f"{pairs - listed} more pairs of rules do so, which are not listed"
        yield case.find(FindingKind.NOT_ANALYSED, Severity.INFO, message)


def _list_rivals(case: Case, budget: Budget) -> Iterator[tuple[int, int]]:
    """For each rule those after it that clash with it somewhere."""
    joined: dict[tuple[int, int], int] = {}
    for one in range(case.grid.rules):
        rivals = _find_rivals(case, one)
        for place, places in enumerate(case.grid.true_box(one)):
            if (place, places) not in joined:
                budget.spend(1 + places.bit_count() // 4)
                joined[place, places] = _unite(case.grid, place, places)
            rivals &= joined[place, places]
        budget.spend(len(case.grid.factors))
        yield one, rivals


def _find_rivals(case: Case, one: int) -> int:
    """Rules after this one that must not be true together with it."""
    later = ((1 << case.grid.rules) - 1) & ~((2 << one) - 1)
    if case.table.hit_policy is HitPolicy.UNIQUE:
        return later
    different = later & ~case.outcomes.classes[one]
    if case.table.hit_policy is HitPolicy.ANY:
        return different
    # Wanted alike are rules that differ only in outputs without allowed values.
    ranked = [place for place, column in enumerate(case.table.outputs) if column.allowed]
    wanted = [case.outcomes.values[one][place] for place in ranked]
    values = case.outcomes.values
    alike = (bit for bit in bits_of(different) if [values[bit][place] for place in ranked] == wanted)
    return sum(1 << bit for bit in alike)


def _unite(grid: Grid, place: int, places: int) -> int:
    word = 0
    for region in bits_of(places):
        word |= grid.factors[place].true[region]
    return word


def _tell_pair(case: Case, one: int, other: int, budget: Budget) -> Finding:
    grid = case.grid
    box: Box = tuple(map(and_, grid.true_box(one), grid.true_box(other)))
    both = 1 << one | 1 << other
    point = tuple(next(bits_of(places)) for places in box)
    example = find_example(grid, point, both, lambda true, _: true == both, budget)
    certainty, differ = example.certainty, not case.outcomes.classes[one] >> other & 1
    unique = case.table.hit_policy is HitPolicy.UNIQUE
    if not unique and not case.outcomes.constant:
        certainty = Certainty.POSSIBLE
    first, second = sorted((one, other), key=lambda bit: case.order[bit])
    message = (
        f"{case.rule(first).id} and {case.rule(second).id} both accept {describe_box(grid, box)}, "
        f"{'with different outputs' if differ else 'with the same outputs'}; {case.table.hit_policy} allows "
        f"{_ALLOWS[case.table.hit_policy]}"
    )
    breaks = certainty is Certainty.EXACT and case.table.hit_policy is not HitPolicy.PRIORITY
    kind = FindingKind.OVERLAP if unique else FindingKind.CONFLICT
    severity = Severity.ERROR if breaks else Severity.WARNING
    found = case.find(kind, severity, message, rule=first, others=(case.rule(second).id,))
    return found.shown_by(example.row, certainty)


_ALLOWS = {
    HitPolicy.UNIQUE: "only one rule to fire",
    HitPolicy.ANY: "several only with the same outputs",
    HitPolicy.PRIORITY: "no choice between outputs that are wanted alike",
}
