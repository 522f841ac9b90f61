"""Stretches of time, of which one or both ends may be open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from engine.recording.folders import in_utc

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The times with `start <= time < end`, in UTC; None is an open end."""

    start: datetime | None
    end: datetime | None

    def holds(self, time: datetime) -> bool:
        """Whether a time lies in the stretch."""
        return (self.start is None or time >= self.start) and (self.end is None or time < self.end)

    def touches(self, first: datetime, last: datetime) -> bool:
        """Whether some time from `first` to `last` may lie in the stretch."""
        return (self.start is None or last >= self.start) and (self.end is None or first < self.end)

    def touches_day(self, day: date) -> bool:
        """Whether some time of a day may lie in the stretch."""
        return (self.start is None or day >= self.start.date()) and (
            self.end is None or day <= self.end.date()
        )

    def filters(self, column: str) -> pl.Expr:
        """True for rows whose time in a column lies in the stretch."""
        after = pl.lit(value=True) if self.start is None else pl.col(column) >= self.start
        return after if self.end is None else after & (pl.col(column) < self.end)

    def end_with(self, last: datetime | None) -> Stretch:
        """The part of the stretch up to a time, itself included; None cuts nothing."""
        if last is None:
            return self
        end = last + _INSTANT
        return Stretch(self.start, end if self.end is None else min(self.end, end))


def read_stretch(start: datetime | None, end: datetime | None) -> Stretch:
    """A stretch between two times in any zone.

    Raises:
        RecordingError: A time has no zone.
    """
    return Stretch(None if start is None else in_utc(start), None if end is None else in_utc(end))
