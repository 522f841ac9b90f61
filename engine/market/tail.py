"""The latest rows of every group, carried from one time to the next: a row per time, a column per group.

A live cycle looks back from its own rows only, and each cycle sees one more time than the one before. What a
window saw is kept here, so that a cycle costs what its windows hold and not what a whole history would.
Results are those of `engine.market.window` with a step for each row, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.market.aggregate import Aggregate, Windows
from engine.market.sequence import BoolArray, FloatArray, IntArray, check_duration, settle
from engine.market.window import STALE_DIVISOR, is_covered

_LEAST_ROOM = 64
_BLOCK_CELLS = 1 << 20


@dataclass(slots=True)
class Tail:
    """Rows of the latest times.

    Attributes:
        span_us: How far back rows are kept.
        names: The columns of values.
        groups: The groups of the latest time, in the order in which it was entered.
    """

    span_us: int
    names: Sequence[str]
    groups: tuple[str, ...] = ()
    _columns: dict[str, int] = field(default_factory=dict)
    _now: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    _first: int = 0
    _end: int = 0
    _time: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    _step: IntArray = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    _seen: BoolArray = field(default_factory=lambda: np.zeros((0, 0), np.bool_))
    _value: dict[str, FloatArray] = field(default_factory=dict)

    def fill(
        self,
        time_us: IntArray,
        group: IntArray,
        groups: Sequence[str],
        step_us: IntArray,
        values: Mapping[str, FloatArray],
    ) -> None:
        """Take in rows of many times at once, before the first is entered.

        Args:
            time_us: Microseconds since 1970.
            group: Place of each row's group among `groups`; a group has one row at a time.
            groups: Their names.
            step_us: How long each row stands for.
            values: The values of the rows, by column; what is not finite is unknown.
        """
        near = time_us > int(time_us.max(initial=0)) - self.span_us
        times, slot = np.unique(time_us[near], return_inverse=True)
        self._columns = {name: place for place, name in enumerate(groups)}
        room = _find_room(times.size)
        self._end, self._time = times.size, np.concatenate((times, np.zeros(room - times.size, np.int64)))
        self._step = np.zeros((room, len(groups)), np.int64)
        self._seen = np.zeros(self._step.shape, np.bool_)
        self._step[slot, group[near]], self._seen[slot, group[near]] = step_us[near], True
        self._value = {name: np.full(self._step.shape, np.nan) for name in self.names}
        for name, value in values.items():
            self._value[name][slot, group[near]] = np.where(np.isfinite(value), value, np.nan)[near]

    def enter(self, time_us: int, groups: Iterable[str], step_us: IntArray) -> None:
        """Begin a time.

        Args:
            time_us: Microseconds since 1970.
            groups: Those that have a row now, each once.
            step_us: How long each of these rows stands for.

        Raises:
            ValueError: The time is not later than the one before, or a group stands twice.
        """
        if self._end > self._first and time_us <= int(self._time[self._end - 1]):
            raise ValueError(f"{time_us} us is not later than the time before it")
        named = tuple(groups)
        if named != self.groups:
            self._know(named)
        self._first += int(
            np.searchsorted(self._time[self._first : self._end], time_us - self.span_us, side="right")
        )
        if self._end == self._time.size or len(self._columns) > self._step.shape[1]:
            self._make_room()
        self._time[self._end] = time_us
        self._step[self._end], self._seen[self._end] = 0, False
        self._step[self._end, self._now], self._seen[self._end, self._now] = step_us, True
        for value in self._value.values():
            value[self._end] = np.nan
        self._end += 1

    def write(self, name: str, value: FloatArray) -> None:
        """Say a value of each group of the latest time, in their order; what is not finite is unknown."""
        self._value[name][self._end - 1, self._now] = np.where(np.isfinite(value), value, np.nan)

    def roll(self, aggregate: Aggregate, name: str, width_us: int) -> FloatArray:
        """An aggregate over the window of each group of the latest time, unknown where it is not covered."""
        width = check_duration(width_us)
        time = self._time[self._first : self._end]
        rows = slice(self._first + int(np.searchsorted(time, time[-1] - width, side="right")), self._end)
        length = rows.stop - rows.start
        result = np.empty(self._now.size)
        at_once = max(_BLOCK_CELLS // length, 1)
        for first in range(0, result.size, at_once):
            part = slice(first, first + at_once)
            columns = self._columns_of(part)
            value = self._value[name][rows, columns]
            known = np.isfinite(value)
            windows = Windows(np.full(value.shape[1], length), known.sum(axis=0), apart=True)
            covered_us = np.einsum("ij,ij->j", known, self._step[rows, columns])
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                rolled = aggregate(value.ravel(), windows)
            result[part] = np.where(is_covered(covered_us, width) & (windows.known > 0), rolled, np.nan)
        return settle(result)

    def lag(self, name: str, age_us: int) -> FloatArray:
        """Value of the latest row of each group that is at least `age` old, as `engine.market.window.lag`."""
        age = check_duration(age_us, least_us=0)
        time = self._time[self._first : self._end]
        oldest, latest = time[-1] - age - age // STALE_DIVISOR, time[-1] - age
        rows = slice(
            self._first + int(np.searchsorted(time, oldest)),
            self._first + int(np.searchsorted(time, latest, side="right")),
        )
        if rows.start == rows.stop:
            return np.full(self._now.size, np.nan)
        seen = self._seen[rows, self._now]
        place = seen.shape[0] - 1 - np.argmax(seen[::-1], axis=0)
        found = self._value[name][rows, self._now][place, np.arange(self._now.size)]
        return settle(np.where(seen.any(axis=0), found, np.nan))

    def _columns_of(self, part: slice) -> slice | IntArray:
        """The columns of some groups of now: where they stand in order a slice, which copies nothing."""
        now = self._now[part]
        ordered = now[-1] - now[0] == now.size - 1 and (np.diff(now) == 1).all()
        return slice(int(now[0]), int(now[-1]) + 1) if ordered else now

    def _know(self, groups: tuple[str, ...]) -> None:
        """Give every group of a time its column."""
        for group in groups:
            self._columns.setdefault(group, len(self._columns))
        self._now = np.array([self._columns[group] for group in groups], np.int64)
        if np.unique(self._now).size != len(groups):
            raise ValueError("a group stands twice at one time")
        self.groups = groups

    def _make_room(self) -> None:
        """Drop what is out of sight, groups as well, and make room for as many times again."""
        rows = slice(self._first, self._end)
        count = self._end - self._first
        kept = np.zeros(len(self._columns), np.bool_)
        kept[: self._seen.shape[1]] = self._seen[rows].any(axis=0)
        kept[self._now] = True
        old = np.flatnonzero(kept)
        room = (_find_room(count), old.size)
        inside = old[old < self._seen.shape[1]]
        places = np.flatnonzero(old < self._seen.shape[1])
        self._time = np.concatenate((self._time[rows], np.zeros(room[0] - count, np.int64)))
        step, seen = np.zeros(room, np.int64), np.zeros(room, np.bool_)
        step[:count, places], seen[:count, places] = self._step[rows][:, inside], self._seen[rows][:, inside]
        value = {name: np.full(room, np.nan) for name in self.names}
        for name, earlier in self._value.items():
            value[name][:count, places] = earlier[rows][:, inside]
        self._step, self._seen, self._value = step, seen, value
        names = {column: group for group, column in self._columns.items()}
        self._columns = {names[int(column)]: place for place, column in enumerate(old)}
        self._now = np.array([self._columns[group] for group in self.groups], np.int64)
        self._first, self._end = 0, count


def _find_room(count: int) -> int:
    """For how many times there is room where there are so many: for as many again, and never for few."""
    return max(_LEAST_ROOM, 2 * (count + 1))
