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
        always: Rules that are true in all its regions.
        firmly: Rules that are not false in any.
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
        self._seen: set[tuple[tuple[int, ...], int, int]] = set()
        self._relevant = relevant & ((1 << grid.rules) - 1)
        # Long sets take longer.
        self._price = 1 + grid.rules // 500

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
        levels = tuple(self._draw(place) for place in self._factors)
        path = self._visit(question, levels, self._relevant, self._relevant)
        if path is None:
            return None
        return tuple(path.get(factor, place) for factor, place in enumerate(first))

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

    def _draw(self, place: int) -> _Level:
        """An input, regions that are alike as one branch."""
        factor, relevant = self._grid.factors[place], self._relevant
        self._budget.spend(self._price * (1 + len(self._box[place]) // 2))
        branches: dict[tuple[int, int], _Branch] = {}
        always = firmly = _EVERY
        for region in self._box[place]:
            words = factor.true[region] & relevant, factor.possible[region] & relevant
            if words not in branches:
                branches[words] = _Branch(region, *words)
                always, firmly = always & words[0], firmly & words[1]
        drawn = sorted(branches.values(), key=lambda branch: branch.possible.bit_count())
        return _Level(place, tuple(drawn), always, firmly)

    def _visit(
        self, question: Question, levels: tuple[_Level, ...], true: int, possible: int
    ) -> dict[int, int] | None:
        """The places that answer, by input, or None."""
        self._budget.spend(self._price * (1 + len(levels) // 4))
        unsure = loose = 0
        for level in levels:
            unsure |= true & ~level.always
            loose |= possible & ~level.firmly
        keep = question.narrow(true & ~unsure)
        true, possible = true & keep, possible & keep
        state = Open(true, possible, true & ~unsure, possible & ~loose)
        if question.settle(state):
            return None
        if state.sure == true and state.firm == possible:
            return {} if question.accept(true, possible) else None
        return self._branch(question, levels, true, possible)

    def _branch(
        self, question: Question, levels: tuple[_Level, ...], true: int, possible: int
    ) -> dict[int, int] | None:
        chosen, rest = _choose(levels, true, possible)
        key = (tuple(level.factor for level in rest), true, possible)
        if key in self._seen:
            return None
        tried = set()
        self._budget.spend(self._price * (1 + len(chosen.branches) // 2))
        for branch in chosen.branches:
            words = true & branch.true, possible & branch.possible
            if words in tried:
                continue
            tried.add(words)
            found = self._visit(question, rest, *words)
            if found is not None:
                return {**found, chosen.factor: branch.place}
        self._seen.add(key)
        return None


def _choose(levels: tuple[_Level, ...], true: int, possible: int) -> tuple[_Level, tuple[_Level, ...]]:
    """The input to look at next, and the others that some open rule cares about.

    It is one of the inputs that decide most of the rules which only one input is still to decide: where such
    a rule accepts, the question is often settled, and what is left is smaller than the whole.
    """
    once = again = 0
    cared: list[tuple[_Level, int]] = []
    for level in levels:
        word = (true & ~level.always) | (possible & ~level.firmly)
        if word:
            cared.append((level, word))
            again |= once & word
            once |= word
    single = once & ~again

    def weigh(item: tuple[_Level, int]) -> tuple[int, int]:
        return (item[1] & single).bit_count(), item[1].bit_count()

    chosen = max(cared, key=weigh)[0]
    return chosen, tuple(level for level, _ in cared if level is not chosen)
