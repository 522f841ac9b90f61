"""The nearest miss: the pair that came closest to being entered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from engine.book.bind import BoundBook
from engine.cycle import Outcome
from engine.tables.explain.explanation import Explanation
from engine.tables.explain.outcome import Outcome as Verdict
from engine.tables.explain.view import RuleView

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
    """Of the pairs that the entry table judged and refused, the one that came closest; None without any.

    It has the fewest failed cells; then the least of its largest distance, each relative to how far the
    values of its column usually lie apart; then it is the first by name.
    """
    refused = (pl.col("stage") == ENTRY) & (pl.col("decision") == "none")
    rows = outcome.decisions.select(refused.arg_true()).to_series().to_list()
    if not rows or not bound.tables[ENTRY].table.rules:
        return None
    explanation = bound.tables[ENTRY].explain(outcome.pairs[rows])
    pairs = outcome.decisions["pair"].gather(rows).to_list()
    place = min(range(len(rows)), key=lambda row: (*_measure(explanation, row), pairs[row]))
    return Miss(pairs[place], explanation.view_rule(place, int(explanation.nearest_rules[place])))


def _measure(explanation: Explanation, row: int) -> tuple[int, float]:
    """Failed cells of the nearest rule of a row, and its largest distance; infinite if not defined."""
    rule = explanation.nearest_rules[row]
    failed = explanation.outcomes[row, rule] == Verdict.FAILED
    relative = explanation.distances[row, rule][failed] / explanation.spreads[failed]
    largest = float(np.where(np.isnan(relative), np.inf, relative).max(initial=0.0))
    return int(failed.sum()), largest
