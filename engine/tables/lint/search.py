"""Search for a point of the grid that answers a question, or the proof that there is none.

The search goes input by input and keeps only the rules that are still open, so that regions which no open
rule tells apart are one branch, and a set of open rules that was seen before is not looked at again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from engine.tables.lint.budget import Budget
from engine.tables.lint.grid import Box, Grid, Point

_EVERY = -1


@dataclass(frozen=True, slots=True)
class Open:
    """What is known of the rules when some inputs have been chosen.

    Attributes:
        true: Rules that are true so far.
        possible: Rules that are not false so far.
        sure: Rules that are true whatever the other inputs are.
        firm: Rules that are not false whatever the other inputs are.
    """

    true: int
    possible: int
    sure: int
    firm: int


class Question(Protocol):
    """What is looked for."""

    def narrow(self, sure: int) -> int:
        """Rules that still matter where these are sure; -1 for all."""

    def settle(self, state: Open) -> bool:
        """Whether no point can answer, whatever the other inputs are."""

    def accept(self, true: int, possible: int) -> bool:
        """Whether a point answers where these rules are true, and these not false."""


@dataclass(frozen=True, slots=True)
class _Branch:
    """Regions of one input that the rules in question cannot tell apart."""

    place: int
    true: int
    possible: int


@dataclass(frozen=True, slots=True)
class _Level:
    """One input of a search.

    Attributes:
        factor: Its place in the grid.
        branches: The fewest open rules first.
        always: Rules that are true in all its regions and in all inputs after it.
        firmly: The same for rules that are not false.
    """

    factor: int
    branches: tuple[_Branch, ...]
    always: int
    firmly: int


class Search:
    """One search.

    Args:
        grid: The grid.
        box: Where to look.
        relevant: The rules that the question is about.
        budget: Steps it may take.
        factors: Inputs to look through; None is all.
    """

    def __init__(
        self, grid: Grid, box: Box, relevant: int, budget: Budget, factors: tuple[int, ...] | None = None
    ) -> None:
        self._grid, self._box, self._budget = grid, box, budget
        self._factors = tuple(range(len(grid.factors))) if factors is None else factors
        self._levels: list[_Level] = []
        self._seen: set[tuple[int, int, int]] = set()
        self._relevant = relevant & ((1 << grid.rules) - 1)

    def find(self, question: Question) -> Point | None:
        """A point of the box that answers the question, or None if there is none.

        Inputs that are not looked through are at their first place in the box.

        Raises:
            BudgetSpentError: The steps did not suffice to know.
        """
        if not all(self._box):
            return None
        first = tuple(places[0] for places in self._box)
        for share in (0.0, 0.5, 1.0):
            probe = self._probe(share)
            if self._answers(question, probe):
                return probe
        self._reach()
        self._levels = self._lay_levels()
        path = self._visit(question, 0, self._relevant, self._relevant)
        if path is None:
            return None
        chosen = dict(zip((level.factor for level in self._levels), path, strict=False))
        return tuple(chosen.get(factor, place) for factor, place in enumerate(first))

    def _probe(self, share: float) -> Point:
        """A point without unknown values if there is one, at a share of the way through the box."""
        self._budget.spend(len(self._box))
        point = []
        for factor, places in zip(self._grid.factors, self._box, strict=True):
            last = len(places) - 1 - (len(places) > 1 and places[-1] == len(factor.true) - 1)
            point.append(places[round(share * last)])
        return tuple(point)

    def _answers(self, question: Question, point: Point) -> bool:
        true = possible = self._relevant
        for place in self._factors:
            true &= self._grid.factors[place].true[point[place]]
            possible &= self._grid.factors[place].possible[point[place]]
        return question.accept(true, possible)

    def _reach(self) -> None:
        """Leave out rules that are false in the whole box."""
        for place in self._factors:
            word = 0
            possible = self._grid.factors[place].possible
            for region in self._box[place]:
                word |= possible[region]
            self._budget.spend(1 + len(self._box[place]) // 4)
            self._relevant &= word

    def _lay_levels(self) -> list[_Level]:
        drawn = [(place, self._draw(place)) for place in self._factors]
        drawn.sort(key=lambda item: len(item[1]))
        levels = [_Level(-1, (), _EVERY, _EVERY)]
        for place, branches in reversed(drawn):
            always, firmly = levels[-1].always, levels[-1].firmly
            for branch in branches:
                always &= branch.true
                firmly &= branch.possible
            levels.append(_Level(place, branches, always, firmly))
        return levels[::-1]

    def _draw(self, place: int) -> tuple[_Branch, ...]:
        """Regions of an input, those alike as one."""
        factor, relevant = self._grid.factors[place], self._relevant
        self._budget.spend(1 + len(self._box[place]) // 2)
        branches: dict[tuple[int, int], _Branch] = {}
        for region in self._box[place]:
            words = factor.true[region] & relevant, factor.possible[region] & relevant
            if words not in branches:
                branches[words] = _Branch(region, *words)
        return tuple(sorted(branches.values(), key=lambda branch: branch.possible.bit_count()))

    def _visit(self, question: Question, depth: int, true: int, possible: int) -> list[int] | None:
        """The places from here on that answer, or None."""
        level = self._levels[depth]
        keep = question.narrow(true & level.always)
        true, possible = true & keep, possible & keep
        state = Open(true, possible, true & level.always, possible & level.firmly)
        if question.settle(state):
            return None
        if state.sure == true and state.firm == possible:
            return [] if question.accept(true, possible) else None
        key = (depth, true, possible)
        if key in self._seen:
            return None
        self._budget.spend(1 + len(level.branches))
        tried = set()
        for branch in level.branches:
            words = true & branch.true, possible & branch.possible
            if words in tried:
                continue
            tried.add(words)
            rest = self._visit(question, depth + 1, *words)
            if rest is not None:
                return [branch.place, *rest]
        self._seen.add(key)
        return None
