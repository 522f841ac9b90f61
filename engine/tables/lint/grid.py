"""The grid of a table: its inputs cut into regions, and for each region the rules that accept it.

Sets of rules are whole numbers, one bit a rule, in the order in which the hit policy prefers them. The points
of the grid stand for every row the table may meet, and for more: inputs that depend on each other, such as a
formula and a column in it, are treated as independent. What holds at every point so holds for every row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.language.core import Apply, Column, Constant, Core
from engine.language.functions import logic
from engine.language.names import Scope
from engine.tables.lint.axes import Axis, lay_axis
from engine.tables.regions import Answers, Regions, divide_into_regions, is_recognised, judge_regions

Box = tuple[int, ...]
"""Places on each axis as bits; the unknown value is the highest."""

Point = tuple[int, ...]
"""A place on each axis."""


@dataclass(frozen=True, slots=True)
class GridColumn:
    """An input column as lint sees it, its parameters bound.

    Attributes:
        header: Its header.
        subject: What its cells test.
        tests: The cell of each rule, by bit.
        texts: The same as written.
    """

    header: str
    subject: Core
    tests: tuple[Core, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Factor:
    """One dimension of the grid: an input, or a cell that asks more of it than regions can tell.

    Attributes:
        column: Place of its column.
        header: Its header.
        text: The first cell that asks it, as written; empty for the input itself.
        core: The input, or the cell's test.
        axis: Its known regions.
        true: For each region and, last, for the unknown value: rules whose cell is true.
        possible: The same for rules whose cell is not false.
        cells: For each rule the number of its cell, which others may share.
        accepted: For each cell the places where it is true, as bits.
        allowed: For each cell the places where it is not false.
    """

    column: int
    header: str
    text: str
    core: Core
    axis: Axis
    true: tuple[int, ...]
    possible: tuple[int, ...]
    cells: tuple[int, ...]
    accepted: tuple[int, ...]
    allowed: tuple[int, ...]

    @property
    def known(self) -> int:
        """Places of the known regions."""
        return self.every >> 1

    @property
    def every(self) -> int:
        """Places of all regions, the unknown value too."""
        return (1 << len(self.true)) - 1


@dataclass(frozen=True, slots=True)
class Grid:
    """The grid.

    Attributes:
        columns: The input columns.
        factors: Its dimensions.
        rules: How many bits there are.
        scope: Names with the domains of inputs.
    """

    columns: tuple[GridColumn, ...]
    factors: tuple[Factor, ...]
    rules: int
    scope: Scope

    @property
    def known(self) -> Box:
        """The box of all points without unknown values."""
        return tuple(factor.known for factor in self.factors)

    def true_box(self, bit: int) -> Box:
        """Where a rule is true."""
        return tuple(factor.accepted[factor.cells[bit]] for factor in self.factors)

    def possible_box(self, bit: int) -> Box:
        """Where a rule is not false."""
        return tuple(factor.allowed[factor.cells[bit]] for factor in self.factors)

    def restrict_to_known(self, box: Box) -> Box:
        """The part of a box without unknown values."""
        return tuple(places & factor.known for factor, places in zip(self.factors, box, strict=True))

    def with_box(self, box: Box) -> Grid:
        """The grid with one more rule, which accepts a box."""
        bit = 1 << self.rules
        factors = []
        for factor, places in zip(self.factors, box, strict=True):
            added = [bit if places >> place & 1 else 0 for place in range(len(factor.true))]
            factors.append(
                replace(
                    factor,
                    true=tuple(word | more for word, more in zip(factor.true, added, strict=True)),
                    possible=tuple(word | more for word, more in zip(factor.possible, added, strict=True)),
                )
            )
        return replace(self, factors=tuple(factors), rules=self.rules + 1)


def build_grid(columns: Sequence[GridColumn], rules: int, scope: Scope) -> Grid:
    """The grid of input columns.

    Args:
        columns: The columns, with a cell for each rule.
        rules: How many rules there are.
        scope: Names with the domains of inputs.
    """
    factors = [factor for place, column in enumerate(columns) for factor in _cut(place, column, scope)]
    return Grid(tuple(columns), tuple(factors), rules, scope)


def _cut(place: int, column: GridColumn, scope: Scope) -> list[Factor]:
    """The input itself, and each cell that regions cannot tell."""
    tests = list(dict.fromkeys(column.tests))
    clear = [test for test in tests if is_recognised(test, column.subject)]
    name = scope.find(column.subject.name) if isinstance(column.subject, Column) else None
    factors = []
    if any(not isinstance(test, Constant) for test in clear):
        regions = divide_into_regions(column.subject, clear)
        answers = {test: judge_regions(test, regions) for test in clear}
        factors.append(_pack(place, column, regions, lay_axis(regions, name, column.subject.type), answers))
    known = set(clear) if factors else {test for test in clear if _accepts_all(test)}
    asked: dict[Core, dict[Core, bool]] = {}
    for test in tests:
        if test not in known:
            core, negated = _turn(test)
            asked.setdefault(core, {})[test] = negated
    return [*factors, *(_ask(place, column, core, forms) for core, forms in asked.items())]


def _accepts_all(test: Core) -> bool:
    return isinstance(test, Constant) and test.value is True


def _turn(test: Core) -> tuple[Core, bool]:
    """A test and its opposite as one: `< b` as `>= b` negated, so that together they leave nothing out."""
    if isinstance(test, Apply) and test.function is logic.NOT:
        core, negated = _turn(test.arguments[0])
        return core, not negated
    if isinstance(test, Apply) and test.function in _OPPOSITES:
        return Apply(_OPPOSITES[test.function], test.arguments, test.type), True
    return test, False


_OPPOSITES = {logic.LESS: logic.AT_LEAST, logic.AT_MOST: logic.MORE}


def _ask(place: int, column: GridColumn, core: Core, forms: Mapping[Core, bool]) -> Factor:
    """A test as a dimension of its own: false, true, unknown; with the cells that ask it or its opposite."""
    if isinstance(core, Constant):
        fixed = Answers(np.array([False, False]), np.full(2, core.value is None))
        regions = Regions(core, "truth", (), (), np.array([0.0, np.nan]))
        return _pack(place, column, regions, Axis((0,), (core.value,)), dict.fromkeys(forms, fixed))
    regions = Regions(core, "truth", (), (), np.array([0.0, 1.0, np.nan]))
    plain = judge_regions(core, regions)
    opposite = Answers(~plain.possible, ~plain.true)
    answers = {test: opposite if negated else plain for test, negated in forms.items()}
    return _pack(place, column, regions, lay_axis(regions, None), answers)


def _pack(
    place: int, column: GridColumn, regions: Regions, axis: Axis, answers: Mapping[Core, Answers]
) -> Factor:
    rows = [*axis.places, regions.count]
    number = {test: code for code, test in enumerate(answers)}
    codes = np.array([number.get(test, len(number)) for test in column.tests], dtype=np.intp)
    true = np.array([*(answer.true[rows] for answer in answers.values()), np.ones(len(rows), np.bool_)])
    possible = np.array([*(answer.possible[rows] for answer in answers.values()), true[-1]])
    # By region the rules, and by cell the regions.
    words = _pack_rows(true[codes].T), _pack_rows(possible[codes].T)
    cells = tuple(codes.tolist()), _pack_rows(true), _pack_rows(possible)
    # Cells are numbered in the order in which they first appear.
    own = regions.subject == column.subject
    text = "" if own else column.texts[codes.tolist().index(0)]
    return Factor(place, column.header, text, regions.subject, axis, *words, *cells)


def _pack_rows(rows: NDArray[np.bool_]) -> tuple[int, ...]:
    """Each row as a whole number, its first column the lowest bit."""
    packed = np.packbits(rows, axis=1, bitorder="little")
    return tuple(int.from_bytes(row.tobytes(), "little") for row in packed)
