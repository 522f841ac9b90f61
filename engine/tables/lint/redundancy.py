"""What a table can do without: rules whose removal changes no result, and columns that never matter."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import product

from engine.tables.lint.budget import Budget, BudgetSpentError
from engine.tables.lint.case import Case
from engine.tables.lint.finding import Certainty, Finding, FindingKind, Severity
from engine.tables.lint.firing import count_rules
from engine.tables.lint.grid import Factor
from engine.tables.lint.outcomes import Outcomes, explain_obstacle
from engine.tables.lint.search import Open, Search

_EVERY = -1
_PATIENCE = 8.0


@dataclass(frozen=True, slots=True)
class _Removal:
    """Looks for a point where the table without one rule has another outcome.

    Attributes:
        outcomes: The outcomes.
        own: The rule, as a set.
        rivals: Rules beside which it adds nothing.
        instead: Rules that decide where it would.
    """

    outcomes: Outcomes
    own: int
    rivals: int
    instead: set[int] = field(default_factory=set)

    def narrow(self, sure: int) -> int:
        """Rules up to the first that is sure anyway, if one rule decides."""
        last = sure & ~self.own
        return _up_to_first(self.outcomes, last)

    def settle(self, state: Open) -> bool:
        if self._note(state.sure & self.rivals) or not state.possible & self.own:
            return True
        return self.outcomes.is_same_without(self.own, state.true, state.sure, state.firm)

    def accept(self, true: int, possible: int) -> bool:
        rest = true & ~self.own, possible & ~self.own
        if self.outcomes.tell(true, possible) != self.outcomes.tell(*rest):
            return True
        self._note(rest[0] if true & self.own else 0)
        return False

    def _note(self, taking: int) -> int:
        if taking and not any(taking >> bit & 1 for bit in self.instead):
            self.instead.add((taking & -taking).bit_length() - 1)
        return taking


@dataclass(frozen=True, slots=True)
class _Blanking:
    """Looks for a point where the table with a column blanked has another outcome.

    Attributes:
        outcomes: The outcomes.
        caring: Rules that have a cell in the column.
        words: What the column's cells say: for each combination of its regions the true and possible rules.
    """

    outcomes: Outcomes
    caring: int
    words: tuple[tuple[int, int], ...]

    def narrow(self, sure: int) -> int:
        """Rules up to the first that is sure and has no cell in the column, if one rule decides."""
        return _up_to_first(self.outcomes, sure & ~self.caring)

    def settle(self, state: Open) -> bool:
        if not state.possible & self.caring:
            return True
        return self.outcomes.is_same_without(self.caring, state.true, state.sure, state.firm)

    def accept(self, true: int, possible: int) -> bool:
        blank = self.outcomes.tell(true, possible)
        words = {(true & one, possible & other) for one, other in self.words}
        return any(self.outcomes.tell(*pair) != blank for pair in words)


def _up_to_first(outcomes: Outcomes, sure: int) -> int:
    return (((sure & -sure) << 1) - 1) if sure and outcomes.ordered else _EVERY


def find_redundant_rules(case: Case, idle: Collection[int], budget: Budget) -> Iterator[Finding]:
    """Rules that fire, and yet no row has another outcome without them.

    Args:
        case: The table.
        idle: Rules that never fire, of which nothing more need be said.
        budget: Steps it may take.
    """
    obstacle = explain_obstacle(case.outcomes)
    if obstacle:
        message = f"which rules are redundant is open: {obstacle}"
        yield case.find(FindingKind.NOT_ANALYSED, Severity.INFO, message)
        return
    late = 0
    for bit in (bit for bit in range(case.grid.rules) if bit not in idle):
        question = _Removal(case.outcomes, 1 << bit, case.outcomes.rival_set(bit))
        try:
            share = budget.share((case.grid.rules - bit) / _PATIENCE)
            box = case.grid.possible_box(bit)
            needed = Search(case.grid, box, (1 << case.grid.rules) - 1, share).find(question) is not None
        except BudgetSpentError:
            late |= 1 << bit
            continue
        if not needed:
            yield _tell_rule(case, bit, question.instead)
    if late:
        message = (
            f"{count_rules(late.bit_count())} could not be shown to be needed or not: too many combinations"
        )
        yield case.find(FindingKind.NOT_ANALYSED, Severity.INFO, message, others=case.name_rules(late))


def _tell_rule(case: Case, bit: int, instead: Collection[int]) -> Finding:
    ids = case.name_rules(sum(1 << other for other in instead))
    taking = f"{', '.join(ids)} or the default" if ids else "the default"
    message = f"without it no row has another result: {taking} gives the same"
    found = case.find(FindingKind.REDUNDANT, Severity.INFO, message, rule=bit, others=ids)
    return found if case.outcomes.constant else replace(found, certainty=Certainty.POSSIBLE)


def find_unused_columns(case: Case, budget: Budget) -> Iterator[Finding]:
    """Input columns of which every cell could be `-`, and no row would have another outcome."""
    obstacle = explain_obstacle(case.outcomes)
    late = []
    for place, column in enumerate(case.grid.columns):
        own = [factor for factor in case.grid.factors if factor.column == place]
        try:
            if not obstacle and _matters(case, place, own, budget.share(len(case.grid.columns) - place)):
                continue
        except BudgetSpentError:
            late.append(column.header)
            continue
        if obstacle and own:
            late.append(column.header)
        else:
            yield _tell_column(case, column.header, empty=not own)
    if late:
        reason = obstacle or "too many ways to combine the rules"
        message = f"whether {', '.join(late)} ever matters is open: {reason}"
        yield case.find(FindingKind.NOT_ANALYSED, Severity.INFO, message)


def _matters(case: Case, place: int, own: list[Factor], budget: Budget) -> bool:
    """Whether some row has another outcome when the column is blanked."""
    if not own:
        return False
    grid = case.grid
    others = tuple(other for other, factor in enumerate(grid.factors) if factor.column != place)
    every = (1 << grid.rules) - 1
    caring = every
    for factor in own:
        for word in factor.true:
            caring &= word
    question = _Blanking(case.outcomes, every & ~caring, _combine(own, budget))
    box = tuple(factor.every for factor in grid.factors)
    return Search(grid, box, every, budget, others).find(question) is not None


def _combine(own: list[Factor], budget: Budget) -> tuple[tuple[int, int], ...]:
    """What a column's cells say at each combination of its regions."""
    words = []
    for places in product(*(range(len(factor.true)) for factor in own)):
        budget.spend(1)
        true = possible = _EVERY
        for factor, region in zip(own, places, strict=True):
            true &= factor.true[region]
            possible &= factor.possible[region]
        words.append((true, possible))
    return tuple(dict.fromkeys(words))


def _tell_column(case: Case, header: str, *, empty: bool) -> Finding:
    why = (
        "every cell of it is `-`"
        if empty
        else "with `-` in every cell of it no row would have another result"
    )
    found = case.find(FindingKind.UNUSED_COLUMN, Severity.INFO, why, column=header)
    return found if empty or case.outcomes.constant else replace(found, certainty=Certainty.POSSIBLE)
