"""Search for a point of the grid that answers a question, or the proof that there is none.

The search halves boxes. In a box a rule is sure, impossible or open; where no rule is open the question can
be answered, and often before. A box is cut along the border of an open rule, first of one that only one input
is still to decide: inside, that rule is sure, and what is left outside is a box again. So the work grows with
the rules that meet, not with the regions that their bounds make.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import and_, or_
from typing import Protocol

from engine.tables.lint.budget import Budget
from engine.tables.lint.grid import Box, Grid, Point
from engine.tables.lint.outcomes import bits_of

_EVERY = -1


@dataclass(frozen=True, slots=True)
class Open:
    """What is known of the rules in a box.

    Attributes:
        true: Rules that are true at some of its points, input by input.
        possible: Rules that are not false at some.
        sure: Rules that are true at all its points.
        firm: Rules that are not false at any.
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
        """Whether no point of a box can answer."""

    def accept(self, true: int, possible: int) -> bool:
        """Whether a point answers where these rules are true, and these not false."""


@dataclass(frozen=True, slots=True)
class _Side:
    """A part of a box in one input.

    Attributes:
        factor: The input.
        places: Its regions, as bits.
        true: Rules that are true in one of them.
        possible: Rules that are not false in one of them.
        sure: Rules that are true in all of them.
        firm: Rules that are not false in any of them.
    """

    factor: int
    places: int
    true: int
    possible: int
    sure: int
    firm: int


_Sides = tuple[_Side, ...]


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
        self._relevant = relevant & ((1 << grid.rules) - 1)
        self._sides: dict[tuple[int, int], _Side] = {}
        # Long sets take longer.
        self._price = 1 + grid.rules // 1500

    def find(self, question: Question) -> Point | None:
        """A point of the box that answers the question, or None if there is none.

        Inputs that are not looked through are at their first place in the box.

        Raises:
            BudgetSpentError: The steps did not suffice to know.
        """
        if not all(self._box):
            return None
        for share in (0.0, 0.5, 1.0):
            probe = self._probe(share)
            if self._answers(question, probe):
                return probe
        whole = tuple(self._measure(place, self._box[place]) for place in self._factors)
        sides = self._halve(question, whole)
        if sides is None:
            return None
        chosen = {side.factor: _first(side.places) for side in sides}
        return tuple(chosen.get(factor, _first(places)) for factor, places in enumerate(self._box))

    def _probe(self, share: float) -> Point:
        """A point without unknown values if there is one, at a share of the way through the box."""
        self._budget.spend(len(self._box))
        point = []
        for factor, places in zip(self._grid.factors, self._box, strict=True):
            known = places & factor.known or places
            last = known.bit_length() - 1
            place = round(share * last)
            point.append(place if known >> place & 1 else _first(known))
        return tuple(point)

    def _answers(self, question: Question, point: Point) -> bool:
        true = possible = self._relevant
        for place in self._factors:
            true &= self._grid.factors[place].true[point[place]]
            possible &= self._grid.factors[place].possible[point[place]]
        return question.accept(true, possible)

    def _measure(self, factor: int, places: int) -> _Side:
        """A part of an input, measured once."""
        key = (factor, places)
        if key not in self._sides:
            regions = list(bits_of(places))
            self._budget.spend(self._price * (1 + len(regions) // 4))
            true, possible = self._grid.factors[factor].true, self._grid.factors[factor].possible
            self._sides[key] = _Side(
                factor,
                places,
                self._join(or_, true, regions),
                self._join(or_, possible, regions),
                self._join(and_, true, regions),
                self._join(and_, possible, regions),
            )
        return self._sides[key]

    def _join(self, join: Callable[[int, int], int], words: tuple[int, ...], regions: list[int]) -> int:
        word = words[regions[0]]
        for region in regions:
            word = join(word, words[region])
        return word & self._relevant

    def _halve(self, question: Question, whole: _Sides) -> _Sides | None:
        """A part of a box in which every point answers, or None."""
        waiting = [whole]
        while waiting:
            sides = waiting.pop()
            state = self._judge(question, sides)
            if question.settle(state):
                continue
            if state.sure != state.true or state.firm != state.possible:
                waiting += self._cut(sides, state)
            elif question.accept(state.true, state.possible):
                return sides
        return None

    def _judge(self, question: Question, sides: _Sides) -> Open:
        self._budget.spend(self._price * (2 + len(sides) // 2))
        true = possible = sure = firm = self._relevant
        for side in sides:
            true, possible = true & side.true, possible & side.possible
            sure, firm = sure & side.sure, firm & side.firm
        keep = question.narrow(sure)
        return Open(true & keep, possible & keep, sure & keep, firm & keep)

    def _cut(self, sides: _Sides, state: Open) -> tuple[_Sides, _Sides]:
        """Two parts of a box: with an open rule, and without it."""
        place, rule = _choose(sides, state)
        side = sides[place]
        factor = self._grid.factors[side.factor]
        words = factor.possible if (state.possible & ~side.firm) >> rule & 1 else factor.true
        inside = 0
        for region in bits_of(side.places):
            inside |= (words[region] >> rule & 1) << region
        outer, inner = (self._measure(side.factor, part) for part in (side.places & ~inside, inside))
        return (
            (*sides[:place], inner, *sides[place + 1 :]),
            (*sides[:place], outer, *sides[place + 1 :]),
        )


def _choose(sides: _Sides, state: Open) -> tuple[int, int]:
    """The input to cut, and the rule to cut along.

    It is an input that decides most of the rules which only one input is still to decide.
    """
    once = again = 0
    words = [(state.true & ~side.sure) | (state.possible & ~side.firm) for side in sides]
    for word in words:
        again |= once & word
        once |= word
    single = once & ~again
    place = max(
        range(len(words)), key=lambda place: ((words[place] & single).bit_count(), words[place].bit_count())
    )
    wanted = words[place] & single or words[place]
    return place, _first(wanted)


def _first(word: int) -> int:
    return (word & -word).bit_length() - 1
