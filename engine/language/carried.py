"""Formulas from one time to the next, each from the rows of its time alone, as a live cycle gets them.

What functions look back at is kept in a tail. The values are those of `engine.language.passes` over the whole
frame, bit for bit, since a function sees nothing outside its window.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from engine.language.core import Apply, Column, Constant, Core, columns_of
from engine.language.functions.other_rows import Axes, read_history, to_floats, to_microseconds
from engine.language.passes import Passes, plan_passes
from engine.language.recent import Look
from engine.language.types import Stage
from engine.market.tail import Tail
from engine.market.window import STALE_DIVISOR

_AXES = Axes()
_LOOK, _VALUE = "·look ", "·value "  # no name of a book can hold this sign


@dataclass(frozen=True, slots=True)
class Round:
    """What can be computed once the looks of earlier rounds are known.

    Attributes:
        formulas: Formulas, and parts of them that are looked at.
        looks: The looks back at these.
    """

    formulas: Passes
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """Formulas with what they have seen so far; each frame that is given becomes a part of it.

    Attributes:
        rounds: What is computed, one after the other.
        names: The formulas, in the order of their columns.
        whole: Formulas, and parts of them that are looked at, over the rows of many times.
        tail: What was seen.
    """

    rounds: tuple[Round, ...]
    names: tuple[str, ...]
    whole: Passes = field(repr=False)
    tail: Tail = field(repr=False)

    def see(self, frame: pl.DataFrame) -> None:
        """Take in at once what lies before the first time.

        Args:
            frame: As for `Passes.evaluate`, sorted by pair and time.
        """
        if frame.is_empty():
            return
        seen = self.whole.evaluate(frame.clone())
        history, pairs = read_history(seen, _AXES), seen[_AXES.group or ""]
        names = pairs.unique(maintain_order=True)
        group = pairs.replace_strict(names, range(names.len()), return_dtype=pl.Int64).to_numpy()
        values = {name: to_floats(seen.get_column(name)) for name in self.tail.names}
        self.tail.fill(history.time, group, names.to_list(), history.step_us, values)

    def evaluate(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of the next time with a column per formula.

        Args:
            frame: As for `Passes.evaluate`, with all rows of one time, one of each pair.

        Raises:
            ValueError: The time is not later than the one before, or a pair stands twice.
        """
        given = frame.columns
        history = read_history(frame, _AXES)
        if history.time.size:
            self.tail.enter(int(history.time[0]), frame[_AXES.group or ""], history.step_us)
        for each in self.rounds:
            frame = each.formulas.evaluate(frame)
            for value in dict.fromkeys(look.value for look in each.looks):
                if frame.height:
                    self.tail.write(value, to_floats(frame.get_column(value)))
            frame = frame.with_columns(self._look_back(look, frame.height) for look in each.looks)
        return frame.select(*given, *self.names)

    def _look_back(self, look: Look, rows: int) -> pl.Series:
        if not rows or look.function.carry is None:
            return pl.Series(look.name, [], dtype=pl.Float64)
        return look.function.carry(self.tail, look.value, look.seconds).alias(look.name)


def carry_formulas(formulas: Mapping[str, Core], names: tuple[str, ...]) -> Carried:
    """Begin to carry bound formulas, which have seen nothing yet.

    Args:
        formulas: Each may read those before it.
        names: The same in the order of their columns.
    """
    plan = _Plan()
    for name, core in formulas.items():
        plan.add(name, core)
    looks = [look for _, look in plan.look_of.values()]
    span_us = max(map(_find_span, looks), default=0)
    tail = Tail(span_us, tuple(dict.fromkeys(look.value for look in looks)))
    whole = plan_passes({**formulas, **{name: core for core, name in plan.value_of.items()}}, _AXES)
    return Carried(tuple(plan.close()), names, whole, tail)


def _find_span(look: Look) -> int:
    """How far back the rows that a look sees can lie: microseconds."""
    far = to_microseconds(look.seconds)
    return far + far // STALE_DIVISOR + 1 if look.function.scope == "lag" else far


@dataclass(slots=True)
class _Plan:
    """Formulas by the round in which they can be computed.

    Attributes:
        round_of: Of each formula, of each part that is looked at, and of each result of a look.
        formulas: Formulas and parts, with columns in the place of looks.
        value_of: Columns of the parts.
        look_of: The looks, each with its round.
    """

    round_of: dict[str, int] = field(default_factory=dict)
    formulas: dict[str, Core] = field(default_factory=dict)
    value_of: dict[Core, str] = field(default_factory=dict)
    look_of: dict[Core, tuple[int, Look]] = field(default_factory=dict)

    def add(self, name: str, core: Core) -> None:
        """Plan a formula."""
        split = self._split(core)
        self.formulas[name] = split
        self.round_of[name] = max((self.round_of.get(column, 0) for column in columns_of(split)), default=0)

    def close(self) -> Iterator[Round]:
        """The finished rounds."""
        last = max((*self.round_of.values(), 0))
        for place in range(last + 1):
            formulas = {name: core for name, core in self.formulas.items() if self.round_of[name] == place}
            looks = tuple(look for each, look in self.look_of.values() if each == place)
            yield Round(plan_passes(formulas), looks)

    def _split(self, core: Core) -> Core:
        """A formula with a column in the place of each look back."""
        if not isinstance(core, Apply):
            return core
        if core.function.carry is None:
            return Apply(core.function, tuple(map(self._split, core.arguments)), core.type)
        if core not in self.look_of:
            value, seconds = core.arguments
            if not isinstance(seconds, Constant) or not isinstance(seconds.value, float):
                raise TypeError("a fixed argument is not bound")
            column = self._name_value(value)
            look = Look(f"{_LOOK}{len(self.look_of)}", core.function, column, seconds.value)
            place = self.round_of.get(column, 0)
            self.look_of[core], self.round_of[look.name] = (place, look), place + 1
        return Column(self.look_of[core][1].name, core.type, Stage.MARKET)

    def _name_value(self, value: Core) -> str:
        """The column of what is looked at."""
        if isinstance(value, Column):
            return value.name
        if value not in self.value_of:
            name = self.value_of[value] = f"{_VALUE}{len(self.value_of)}"
            self.add(name, value)
        return self.value_of[value]
