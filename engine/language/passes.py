"""Plans named formulas as a few wide passes over a frame.

The expressions of a pass only read columns of earlier ones. Parts that a formula would repeat, or whose
infinities it must not see, become columns of their own in an earlier pass, shared by all formulas.

Infinities are looked for where a column can hold one: its sum tells, for any NaN or infinity makes it not
finite, at a fraction of the cost of a guard in every expression.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from engine.language.core import Apply, Column, Core, columns_of, walk
from engine.language.functions.arithmetic import DIVIDE, LOWER_BOUND, UPPER_BOUND
from engine.language.functions.other_rows import Axes
from engine.language.to_polars import DTYPES, Emitter, keep_finite, may_be_uniform, to_polars
from engine.language.types import Kind

_BEFORE = "·"  # no name of a book can hold this sign
_RESULT = "· result"
_MOST_REPEATED = 1_000
_TWICE = (DIVIDE, LOWER_BOUND, UPPER_BOUND)  # cheap enough to repeat a part in a sheet


@dataclass(frozen=True, slots=True)
class Pass:
    """Columns computed side by side.

    Attributes:
        expressions: One named expression per column.
        unguarded: The columns that may come out infinite or NaN.
        uniform: The divisors that Polars may keep as one value for all rows.
    """

    expressions: tuple[pl.Expr, ...]
    unguarded: tuple[str, ...]
    uniform: tuple[str, ...]

    def evaluate(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` with the columns of this pass, finite or null."""
        frame = frame.with_columns(self.expressions)
        tainted = [name for name in self.unguarded if not math.isfinite(frame.get_column(name).sum())]
        if tainted:
            frame = frame.with_columns(keep_finite(pl.col(name)) for name in tainted)
        return _spread(frame) if self.uniform else frame


@dataclass(frozen=True, slots=True)
class Passes:
    """Formulas as passes, built once and used for every frame.

    Attributes:
        passes: The passes, in order.
        names: The columns that formulas are named after, in the order in which they are added.
        temporary: The columns that no formula is named after.
        divisors: Columns of the frame that formulas divide by.
        constants: Temporary columns of one number each.
    """

    passes: tuple[Pass, ...]
    names: tuple[str, ...]
    temporary: tuple[str, ...]
    divisors: tuple[str, ...]
    constants: Mapping[str, float]

    def evaluate(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`frame` with a column per formula; its numbers must be float64 without NaN and infinities."""
        if self.divisors:
            frame = _spread(frame)
        if self.constants:
            full = (pl.Series(name, np.full(frame.height, value)) for name, value in self.constants.items())
            frame = frame.with_columns(full)
        for each in self.passes:
            frame = each.evaluate(frame)
        for name in self.temporary:
            # The frame is this function's own since the first pass; dropping in place costs a tenth.
            frame.drop_in_place(name)
        return frame


def _spread(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with a value per row in every column, however Polars kept them."""
    return pl.DataFrame(frame.get_columns())


def plan_passes(formulas: Mapping[str, Core], axes: Axes | None = None) -> Passes:
    """Plan bound formulas; each may read columns of the frame and formulas before it."""
    plan = _Plan(axes or Axes())
    for name, core in formulas.items():
        plan.add(name, core)
    return plan.close()


@dataclass(slots=True)
class _Plan:
    axes: Axes
    level_of: dict[str, int] = field(default_factory=dict)
    name_of: dict[Core, str] = field(default_factory=dict)
    levels: list[list[tuple[str, pl.Expr, bool]]] = field(default_factory=list)
    uniform: set[str] = field(default_factory=set)
    divisors: set[str] = field(default_factory=set)
    constants: dict[float, str] = field(default_factory=dict)

    def add(self, name: str, core: Core) -> None:
        """Plan one formula as a column, after everything it reads."""
        before: list[str] = []

        def compute_before(part: Apply) -> pl.Expr:
            column = self._find_or_add(part)
            before.append(column)
            return pl.col(column)

        emitted = Emitter(self.axes, clean=True, compute_before=compute_before, spread=self._spread).emit(
            core
        )
        reads = [*before, *columns_of(core)]
        level = max((self.level_of[column] + 1 for column in reads if column in self.level_of), default=0)
        while len(self.levels) <= level:
            self.levels.append([])
        self.levels[level].append((name, emitted.expression.alias(name), emitted.finite))
        self.level_of[name] = level
        if may_be_uniform(core):
            self.uniform.add(name)
        divisions = (node for node in walk(core) if isinstance(node, Apply) and node.function is DIVIDE)
        self.divisors.update(column for node in divisions for column in columns_of(node.arguments[1]))

    def _spread(self, value: float) -> pl.Expr:
        return pl.col(self.constants.setdefault(value, f"{_BEFORE}{value!r}"))

    def _find_or_add(self, part: Apply) -> str:
        if part not in self.name_of:
            name = f"{_BEFORE}{_BEFORE}{len(self.name_of)}"
            self.add(name, part)
            self.name_of[part] = name
        return self.name_of[part]

    def close(self) -> Passes:
        """The finished plan."""
        passes = tuple(
            Pass(
                tuple(expression for _, expression, _ in level),
                tuple(name for name, _, finite in level if not finite),
                tuple(name for name, _, _ in level if name in self.uniform & self.divisors),
            )
            for level in self.levels
        )
        given = self.divisors - self.level_of.keys()
        constants = {name: value for value, name in self.constants.items()}
        temporary = (*self.name_of.values(), *constants)
        names = tuple(name for level in self.levels for name, _, _ in level if name not in temporary)
        return Passes(passes, names, temporary, tuple(sorted(given)), constants)


def to_expression(core: Core, axes: Axes | None = None) -> pl.Expr:
    """A bound text as one Polars expression over any frame that has its columns.

    A text whose expression would repeat its parts too often is computed in passes, inside the expression.
    """
    if _measure_expansion(core) <= _MOST_REPEATED:
        return to_polars(core, axes)
    passes = plan_passes({_RESULT: core}, axes)
    nodes = list(walk(core))
    columns = {node.name: node for node in nodes if isinstance(node, Column)}
    looks = any(isinstance(node, Apply) and node.function.scope != "row" for node in nodes)
    extra = [name for name in (axes or Axes()).names if looks and name not in columns]

    def run(rows: pl.Series) -> pl.Series:
        frame = rows.struct.unnest().with_columns(to_polars(column) for column in columns.values())
        return passes.evaluate(frame).get_column(_RESULT).rename(rows.name)

    return pl.struct(*columns, *extra).map_batches(run, return_dtype=DTYPES[core.type.kind])


def _measure_expansion(core: Core) -> int:
    """About how many nodes the expression of `core` would have."""
    if not isinstance(core, Apply):
        return 1
    repeats = 4 if core.function.repeats else 2 if core.function in _TWICE else 1
    total = 1
    for position, argument in enumerate(core.arguments):
        guarded = core.function.guarded is None or position in core.function.guarded
        doubled = 2 if guarded and isinstance(argument, Apply) and argument.type.kind is Kind.NUMBER else 1
        total += max(repeats, doubled) * _measure_expansion(argument)
    return total
