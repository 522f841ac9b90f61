"""Which rules fire, and which may: the tests of a table's cells combined into one bit a rule and row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Matches:
    """Hits of every rule in every row.

    Attributes:
        true: Rules × rows: every test of the rule is true.
        possible: Rules × rows: no test of the rule is false; where the rule is not true, one is unknown.
    """

    true: Bits
    possible: Bits


def match_rules(tests: Sequence[pl.Series], cells: Sequence[Sequence[int]], rows: int) -> Matches:
    """Combine tests into rules, by three-valued logic.

    Args:
        tests: A boolean column for each distinct test; null is unknown.
        cells: For each rule, the places of its tests among the columns; none accepts every row.
        rows: How many rows there are.
    """
    true = [test.fill_null(value=False).to_numpy() for test in tests]
    possible = [test.fill_null(value=True).to_numpy() for test in tests]
    return Matches(_combine(true, cells, rows), _combine(possible, cells, rows))


def _combine(bits: list[Bits], cells: Sequence[Sequence[int]], rows: int) -> Bits:
    combined = np.ones((len(cells), rows), dtype=np.bool_)
    for rule, places in enumerate(cells):
        for place in places:
            combined[rule] &= bits[place]
    return combined
