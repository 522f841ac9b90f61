"""Rules that never fire, and those that fire only where data are missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.tables.lint.budget import Budget, BudgetSpentError
from engine.tables.lint.case import Case
from engine.tables.lint.examples import find_example
from engine.tables.lint.finding import Finding, FindingKind, Severity
from engine.tables.lint.grid import Box, Point
from engine.tables.lint.search import Open, Search

_EVERY = -1
_PATIENCE = 8.0


@dataclass(frozen=True, slots=True)
class Decision:
    """When a rule that is true decides.

    Attributes:
        alike: Preferred rules that may have the same outputs: where one is true it decides.
        different: Preferred rules with different outputs: where one may be true the result is unknown.
    """

    alike: int
    different: int

    @staticmethod
    def of(case: Case, bit: int) -> Decision:
        """When a rule of a table decides; where no single rule does, always."""
        if not case.outcomes.ordered:
            return Decision(0, 0)
        before = (1 << bit) - 1
        different = before & ~case.outcomes.classes[bit]
        if not case.outcomes.constant:
            # Outputs that are formulas may be equal in some row: there only a true rule is sure to decide.
            different &= case.outcomes.fixed if case.outcomes.fixed >> bit & 1 else 0
        return Decision(before & ~different, different)

    def is_taken(self, true: int, possible: int) -> int:
        """Rules that take the row or leave it open, of those that are true and those that are not false."""
        return (true & self.alike) | (possible & self.different)

    def among(self, rules: int) -> Decision:
        """The same if there were only some of the preferred rules."""
        return Decision(self.alike & rules, self.different & rules)


@dataclass(frozen=True, slots=True)
class _Fires:
    """Looks for a point where a rule decides.

    Attributes:
        decision: When it does.
        cover: The rules that a proof of the opposite rested on.
    """

    decision: Decision
    cover: set[int] = field(default_factory=set)

    def narrow(self, _sure: int) -> int:
        return _EVERY

    def settle(self, state: Open) -> bool:
        return self._note(self.decision.is_taken(state.sure, state.firm))

    def accept(self, true: int, possible: int) -> bool:
        return not self._note(self.decision.is_taken(true, possible))

    def _note(self, taking: int) -> bool:
        if taking and not any(taking >> bit & 1 for bit in self.cover):
            self.cover.add((taking & -taking).bit_length() - 1)
        return taking != 0


def find_idle_rules(case: Case, budget: Budget) -> Iterator[tuple[int, Finding]]:
    """Rules that decide no row at all, or none of known values though they are true for some; by bit.

    By FIRST and PRIORITY a rule fires where it is true and no preferred rule takes the row or leaves the
    result open. By the other policies every true rule fires.
    """
    late, idle = [], 0
    for bit in range(case.grid.rules):
        box = case.grid.true_box(bit)
        if not all(box):
            idle |= 1 << bit
            yield bit, _tell_contradiction(case, bit, box)
        elif case.outcomes.ordered:
            try:
                found = _judge(case, bit, box, idle, budget.share((case.grid.rules - bit) / _PATIENCE))
            except BudgetSpentError:
                late.append(bit)
                continue
            if found is not None:
                idle |= (found.kind is FindingKind.NEVER_FIRES) << bit
                yield bit, found
    if late:
        message = f"{count_rules(len(late))} could not be shown to fire or not: too many ways to cover them"
        ids = case.name_rules(sum(1 << bit for bit in late))
        yield _EVERY, case.find(FindingKind.NOT_ANALYSED, Severity.INFO, message, others=ids)


def _judge(case: Case, bit: int, box: Box, idle: int, budget: Budget) -> Finding | None:
    known = case.grid.restrict_to_known(box)
    decision = Decision.of(case, bit)
    if Search(case.grid, known, (1 << bit) - 1, budget).find(_Fires(decision)) is not None:
        return None
    point, proof = _seek(case, bit, box, idle, budget)
    if point is None:
        cover = _minimise(case, bit, box, proof.cover, budget)
        ids = case.name_rules(cover)
        message = f"{_join(ids)} {'takes' if len(ids) == 1 else 'take'} every row that it accepts"
        return case.find(FindingKind.NEVER_FIRES, Severity.WARNING, message, rule=bit, others=ids)
    if not all(known):
        return None
    own, question = 1 << bit, _Fires(decision)

    def show(true: int, possible: int) -> bool:
        return bool(true & own) and question.accept(true, possible)

    example = find_example(case.grid, point, (2 << bit) - 1, show, budget)
    message = "it fires only where data are missing; of known values others take every row that it accepts"
    found = case.find(FindingKind.UNKNOWN_ONLY, Severity.INFO, message, rule=bit)
    return found.shown_by(example.row, example.certainty)


def _seek(case: Case, bit: int, box: Box, idle: int, budget: Budget) -> tuple[Point | None, _Fires]:
    """A point where a rule decides, or the proof that there is none.

    A cover of rules that fire themselves says more than one of rules that are covered in turn.
    """
    before = (1 << bit) - 1
    firing = _Fires(Decision.of(case, bit).among(before & ~idle))
    if Search(case.grid, box, before & ~idle, budget).find(firing) is None:
        return None, firing
    every = _Fires(Decision.of(case, bit))
    return Search(case.grid, box, before, budget).find(every), every


def _minimise(case: Case, bit: int, box: Box, cover: set[int], budget: Budget) -> int:
    """A cover of which no rule can be left out; one not shown to be such if the steps end."""
    decision = Decision.of(case, bit)
    kept = sum(1 << other for other in cover)
    try:
        for other in sorted(cover, reverse=True):
            fewer = kept & ~(1 << other)
            question = _Fires(decision.among(fewer))
            if Search(case.grid, box, fewer, budget).find(question) is None:
                kept = fewer
    except BudgetSpentError:
        return kept
    return kept


def _tell_contradiction(case: Case, bit: int, box: Box) -> Finding:
    factor = next(factor for factor, places in zip(case.grid.factors, box, strict=True) if not places)
    text = case.rule(bit).tests[factor.column]
    domain = _describe_domain(case, factor.header)
    message = f"its cell `{text}` accepts no value{domain}, so the rule cannot hold"
    return case.find(FindingKind.NEVER_FIRES, Severity.WARNING, message, rule=bit, column=factor.header)


def _describe_domain(case: Case, header: str) -> str:
    name = case.scope.find(header)
    if name is None or (name.minimum is None and name.maximum is None):
        return ""
    low = "" if name.minimum is None else f" from {name.minimum:.15g}"
    high = "" if name.maximum is None else f" to {name.maximum:.15g}"
    return f" of {header}{low}{high}"


def count_rules(rules: int) -> str:
    """How many rules, in words."""
    return "1 rule" if rules == 1 else f"{rules} rules"


def _join(ids: tuple[str, ...]) -> str:
    return ids[0] if len(ids) == 1 else f"{', '.join(ids[:-1])} and {ids[-1]} together"
