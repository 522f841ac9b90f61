"""Examples: a row of real inputs for a point of the grid, confirmed by the table's own cells.

Where inputs are independent the row follows from the point. Where they are not, as with a formula and a
column in it, rows are tried: values that other inputs have at the point, and a few around them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from engine.language.core import Apply, Column, walk
from engine.language.to_python import evaluate_row
from engine.language.types import Kind, Name, Type, Value
from engine.tables.lint.axes import OTHER
from engine.tables.lint.budget import Budget
from engine.tables.lint.finding import Certainty
from engine.tables.lint.grid import Factor, Grid, Point
from engine.tables.lint.outcomes import bits_of

Row = Mapping[str, Value]
Claim = Callable[[int, int], bool]
"""Whether the rules that are true, and those that are not false, are such as the finding says."""

_ROWS_AT_MOST = 128


@dataclass(frozen=True, slots=True)
class Example:
    """A row, and whether it was confirmed.

    Attributes:
        row: Value of each input.
        certainty: Exact if the table's cells confirmed it; possible if it says what inputs would have to be.
    """

    row: Row
    certainty: Certainty


def find_example(grid: Grid, point: Point, rules: int, claim: Claim, budget: Budget) -> Example:
    """A row that lies at a point, or shows the same.

    Args:
        grid: The grid.
        point: The point.
        rules: The rules that the claim is about.
        claim: What the row must show.
        budget: Steps it may take.

    Raises:
        BudgetSpentError: There were no steps left to confirm it.
    """
    cost = 1 + rules.bit_count() * len(grid.columns) // 2
    for row in islice(_list_rows(grid, point), _ROWS_AT_MOST):
        budget.spend(cost)
        if claim(*judge_row(grid, row, rules)):
            return Example(row, Certainty.EXACT)
    described = {
        factor.header: read_value(factor, place)
        for factor, place in zip(grid.factors, point, strict=True)
        if not factor.text
    }
    return Example(described, Certainty.POSSIBLE)


def judge_row(grid: Grid, row: Row, rules: int) -> tuple[int, int]:
    """Of some rules those that are true for a row, and those that are not false, cell by cell."""
    answers: dict[object, Value] = {}
    true = possible = rules
    for column in grid.columns:
        for bit in bits_of(possible):
            test = column.tests[bit]
            if test not in answers:
                answers[test] = evaluate_row(test, row)
            answer = answers[test]
            if answer is not True:
                true &= ~(1 << bit)
            if answer is False:
                possible &= ~(1 << bit)
    return true, possible


def read_value(factor: Factor, place: int) -> Value:
    """The value that stands for a region; None for the unknown one."""
    return factor.axis.values[place] if place < len(factor.axis.values) else None


def _list_rows(grid: Grid, point: Point) -> Iterator[Row]:
    """Rows that may lie at a point, the likeliest first."""
    nodes = [node for factor in grid.factors for node in walk(factor.core)]
    nodes += [node for column in grid.columns for node in walk(column.subject)]
    if any(isinstance(node, Apply) and node.function.scope != "row" for node in nodes):
        return  # what looks at other rows has no value in one
    at = list(zip(grid.factors, point, strict=True))
    own = {
        factor.core.name: read_value(factor, place) for factor, place in at if isinstance(factor.core, Column)
    }
    columns = {node.name: node.type for node in nodes if isinstance(node, Column)}
    seen = [value for value in (read_value(factor, place) for factor, place in at) if value is not None]
    choices = [
        [own[name]] if name in own else _keep(_list_values(type_, seen), grid.scope.find(name))
        for name, type_ in columns.items()
    ]
    for values in product(*choices):
        yield dict(zip(columns, values, strict=True))


def _keep(values: Iterable[Value], name: Name | None) -> list[Value]:
    """Each value once, of those that lie in the domain of an input, and the bounds or words of it."""
    if name is None:
        return list(dict.fromkeys(values))
    if name.vocabulary is not None and not name.open:
        return [*sorted(name.vocabulary), None]
    low = -math.inf if name.minimum is None else name.minimum
    high = math.inf if name.maximum is None else name.maximum
    ends = (bound for bound in (name.minimum, name.maximum) if bound is not None)
    numbers = name.type.kind is Kind.NUMBER
    inside = (each for each in values if not (numbers and isinstance(each, float)) or low <= each <= high)
    return list(dict.fromkeys((*inside, *ends)))


def _list_values(type_: Type, seen: Sequence[Value]) -> Iterator[Value]:
    """Values that an input without a region of its own may have."""
    if type_.kind is Kind.NUMBER:
        numbers = [value for value in seen if isinstance(value, float) and not isinstance(value, bool)]
        yield from numbers
        yield from (0.0, 1.0, -1.0)
        yield from (number + step for number in numbers for step in (1.0, -1.0))
    elif type_.kind is Kind.TEXT:
        yield from (value for value in seen if isinstance(value, str))
        yield OTHER
    elif type_.kind is Kind.BOOLEAN:
        yield from (True, False)
    yield None
