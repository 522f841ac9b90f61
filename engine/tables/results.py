"""The values that an output can take: evaluated, compared, and picked row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from engine.language.core import Constant, Core
from engine.language.to_polars import DTYPES, to_polars
from engine.tables.match import Bits
from engine.tables.policies import Codes

_ROWS = "#"


@dataclass(frozen=True, slots=True)
class Results:
    """One output of a table, ready to be evaluated.

    Attributes:
        name: The output.
        cores: Its distinct values: constants or formulas.
        expressions: The same for Polars.
        places: The place in `cores` of each rule's value and, last, of the default.
    """

    name: str
    cores: tuple[Core, ...]
    expressions: tuple[pl.Expr, ...]
    places: tuple[int, ...]

    def evaluate(self, frame: pl.DataFrame) -> list[pl.Series]:
        """Each distinct value in every row."""
        return select_columns(frame, self.expressions)

    def number(self, values: Sequence[pl.Series]) -> Codes:
        """Codes of each rule's value and of the default: equal codes are equal values.

        Rules × rows, or × 1 if no value depends on the row. What is unknown equals only the same formula.
        """
        if all(isinstance(core, Constant) for core in self.cores):
            known = [(core.type.kind, core.value) for core in self.cores if isinstance(core, Constant)]
            return np.array([[known.index(known[place])] for place in self.places], dtype=np.int64)
        joined = pl.concat(values)
        own = np.repeat(np.arange(len(values)), len(values[0]))
        codes = joined.rank("dense").cast(pl.Int64).fill_null(0).to_numpy()
        matrix = np.where(joined.is_null().to_numpy(), -1 - own, codes).reshape(len(values), -1)
        picked: Codes = matrix[list(self.places)].astype(np.int64)
        return picked

    def pick(self, values: Sequence[pl.Series], winner: Codes, unknown: Bits) -> pl.Series:
        """The value of the winning rule in every row; null where the result is unknown."""
        rows = np.arange(winner.size)
        places = np.asarray(self.places)[winner] * winner.size + rows
        chosen = pl.concat(values).gather(places)
        return chosen.set(pl.Series(unknown), None).alias(self.name)


def bind_results(name: str, column: Sequence[Core]) -> Results:
    """Make an output ready from its value in each rule and, last, its default."""
    cores = tuple(dict.fromkeys(column))
    expressions = tuple(to_polars(core).cast(DTYPES[core.type.kind]) for core in cores)
    return Results(name, cores, expressions, tuple(cores.index(core) for core in column))


def select_columns(frame: pl.DataFrame, expressions: Sequence[pl.Expr]) -> list[pl.Series]:
    """Evaluate expressions in one pass, each to as many rows as the frame has."""
    numbered = [expression.alias(str(place)) for place, expression in enumerate(expressions)]
    return frame.select(pl.int_range(pl.len()).alias(_ROWS), *numbered).drop(_ROWS).get_columns()
