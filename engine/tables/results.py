"""The values of a table's outputs: held once, picked row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.language.core import Constant, Core
from engine.language.functions.scalars import TOLERANCE
from engine.language.to_polars import DTYPES, to_polars
from engine.tables.placing import Places

Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Results:
    """One output of a table.

    Attributes:
        name: The output.
        cores: Its value in each rule and, last, its default; bound.
        allowed: The values it may have; empty allows any.
        constants: Its distinct fixed values and, last, null.
        expressions: Its distinct formulas.
        places: For each rule and the default, the place among the constants, or behind them a formula's.
        guarded: Whether some value may be none of those allowed.
    """

    name: str
    cores: tuple[Core, ...]
    allowed: tuple[object, ...]
    constants: pl.Series
    expressions: tuple[pl.Expr, ...]
    places: Places
    guarded: bool

    @property
    def is_fixed(self) -> bool:
        """Whether no value depends on the row."""
        return not self.expressions

    def evaluate(self, frame: pl.DataFrame) -> Values:
        """Every value that the output can take in the rows of a frame."""
        if self.is_fixed:
            return Values(self, self.constants, frame.height)
        numbered = [each.alias(str(place)) for place, each in enumerate(self.expressions)]
        columns = frame.select(pl.int_range(pl.len()).alias("rows"), *numbered).get_columns()[1:]
        return Values(self, pl.concat([self.constants, *columns]), frame.height)


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one output for one frame.

    Attributes:
        results: The output.
        held: The constants, null behind them, then the column of each formula.
        rows: Rows of the frame.
    """

    results: Results
    held: pl.Series
    rows: int

    def find(self, rules: Places, rows: Places) -> Places:
        """Where in `held` the value of a rule in a row stands; the default is the rule after the last."""
        places = self.results.places.take(rules)
        if self.results.is_fixed:
            return places
        fixed = len(self.results.constants)
        return np.where(places < fixed, places, fixed + (places - fixed) * self.rows + rows)

    def pick(self, rules: Places, rows: Places, absent: Bits | None = None) -> pl.Series:
        """The values of rules in rows; null where `absent`."""
        places = self.find(rules, rows)
        if absent is not None:
            places = np.where(absent, len(self.results.constants) - 1, places)
        return self.held.gather(places).alias(self.results.name)

    def differ(self, first: Places, second: Places, rows: Places) -> Bits:
        """Whether two rules give different values; what is unknown equals only the same formula."""
        mine, other = self.find(first, rows), self.find(second, rows)
        differs: Bits = mine != other
        if self.results.is_fixed:
            return differs
        equal: Bits = (self.held.gather(mine) == self.held.gather(other)).fill_null(value=False).to_numpy()
        return differs & ~equal

    def is_refused(self, picked: pl.Series) -> Bits:
        """Where a value is not among those allowed; numbers agree within the tolerance of comparisons."""
        if not self.results.guarded:
            return np.zeros(len(picked), dtype=np.bool_)
        if picked.dtype == pl.Float64:
            allowed = np.array(self.results.allowed, dtype=np.float64)
            numbers = picked.fill_null(allowed[0]).to_numpy()
            near: Bits = np.isclose(numbers[:, None], allowed, rtol=TOLERANCE, atol=0.0).any(axis=1)
            return ~near
        words = pl.Series(self.results.allowed, dtype=picked.dtype)
        refused: Bits = (~picked.is_in(words.implode())).fill_null(value=False).to_numpy()
        return refused


def bind_results(name: str, cores: Sequence[Core], allowed: Sequence[object]) -> Results:
    """Make an output ready from its value in each rule and, last, its default."""
    dtype = DTYPES[cores[-1].type.kind]
    distinct = dict.fromkeys(cores)
    fixed = [core for core in distinct if isinstance(core, Constant)]
    formulas = [core for core in distinct if not isinstance(core, Constant)]
    values = list(dict.fromkeys(core.value for core in fixed if core.value is not None))
    constants = pl.Series([*values, None], dtype=dtype, strict=False)

    def find(core: Core) -> int:
        if isinstance(core, Constant):
            return len(values) if core.value is None else values.index(core.value)
        return len(values) + 1 + formulas.index(core)

    places = np.array([find(core) for core in cores], dtype=np.intp)
    expressions = tuple(to_polars(core).cast(dtype) for core in formulas)
    guarded = bool(allowed) and (bool(formulas) or any(value not in allowed for value in values))
    return Results(name, tuple(cores), tuple(allowed), constants, expressions, places, guarded)


def gather_lists(rows: Places, values: pl.Series, count: int) -> pl.Series:
    """The values of each row as a list, in their order; an empty list for a row without any.

    Args:
        rows: The row of each value.
        values: The values.
        count: How many rows there are.
    """
    empty = pl.Series(values.name, [[]], dtype=pl.List(values.dtype))
    lists = pl.DataFrame({"row": rows, "value": values}).group_by("row", maintain_order=True).agg("value")
    place = np.full(count, lists.height, dtype=np.intp)
    place[lists["row"].to_numpy()] = np.arange(lists.height)
    return pl.concat([lists["value"].alias(values.name), empty]).gather(place)
