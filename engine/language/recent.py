"""Formulas for some rows of a frame only, as a live cycle wants them: for the rows of its time.

What functions look back at is computed for the rows that they can see, their own results and everything else
for the rows that are wanted. The values are those of `engine.language.passes` for the whole frame, bit for
bit, since a function sees nothing outside its window.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from engine.language.core import Core, columns_of
from engine.language.functions.other_rows import Axes, number_groups, read_history
from engine.language.looks import Look, Looks
from engine.language.passes import Passes, plan_passes
from engine.language.reach import measure_reaches

_CODES = "·pair"  # no name of a book can hold this sign
_AXES = Axes(group=_CODES)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Recent:
    """Formulas planned for some rows.

    Attributes:
        seen: The formulas that are looked at.
        columns: The columns of a frame that these read.
        looks: The looks back from the rows that are wanted.
        now: The formulas of the rows that are wanted, with the results of the looks as columns.
        reach: How far before a row the oldest row can lie that it depends on.
    """

    seen: Passes
    columns: tuple[str, ...]
    looks: tuple[Look, ...]
    now: Passes
    reach: timedelta

    def evaluate(self, frame: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
        """The wanted rows of `frame` with a column per formula.

        Args:
            frame: As for `Passes.evaluate`, sorted by time within each pair.
            wanted: Of each row whether it is wanted; all rows of one time are, or none.
        """
        now = frame[wanted.arg_true()]
        if self.looks:
            looks = self._look_back(frame, wanted, now) if now.height else self._see_nothing()
            now = now.with_columns(looks)
        return self.now.evaluate(now).drop(look.name for look in self.looks)

    def _see_nothing(self) -> list[pl.Series]:
        """The results of the looks for no rows."""
        return [pl.Series(look.name, [], dtype=pl.Float64) for look in self.looks]

    def _look_back(self, frame: pl.DataFrame, wanted: pl.Series, now: pl.DataFrame) -> list[pl.Series]:
        """The results of the looks for the wanted rows, in order."""
        oldest = now.select(pl.col(_AXES.time).min() - self.reach - _INSTANT).item()
        visible = frame[_AXES.time] >= oldest
        seen = frame.select(self.columns).filter(visible)
        seen = self.seen.evaluate(seen.with_columns(number_groups(seen[Axes().group or ""]).alias(_CODES)))
        history, rows = read_history(seen, _AXES), wanted.filter(visible).arg_true().to_numpy()
        return [
            look.function.look(history, seen.get_column(look.value), look.seconds, rows).alias(look.name)
            for look in self.looks
            if look.function.look is not None
        ]


def plan_recent(formulas: Mapping[str, Core]) -> Recent:
    """Plan bound formulas; each may read columns of the frame and formulas before it."""
    looks = Looks()
    now = {name: looks.split(core) for name, core in formulas.items()}
    values = [look.value for look in looks.look_of.values()]
    parts = {name: core for core, name in looks.value_of.items()}
    needed = _find_needed(
        formulas, [*values, *(name for core in parts.values() for name in columns_of(core))]
    )
    seen = {name: core for name, core in formulas.items() if name in needed} | parts
    read = dict.fromkeys(name for core in seen.values() for name in columns_of(core))
    columns = dict.fromkeys([*Axes().names, *(name for name in (*read, *values) if name not in seen)])
    reach = timedelta(seconds=max(measure_reaches(formulas).values(), default=0.0))
    return Recent(
        plan_passes(seen, _AXES), tuple(columns), tuple(looks.look_of.values()), plan_passes(now), reach
    )


def _find_needed(formulas: Mapping[str, Core], names: Iterable[str]) -> set[str]:
    """The formulas among some columns, and all that these read."""
    needed: set[str] = set()
    waiting = [name for name in names if name in formulas]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += [each for each in columns_of(formulas[name]) if each in formulas]
    return needed
