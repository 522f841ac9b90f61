"""What swaps pay: rates from premiums, at the hours that each swap's interval ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

import numpy as np

from engine.exchange.generator.coins import list_coins
from engine.exchange.generator.figures import (
    CALM_PAYMENTS,
    CALM_RATE,
    CAP_BY_INTERVAL,
    CAP_OF_LARGEST,
    INTEREST,
    INTEREST_FREE,
    LARGEST_TURNOVER_MUSD,
    RATE_CLAMP,
)
from engine.exchange.generator.listings import Instruments, list_instruments
from engine.exchange.generator.noise import BLOCK_HOURS, BoolArray, FloatArray, IntArray
from engine.exchange.generator.prices import Prices
from engine.exchange.generator.venues import VENUES

_RATED_HOURS = 8
_SHORTER = 4
_SHORTEST = 1


@dataclass(frozen=True, slots=True)
class Funding:
    """One block of hours; arrays of shape (hours, swaps).

    Attributes:
        expected: The next payment as it is expected then, a ratio per interval.
        interval: Hours of the interval that the next payment ends.
        paid: What was paid at the hour; NaN where nothing was.
        paid_interval: Hours that the payment was for.
    """

    expected: FloatArray
    interval: FloatArray
    paid: FloatArray
    paid_interval: FloatArray

    def join(self, further: Funding) -> Funding:
        """The funding of these swaps and of further ones, side by side."""
        names = [each.name for each in fields(Funding)]
        return Funding(*(np.hstack([getattr(self, name), getattr(further, name)]) for name in names))


@dataclass(frozen=True, slots=True)
class _Terms:
    """How each swap pays; one entry for each."""

    usual: IntArray
    moves: BoolArray
    interest: FloatArray
    cap: FloatArray
    digits: FloatArray

    def rate(self, premium: FloatArray, interval: IntArray | FloatArray) -> FloatArray:
        """The rate of an interval at its mean premium: premium + clamp(interest - premium)."""
        free = premium + np.clip(self.interest - premium, -RATE_CLAMP, RATE_CLAMP)
        bounded = np.clip(free * (interval / _RATED_HOURS), -self.cap, self.cap)
        return np.rint(bounded * self.digits) / self.digits


def walk_funding(
    blocks: Iterable[tuple[Prices, FloatArray]],
) -> Iterator[tuple[Prices, FloatArray, Funding]]:
    """Funding beside prices and premiums, block after block.

    The premium of an hour is the mean of its beginning and its end; a payment is for the mean of the hours
    since the one before. Until it is due its expected rate is that of the hours so far: nothing that comes
    later is in it.
    """
    clock = FundingClock(list_instruments())
    for price, premium in blocks:
        yield price, premium, clock.run(price.first_hour, premium)


class FundingClock:
    """Where each swap stands in its interval, carried from block to block."""

    def __init__(self, instruments: Instruments) -> None:
        terms = _read_terms(instruments)
        self._terms = terms
        self._before: FloatArray | None = None
        self._interval = terms.usual.copy()
        self._total = np.zeros(terms.usual.size)
        self._count = np.zeros(terms.usual.size)
        self._calm = np.zeros(terms.usual.size, dtype=np.int64)

    def run(self, first_hour: int, premium: FloatArray) -> Funding:
        """The funding of the next block, from the premium of each swap at the end of each hour."""
        previous = np.vstack([premium[:1] if self._before is None else self._before, premium[:-1]])
        hourly = (previous + premium) / 2
        self._before = premium[-1:]
        expected, interval, paid, paid_interval = (np.full_like(hourly, np.nan) for _ in range(4))
        for row in range(BLOCK_HOURS):
            self._total += hourly[row]
            self._count += 1
            mean = self._total / self._count
            due = (first_hour + row) % self._interval == 0
            rate = self._terms.rate(mean, self._interval)
            paid[row, due] = rate[due]
            paid_interval[row] = self._interval
            self._adjust(first_hour + row, due, np.abs(rate))
            self._total[due] = 0
            self._count[due] = 0
            interval[row] = self._interval
            expected[row] = np.where(due, premium[row], mean)
        return Funding(self._terms.rate(expected, interval), interval, paid, paid_interval)

    def _adjust(self, hour: int, due: BoolArray, size: FloatArray) -> None:
        """Shorten the interval of what is paid at its bound, and lengthen it again after calm payments."""
        terms = self._terms
        self._calm = np.where(due, np.where(size <= CALM_RATE, self._calm + 1, 0), self._calm)
        judged = due & terms.moves
        self._interval[judged & (size >= terms.cap / 2) & (self._interval > _SHORTER)] = _SHORTER
        self._interval[judged & (size >= terms.cap)] = _SHORTEST
        calm = judged & (self._calm >= CALM_PAYMENTS) & (hour % terms.usual == 0)
        self._interval[calm] = terms.usual[calm]


def _read_terms(instruments: Instruments) -> _Terms:
    coins = list_coins()
    swaps = instruments.swaps
    listed = [(VENUES[instruments.venue[each]], coins[instruments.coin[each]]) for each in swaps]
    caps = [
        venue.cap
        or (
            CAP_OF_LARGEST
            if coin.turnover_musd >= LARGEST_TURNOVER_MUSD
            else CAP_BY_INTERVAL[coin.interval_hours]
        )
        for venue, coin in listed
    ]
    return _Terms(
        usual=np.array([venue.steady_hours or coin.interval_hours for venue, coin in listed]),
        moves=np.array([venue.steady_hours is None for venue, _ in listed]),
        interest=np.array(
            [0.0 if (venue.name, coin.base) in INTEREST_FREE else INTEREST for venue, coin in listed]
        ),
        cap=np.array(caps),
        digits=np.array([10.0**venue.decimals for venue, _ in listed]),
    )
