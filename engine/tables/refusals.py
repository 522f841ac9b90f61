"""Refusals: outputs whose value, which depends on the row, turns out to be none of those allowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.tables.collect import Collected
from engine.tables.placing import Places
from engine.tables.policies import Pairs, join_pairs
from engine.tables.results import Values

Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The outputs that every rule can give in the rows of a frame.

    Attributes:
        values: Each output.
    """

    values: Sequence[Values]

    def differ(self, first: Places, second: Places, rows: Places) -> Bits:
        """Whether two rules differ in an output; two that are both refused are alike."""
        differences = (each.differ(first, second, rows) for each in self.values)
        differs = reduce(np.logical_or, differences, np.zeros(first.size, dtype=np.bool_))
        if any(each.results.guarded for each in self.values):
            differs &= ~(self._is_refused(first, rows) & self._is_refused(second, rows))
        return differs

    def refuse(self, collected: Collected, heard: Callable[[], Pairs]) -> Collected:
        """Turn every row that a refused output decides into a violation.

        Args:
            collected: The outputs of a frame.
            heard: Lists the rules that decide.
        """
        if not any(each.results.guarded for each in self.values):
            return collected
        rules = heard()
        rules = rules.keep(~collected.violated[rules.rows])
        guilty = rules.keep(self._is_refused(rules.rules, rules.rows))
        refused = guilty.mark(collected.unknown.size)
        if not refused.any():
            return collected
        outputs = [output.set(pl.Series(refused), None) for output in collected.outputs]
        told = join_pairs(collected.told.keep(~refused[collected.told.rows]), guilty)
        return Collected(outputs, collected.unknown & ~refused, collected.violated | refused, told)

    def _is_refused(self, rules: Places, rows: Places) -> Bits:
        refused = (each.is_refused(each.pick(rules, rows)) for each in self.values)
        return reduce(np.logical_or, refused, np.zeros(rules.size, dtype=np.bool_))
