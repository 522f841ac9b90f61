"""The explanation of a frame: every cell of every rule for every row, as arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.language.types import Type, Value
from engine.tables.explain.outcome import Outcome
from engine.tables.explain.view import CellView, RowView, RuleView, describe_row
from engine.tables.model import Table

Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """What every cell of a table says of every row of a frame, whatever the hit policy.

    Attributes:
        table: The table, as written; its rules and input columns in their order are those of the arrays.
        types: The type and unit of each input column; distances are counted in it.
        values: For each input column its value in every row; null is unknown.
        tested: Rules × columns: whether the rule asks anything there.
        outcomes: Rows × rules × columns, numbers of `Outcome`; a cell that asks nothing is passed.
        distances: Rows × rules × columns, in the unit of the column: how far the value is from the nearest
            one that passes. 0 where it passes, and on a bound that is left out, as 5 for `> 5`. NaN where it
            is not defined: columns that are no numbers, unknown outcomes, cells that no value passes, and
            cells that compare with other columns in more than one comparison or range.
        too_large: Rows × rules × columns: whether the value fails for being too large, not too small.
        spreads: For each column the spread that makes distances of several columns comparable; NaN for
            columns that are no numbers. See `engine.tables.explain.nearest.measure_spread`.
        nearest_rules: For each row the place of the nearest rule; -1 if the table has none. It has the fewest
            failed cells; of several the one whose largest distance, each divided by the spread of its column,
            is the least; of several of these the first. A distance that is not defined, that of an unknown
            cell too, counts as larger than any other.
    """

    table: Table
    types: tuple[Type, ...]
    values: tuple[pl.Series, ...]
    tested: Bits
    outcomes: NDArray[np.int8]
    distances: NDArray[np.float64]
    too_large: Bits
    spreads: NDArray[np.float64]
    nearest_rules: NDArray[np.intp]

    @property
    def at_open_bound(self) -> Bits:
        """Rows × rules × columns: where a value fails only for lying on a bound that is left out."""
        bound: Bits = (self.outcomes == Outcome.FAILED) & (self.distances == 0.0)
        return bound

    @property
    def verdicts(self) -> NDArray[np.int8]:
        """Rows × rules, numbers of `Outcome`: passed if every cell is, failed if any is."""
        failed = (self.outcomes == Outcome.FAILED).any(axis=2)
        unknown = (self.outcomes == Outcome.UNKNOWN).any(axis=2)
        verdicts = np.where(failed, Outcome.FAILED, np.where(unknown, Outcome.UNKNOWN, Outcome.PASSED))
        return verdicts.astype(np.int8)

    @property
    def nearest(self) -> pl.DataFrame:
        """For each row the id of the nearest `rule`, and the headers of its cells `failed` and `unknown`."""
        ids = pl.Series([*(rule.id for rule in self.table.rules), None], dtype=pl.String)
        chosen = np.where(self.nearest_rules < 0, len(self.table.rules), self.nearest_rules)
        headers = [column.header for column in self.table.inputs]
        told: dict[str, list[list[str]]] = {"failed": [], "unknown": []}
        for row, rule in enumerate(self.nearest_rules.tolist()):
            cells = self.outcomes[row, rule].tolist() if rule >= 0 else []
            named = list(zip(headers, cells, strict=False))
            told["failed"].append([header for header, cell in named if cell == Outcome.FAILED])
            told["unknown"].append([header for header, cell in named if cell == Outcome.UNKNOWN])
        lists = {word: pl.Series(found, dtype=pl.List(pl.String)) for word, found in told.items()}
        return pl.DataFrame({"rule": ids.gather(chosen), **lists})

    def row(self, row: int) -> RowView:
        """What to show for one row: its values, and each rule with each cell.

        Raises:
            IndexError: The frame has no such row.
        """
        rules = tuple(self.view_rule(row, place) for place in range(len(self.table.rules)))
        values = {
            column.header: value
            for column, value in zip(self.table.inputs, self._list_values(row), strict=True)
        }
        return RowView(row, values, rules, rules[self.nearest_rules[row]] if rules else None)

    def view_rule(self, row: int, rule: int) -> RuleView:
        """What to show for one rule and one row: each cell.

        Args:
            row: Its place in the frame.
            rule: Its place in the table.

        Raises:
            IndexError: The frame has no such row, or the table no such rule.
        """
        values = self._list_values(row)
        texts, tested = self.table.rules[rule].tests, self.tested[rule].tolist()
        outcomes, distances = self.outcomes[row, rule].tolist(), self.distances[row, rule].tolist()
        too_large = self.too_large[row, rule].tolist()
        cells = (
            CellView(
                header=column.header,
                test=texts[place],
                value=values[place],
                type=self.types[place],
                tested=tested[place],
                outcome=Outcome(outcomes[place]),
                distance=None if math.isnan(distances[place]) else distances[place],
                too_large=too_large[place],
            )
            for place, column in enumerate(self.table.inputs)
        )
        return RuleView(self.table.rules[rule].id, tuple(cells))

    def as_dict(self, row: int) -> dict[str, Any]:
        """One row as plain values for JSON: `row`, `nearest`, `failed`, `values`, `rules`.

        Raises:
            IndexError: The frame has no such row.
        """
        return describe_row(self.row(row))

    def _list_values(self, row: int) -> list[Value]:
        if not 0 <= row < len(self.outcomes):
            raise IndexError(f"there is no row {row}: the frame has {len(self.outcomes)}")
        return [column[row] for column in self.values]
