"""Formulas for some rows of a frame only, as a live cycle wants them: for the rows of its time.

What functions look back at is computed for the rows that they can see, their own results and everything else
for the rows that are wanted. The values are those of `engine.language.passes` for the whole frame, bit for
bit, since a function sees nothing outside its window.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import polars as pl

from engine.language.core import Apply, Column, Constant, Core, columns_of
from engine.language.functions.declaration import Function
from engine.language.functions.other_rows import Axes, number_groups, read_history
from engine.language.passes import Passes, plan_passes
from engine.language.reach import measure_reaches
from engine.language.types import Stage

_CODES, _LOOK, _VALUE = "·pair", "·look ", "·value "  # no name of a book can hold this sign
_AXES = Axes(group=_CODES)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Look:
    """One look back.

    Attributes:
        name: Column of its result.
        function: What looks back.
        value: Column that it looks at.
        seconds: How far.
    """

    name: str
    function: Function
    value: str
    seconds: float


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
    plan = _Plan(formulas)
    now = {name: plan.split(core) for name, core in formulas.items()}
    seen = {name: core for name, core in formulas.items() if name in plan.needed}
    seen |= {name: core for core, name in plan.value_of.items()}
    read = dict.fromkeys(name for core in seen.values() for name in columns_of(core))
    values = [look.value for look in plan.look_of.values()]
    columns = dict.fromkeys([*Axes().names, *(name for name in (*read, *values) if name not in seen)])
    reach = timedelta(seconds=max(measure_reaches(formulas).values(), default=0.0))
    return Recent(
        plan_passes(seen, _AXES), tuple(columns), tuple(plan.look_of.values()), plan_passes(now), reach
    )


@dataclass(slots=True)
class _Plan:
    """What is looked at, gathered from formulas.

    Attributes:
        formulas: The formulas by name.
        needed: Formulas that are looked at, and all that these read.
        value_of: Columns of parts that are looked at.
        look_of: The looks.
    """

    formulas: Mapping[str, Core]
    needed: set[str] = field(default_factory=set)
    value_of: dict[Core, str] = field(default_factory=dict)
    look_of: dict[Core, Look] = field(default_factory=dict)

    def split(self, core: Core) -> Core:
        """A formula with a column in the place of each look back."""
        if not isinstance(core, Apply):
            return core
        if core.function.look is None:
            return Apply(core.function, tuple(map(self.split, core.arguments)), core.type)
        if core not in self.look_of:
            value, seconds = core.arguments
            if not isinstance(seconds, Constant) or not isinstance(seconds.value, float):
                raise TypeError("a fixed argument is not bound")
            name = f"{_LOOK}{len(self.look_of)}"
            self.look_of[core] = Look(name, core.function, self._name_value(value), seconds.value)
        return Column(self.look_of[core].name, core.type, Stage.MARKET)

    def _name_value(self, value: Core) -> str:
        """The column of what is looked at."""
        self._need(value)
        if isinstance(value, Column):
            return value.name
        return self.value_of.setdefault(value, f"{_VALUE}{len(self.value_of)}")

    def _need(self, core: Core) -> None:
        for name in columns_of(core):
            if name in self.formulas and name not in self.needed:
                self.needed.add(name)
                self._need(self.formulas[name])
