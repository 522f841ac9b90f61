"""Building explanations: a table and a frame, judged cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from engine.language.core import Core
from engine.language.to_polars import DTYPES, to_polars
from engine.language.types import Kind, Type
from engine.tables.columns import check_columns, find_columns
from engine.tables.explain.explanation import Explanation
from engine.tables.explain.judging import judge_cells, read_numbers, select_columns
from engine.tables.explain.nearest import find_nearest, measure_spread
from engine.tables.explain.outcome import Outcome
from engine.tables.model import Table


def explain_rows(
    table: Table, subjects: Sequence[Core], tests: Sequence[Mapping[int, Core]], frame: pl.DataFrame
) -> Explanation:
    """Explain every row of a frame. It takes 10 bytes for each row, rule and column.

    Args:
        table: The table, as written.
        subjects: For each input column, what its cells test; bound.
        tests: For each rule its bound tests that ask anything, by the place of their column.
        frame: The rows; a column that only stands above cells that ask nothing may be missing, or of another
            type: its values are unknown.
    """
    shape = len(subjects), frame.height, len(tests)
    outcomes = np.full(shape, Outcome.PASSED, dtype=np.int8)
    distances = np.full(shape, np.nan)
    too_large = np.zeros(shape, dtype=np.bool_)
    tested = np.zeros(shape[::2], dtype=np.bool_)
    for place, subject in enumerate(subjects):
        if subject.type.kind is Kind.NUMBER:
            distances[place] = 0.0
        cells = {rule: row[place] for rule, row in enumerate(tests) if place in row}
        if cells:
            distinct = {test: number for number, test in enumerate(dict.fromkeys(cells.values()))}
            judged = judge_cells(subject, list(distinct), frame)
            rules, numbers = list(cells), [distinct[test] for test in cells.values()]
            outcomes[place][:, rules] = judged.outcomes[:, numbers]
            distances[place][:, rules] = np.abs(judged.distances[:, numbers])
            too_large[place][:, rules] = judged.distances[:, numbers] < 0.0
            tested[place, rules] = True
    values = _read_values(table, subjects, frame)
    types = tuple(subject.type for subject in subjects)
    found = [_find_spread(type_, value) for type_, value in zip(types, values, strict=True)]
    spreads = np.array(found, dtype=np.float64)
    by_row = outcomes.transpose(1, 2, 0), distances.transpose(1, 2, 0)
    nearest = find_nearest(*by_row, spreads)
    return Explanation(
        table, types, values, tested.T, *by_row, too_large.transpose(1, 2, 0), spreads, nearest
    )


def _read_values(table: Table, subjects: Sequence[Core], frame: pl.DataFrame) -> tuple[pl.Series, ...]:
    """What the cells of each column test; unknown where the frame does not have it as it was declared."""
    expressions = [
        pl.lit(None, dtype=DTYPES[subject.type.kind])
        if any(check_columns(frame, find_columns([subject]), table.file))
        else to_polars(subject)
        for subject in subjects
    ]
    named = zip(select_columns(frame, expressions), table.inputs, strict=True)
    return tuple(column.alias(each.header) for column, each in named)


def _find_spread(type_: Type, values: pl.Series) -> float:
    return measure_spread(read_numbers(values)) if type_.kind is Kind.NUMBER else float("nan")
