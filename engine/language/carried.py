"""Formulas from one time to the next, each from the rows of its time alone, as a live cycle gets them.

What functions look back at is kept in a tail. The values are those of `engine.language.passes` over the whole
frame, bit for bit, since a function sees nothing outside its window.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from engine.language.core import Core, columns_of
from engine.language.functions.other_rows import Axes, read_history, to_floats, to_microseconds
from engine.language.looks import Look, Looks
from engine.language.passes import Passes, plan_passes
from engine.market.tail import Tail
from engine.market.window import STALE_DIVISOR

_AXES = Axes()
_ONE_TIME = Axes(group=None)
"""Of the rows of one time, whose pairs the tail tells apart."""


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
        history = read_history(seen, _AXES)
        _, first, group = np.unique(history.group, return_index=True, return_inverse=True)
        names = seen[_AXES.group or ""].gather(first).to_list()
        values = {name: to_floats(seen.get_column(name)) for name in self.tail.names}
        self.tail.fill(history.time, group, names, history.step_us, values)

    def evaluate(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of the next time with a column per formula.

        Args:
            frame: As for `Passes.evaluate`, with all rows of one time, one of each pair.

        Raises:
            ValueError: The time is not later than the one before, or a pair stands twice.
        """
        given = frame.columns
        history = read_history(frame, _ONE_TIME)
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
    split, whole, looks = _take_apart(formulas)
    rounds: dict[str, int] = {}
    result_of = {look.name: look for look in looks}

    def find_round(name: str) -> int:
        """When a column can be computed: those of the frame at once, the result of a look after its value."""
        if name not in rounds:
            if name in result_of:
                rounds[name] = find_round(result_of[name].value) + 1
            else:
                read = columns_of(split[name]) if name in split else ()
                rounds[name] = max(map(find_round, read), default=0)
        return rounds[name]

    planned = [
        Round(
            plan_passes({name: core for name, core in split.items() if find_round(name) == place}),
            tuple(look for look in looks if find_round(look.value) == place),
        )
        for place in range(max(map(find_round, split), default=0) + 1)
    ]
    span_us = max(map(_find_span, looks), default=0)
    tail = Tail(span_us, tuple(dict.fromkeys(look.value for look in looks)))
    return Carried(tuple(planned), names, plan_passes(whole, _AXES), tail)


def _take_apart(formulas: Mapping[str, Core]) -> tuple[dict[str, Core], dict[str, Core], list[Look]]:
    """Formulas and what is looked at: with columns in the place of looks, and whole; and the looks."""
    looks = Looks()
    split = {name: looks.split(core) for name, core in formulas.items()}
    whole = dict(formulas)
    while fresh := {name: core for core, name in looks.value_of.items() if name not in whole}:
        whole |= fresh
        split |= {name: looks.split(core) for name, core in fresh.items()}
    return split, whole, list(looks.look_of.values())


def _find_span(look: Look) -> int:
    """How far back the rows that a look sees can lie: microseconds."""
    far = to_microseconds(look.seconds)
    return far + far // STALE_DIVISOR + 1 if look.function.scope == "lag" else far
