"""The nearest miss: the pair that came closest to being entered, and the rule that it missed by the least.

A miss is measured without a unit: how far the value is from the nearest one that passes, divided by the size
of the cell's largest bound as written, whatever its sign. 5.4 % where `>= 12%` is asked misses by 0.55, and
0.25 % where `[0..0.2%]` is asked misses by 0.25. Where a cell has no bound but zero, or compares with other
columns, the spread of its column takes the place of the bound (`measure_spread`).

So what is called near depends on the row and on the table, and but for those cells on no other pair.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.book.bind import BoundBook
from engine.cycle import Outcome
from engine.language.core import Core
from engine.language.types import Kind
from engine.tables.bind import CompiledTable
from engine.tables.explain.distance import write_bound
from engine.tables.explain.explanation import Explanation
from engine.tables.explain.outcome import Outcome as Verdict
from engine.tables.explain.view import RuleView
from engine.tables.regions import divide_into_regions, is_recognised

ENTRY = "entry"


@dataclass(frozen=True, slots=True)
class Miss:
    """A pair that was not entered, and the rule that it missed by the least.

    Attributes:
        pair: Its id.
        rule: The rule, with what each of its cells says.
    """

    pair: str
    rule: RuleView


def find_nearest_miss(bound: BoundBook, outcome: Outcome) -> Miss | None:
    """Of the pairs that the entry table judged and refused, the one that came closest; None without any."""
    refused = (pl.col("stage") == ENTRY) & (pl.col("decision") == "none")
    rows = outcome.decisions.select(refused.arg_true()).to_series().to_list()
    pairs = outcome.decisions["pair"].gather(rows)
    return find_nearest_row(bound.tables[ENTRY], outcome.pairs[rows], pairs) if rows else None


def find_nearest_row(table: CompiledTable, frame: pl.DataFrame, pairs: pl.Series) -> Miss | None:
    """Of all rules over all rows the one that is missed by the least; None if no cell fails.

    It fails the fewest cells; then its largest miss is the least, where one that cannot be measured is larger
    than any other; then it has the fewest unknown cells; then the pair is the first by name, and the rule the
    first of the table.

    Args:
        table: The table.
        frame: The rows.
        pairs: The pair of each row.
    """
    if not frame.height or not table.table.rules:
        return None
    explanation = table.explain(frame)
    failed = explanation.outcomes == Verdict.FAILED
    misses = np.where(failed, _measure_misses(explanation, table), 0.0).max(axis=2, initial=0.0)
    counts = failed.sum(axis=2)
    unknown = (explanation.outcomes == Verdict.UNKNOWN).sum(axis=2)
    by_name = np.argsort(np.argsort(pairs.to_numpy()))
    places = np.argwhere(counts > 0)
    if not places.size:
        return None
    row, rule = min(
        (tuple(place) for place in places.tolist()),
        key=lambda at: (counts[at], misses[at], unknown[at], by_name[at[0]], at[1]),
    )
    return Miss(str(pairs[row]), explanation.view_rule(row, rule))


def _measure_misses(explanation: Explanation, table: CompiledTable) -> NDArray[np.float64]:
    """Rows × rules × columns: how far each value is from passing, without a unit."""
    scales = np.broadcast_to(explanation.spreads, explanation.outcomes.shape[1:]).copy()
    for rule, tests in enumerate(table.tests):
        for place, test in tests.items():
            scales[rule, place] = _find_size(test, table.subjects[place]) or scales[rule, place]
    misses = explanation.distances / scales
    return np.where(np.isnan(misses), np.inf, misses)


def _find_size(test: Core, subject: Core) -> float:
    """The size of the largest bound of a cell; 0 if it has none but zero, or none that is a constant."""
    if subject.type.kind is not Kind.NUMBER or not is_recognised(test, subject):
        return 0.0
    return max((abs(write_bound(cut)) for cut in divide_into_regions(subject, [test]).cuts), default=0.0)
