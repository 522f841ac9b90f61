"""What time it is: a value that is asked for, so that a run can be repeated with the times it had."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time to the parts that act on the world; the deciding parts take times as arguments."""

    def now(self) -> datetime:
        """The present time, aware and in UTC."""


class SystemClock:
    """The wall clock of the machine."""

    __slots__ = ()

    def now(self) -> datetime:
        """The present time by the machine, aware and in UTC."""
        return datetime.now(UTC)


class StepClock:
    """A clock that stands still at a given time until it is told to go on to the next.

    Args:
        times: The times it will show, aware, in any zone, at least one.

    Raises:
        ValueError: There is no time, or one of them has no zone.
    """

    __slots__ = ("_coming", "_now")

    def __init__(self, times: Iterable[datetime]) -> None:
        shown = [_in_utc(time) for time in times]
        if not shown:
            raise ValueError("a clock needs at least one time")
        self._coming = iter(shown)
        self._now = next(self._coming)

    def now(self) -> datetime:
        """The time at which the clock stands, aware and in UTC."""
        return self._now

    def step(self) -> bool:
        """Go on to the next given time; False, and no step, where none is left."""
        coming = next(self._coming, None)
        if coming is None:
            return False
        self._now = coming
        return True


def _in_utc(time: datetime) -> datetime:
    if time.utcoffset() is None:
        raise ValueError(f"{time.isoformat()} has no time zone; give it one, such as UTC")
    return time.astimezone(UTC)
