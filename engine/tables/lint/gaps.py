"""Gaps: combinations of values that no rule accepts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.tables.lint.budget import Budget
from engine.tables.lint.case import Case
from engine.tables.lint.examples import find_example
from engine.tables.lint.finding import Finding, FindingKind, Severity
from engine.tables.lint.grid import Box, Factor, Grid, Point
from engine.tables.lint.outcomes import bits_of
from engine.tables.lint.search import Open, Search

GAPS_AT_MOST = 20
"""Gaps that are listed for a table."""

_EVERY = -1


@dataclass(frozen=True, slots=True)
class _NoRule:
    """Looks for a point where every rule is false."""

    def narrow(self, _sure: int) -> int:
        return _EVERY

    def settle(self, state: Open) -> bool:
        return state.firm != 0

    def accept(self, _true: int, possible: int) -> bool:
        return possible == 0


@dataclass(frozen=True, slots=True)
class _Undecided:
    """Looks for a point where some rule holds for each known value of one input, and none without it."""

    factor: Factor

    def narrow(self, _sure: int) -> int:
        return _EVERY

    def settle(self, state: Open) -> bool:
        if state.sure & self.factor.true[-1]:
            return True
        return any(not state.true & word for word in self.factor.true[:-1])

    def accept(self, true: int, _possible: int) -> bool:
        return not true & self.factor.true[-1] and all(true & word for word in self.factor.true[:-1])


def find_gaps(case: Case, budget: Budget) -> Iterator[Finding]:
    """Every combination of known values that no rule accepts, as few boxes as a greedy search finds.

    Raises:
        BudgetSpentError: There may be more.
    """
    severity = Severity.INFO if _has_defaults(case) else Severity.WARNING
    rules = (1 << case.grid.rules) - 1
    for count, (box, point) in enumerate(sweep_gaps(case.grid, budget), 1):
        if count > GAPS_AT_MOST:
            message = f"there are more gaps than the {GAPS_AT_MOST} that are listed; close some of them first"
            yield case.find(FindingKind.NOT_ANALYSED, Severity.INFO, message)
            return
        example = find_example(case.grid, point, rules, lambda _, possible: not possible, budget)
        message = f"no rule accepts {describe_box(case.grid, box)}"
        yield case.find(FindingKind.GAP, severity, message).shown_by(example.row, example.certainty)


def sweep_gaps(grid: Grid, budget: Budget) -> Iterator[tuple[Box, Point]]:
    """Boxes that no rule accepts, each as large as it can be, until they hold every such point.

    Raises:
        BudgetSpentError: There may be more.
    """
    covered = grid
    while True:
        every = (1 << covered.rules) - 1
        point = Search(covered, covered.known, every, budget).find(_NoRule())
        if point is None:
            return
        box = _enlarge(grid, point)
        yield box, point
        covered = covered.with_box(box)


def find_unknown_gaps(case: Case, budget: Budget) -> Iterator[Finding]:
    """Inputs without which no rule is sure to hold, where with any value of theirs one would.

    Raises:
        BudgetSpentError: Not every input was looked at.
    """
    grid = case.grid
    for place, factor in enumerate(grid.factors):
        others = tuple(other for other in range(len(grid.factors)) if other != place)
        question = _Undecided(factor)
        point = Search(grid, grid.known, (1 << grid.rules) - 1, budget, others).find(question)
        if point is None:
            continue
        there = (*point[:place], len(factor.true) - 1, *point[place + 1 :])
        example = find_example(grid, there, (1 << grid.rules) - 1, lambda true, _: not true, budget)
        what = f"`{factor.text}` of {factor.header}" if factor.text else factor.header
        message = f"no rule decides when {what} is unknown, though each known value of it is decided"
        found = case.find(FindingKind.UNKNOWN_GAP, Severity.INFO, message, column=factor.header)
        yield found.shown_by(example.row, example.certainty)


def describe_box(grid: Grid, box: Box) -> str:
    """A box as people read it: the inputs that it bounds."""
    parts = [
        _describe_side(factor, places)
        for factor, places in zip(grid.factors, box, strict=True)
        if places != factor.known
    ]
    return " and ".join(parts) or "any row"


def _describe_side(factor: Factor, places: int) -> str:
    if not factor.text:
        return f"{factor.header} {factor.axis.describe(bits_of(places))}"
    # The first cell may ask the opposite of what the dimension is.
    asked = factor.accepted[0]
    truths = [
        "unknown" if place == len(factor.true) - 1 else _write_truth(asked, place)
        for place in bits_of(places)
    ]
    return f"{factor.header} where `{factor.text}` is {' or '.join(truths)}"


def _write_truth(asked: int, place: int) -> str:
    return "true" if asked >> place & 1 else "false"


def _enlarge(grid: Grid, point: Point) -> Box:
    """A box around a gap's point that cannot be made larger in any input."""
    box = [1 << place for place in point]
    for place, factor in enumerate(grid.factors):
        alive = (1 << grid.rules) - 1
        for other, places in enumerate(box):
            if other != place:
                alive &= _unite(grid.factors[other], places)
        open_regions = (region for region in bits_of(factor.known) if not alive & factor.possible[region])
        box[place] = sum(1 << region for region in open_regions)
    return tuple(box)


def _unite(factor: Factor, places: int) -> int:
    word = 0
    for place in bits_of(places):
        word |= factor.possible[place]
    return word


def _has_defaults(case: Case) -> bool:
    return all(column.default is not None for column in case.table.outputs)
