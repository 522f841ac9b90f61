"""Judging cells: which cells of a column each row passes, and how far its value is from passing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.language.core import Core
from engine.language.to_polars import to_polars
from engine.language.types import Kind
from engine.tables.explain.bounds import find_bounds
from engine.tables.explain.distance import measure_gaps, measure_to_regions
from engine.tables.explain.outcome import Outcome
from engine.tables.placing import build_placing
from engine.tables.regions import Regions, divide_into_regions, is_recognised, judge_regions

Outcomes = NDArray[np.int8]
Floats = NDArray[np.float64]

_BLOCK = 256  # cells judged at once: each is asked in every region that the others cut


@dataclass(frozen=True, slots=True)
class Judged:
    """What cells say of rows.

    Attributes:
        outcomes: Rows × cells, numbers of `Outcome`.
        distances: Rows × cells, in the unit of the column: how far the value is from the nearest one that
            passes, below zero where it is too large. It is 0 if it passes, and if it lies on a bound that is
            left out; NaN where the column is no number, the outcome is unknown, no value passes, or the cell
            asks more than bounds can tell.
    """

    outcomes: Outcomes
    distances: Floats


def judge_cells(subject: Core, tests: Sequence[Core], frame: pl.DataFrame) -> Judged:
    """Judge every row of a frame by cells of one column.

    Args:
        subject: What the cells test; bound.
        tests: The cells; bound.
        frame: The rows.
    """
    judged = Judged(
        np.empty((frame.height, len(tests)), dtype=np.int8), np.full((frame.height, len(tests)), np.nan)
    )
    told = [place for place, test in enumerate(tests) if is_recognised(test, subject)]
    for start in range(0, len(told), _BLOCK):
        block = told[start : start + _BLOCK]
        part = _judge_by_regions(subject, [tests[place] for place in block], frame)
        judged.outcomes[:, block], judged.distances[:, block] = part.outcomes, part.distances
    if others := sorted({*range(len(tests))} - {*told}):
        _judge_by_formulas(subject, {place: tests[place] for place in others}, frame, judged)
    if subject.type.kind is Kind.NUMBER:
        judged.distances[judged.outcomes == Outcome.PASSED] = 0.0
        judged.distances[judged.outcomes == Outcome.UNKNOWN] = np.nan
    return judged


def _judge_by_regions(subject: Core, tests: Sequence[Core], frame: pl.DataFrame) -> Judged:
    """Judge by cells that only compare with constants: once a region, then by the region of each row."""
    regions = divide_into_regions(subject, tests)
    answers = [judge_regions(test, regions) for test in tests]
    true = np.array([answer.true for answer in answers]).T
    possible = np.array([answer.possible for answer in answers]).T
    says = np.where(true, Outcome.PASSED, np.where(possible, Outcome.UNKNOWN, Outcome.FAILED)).astype(np.int8)
    placing = build_placing(regions)
    (column,) = select_columns(frame, [placing.prepare(to_polars(subject))])
    numbers = column.to_numpy()
    places = placing.place(numbers)
    return Judged(says.take(places, axis=0), _measure(regions, true, numbers, places))


def _measure(regions: Regions, true: NDArray[np.bool_], numbers: Floats, places: NDArray[np.intp]) -> Floats:
    if regions.kind == "number":
        return measure_to_regions(regions.cuts, true[: regions.count], numbers, places)
    return np.full((places.size, true.shape[1]), np.nan)


def _judge_by_formulas(subject: Core, tests: Mapping[int, Core], frame: pl.DataFrame, judged: Judged) -> None:
    """Judge by cells that ask more: their truth, and the distance where they compare with other values."""
    bounds = {place: find_bounds(test, subject) for place, test in tests.items()}
    sides = [
        side
        for each in bounds.values()
        if each is not None
        for side in (each.low, each.high)
        if side is not None
    ]
    asked = dict.fromkeys([*tests.values(), *sides, subject])
    columns = dict(zip(asked, select_columns(frame, [to_polars(core) for core in asked]), strict=True))
    for place, test in tests.items():
        truth = columns[test].cast(pl.Int8).fill_null(int(Outcome.UNKNOWN))
        judged.outcomes[:, place] = truth.to_numpy()
        between = bounds[place]
        if between is not None:
            ends = (between.low, between.high)
            low, high = (None if side is None else read_numbers(columns[side]) for side in ends)
            value = read_numbers(columns[subject])
            judged.distances[:, place] = measure_gaps(value, low, high, closed=between.closed)


def read_numbers(column: pl.Series) -> Floats:
    """A column of numbers with NaN for what is unknown."""
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def select_columns(frame: pl.DataFrame, expressions: Sequence[pl.Expr]) -> list[pl.Series]:
    """Evaluate expressions in one pass, each to as many rows as the frame has."""
    numbered = [expression.alias(str(place)) for place, expression in enumerate(expressions)]
    return frame.select(pl.int_range(pl.len()).alias("rows"), *numbered).get_columns()[1:]
