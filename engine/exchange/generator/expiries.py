"""When futures expire: on the last Friday of a quarter, 08:00 UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from engine.exchange.generator.noise import FloatArray, IntArray

_HOUR = timedelta(hours=1)
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Contracts:
    """Which contract each slot holds at each hour; arrays of shape (hours, 2).

    Attributes:
        listed: Hour since the origin at which it was listed: the expiry of the one two before it.
        expiry: Hour since the origin at which it is settled and gone.
        label: Day of its expiry, as symbols end with it: 260327.
    """

    listed: FloatArray
    expiry: FloatArray
    label: IntArray


def find_contracts(origin: datetime, hours: IntArray) -> Contracts:
    """The two contracts that are traded at each hour: the nearest expiry and the one after it.

    A contract keeps its slot: those of March and September have the first, the others the second.

    Args:
        origin: Time of hour 0.
        hours: Rising, at least one.
    """
    first, last = origin + int(hours[0]) * _HOUR, origin + int(hours[-1]) * _HOUR
    expiries = [
        _find_expiry(year, quarter) for year in range(first.year - 1, last.year + 2) for quarter in range(4)
    ]
    times = np.array([(expiry - origin) // _HOUR for expiry in expiries])
    labels = np.array([int(f"{expiry:%y%m%d}") for expiry in expiries])
    nearest = np.searchsorted(times, hours, side="right")
    number = nearest[:, None] + (np.arange(2) - nearest[:, None]) % 2
    return Contracts(times[number - 2].astype(np.float64), times[number].astype(np.float64), labels[number])


def _find_expiry(year: int, quarter: int) -> datetime:
    """Expiry of a quarter, counted from 0."""
    after = datetime(year + quarter // 3, (3 * quarter + 3) % 12 + 1, 1, 8, tzinfo=UTC)
    back = (after.weekday() - _FRIDAY - 1) % 7 + 1
    return after - timedelta(days=back)
