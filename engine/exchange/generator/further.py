"""What the further instruments trade above their coins, what they pay, and what borrowing costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from engine.exchange.generator.coins import CURRENCIES
from engine.exchange.generator.expiries import find_contracts
from engine.exchange.generator.figures import (
    BORROW_APR,
    BORROW_LOG_APR,
    BORROW_SHARE,
    FURTHER_PREMIUM,
    FUTURE_APR,
    FUTURE_APR_PARTS,
    FUTURE_NOISE,
)
from engine.exchange.generator.funding import Funding, FundingClock
from engine.exchange.generator.listings import (
    Instruments,
    list_further,
    list_instruments,
    list_lent,
)
from engine.exchange.generator.noise import (
    BLOCK_HOURS,
    FloatArray,
    IntArray,
    Purpose,
    Reverting,
    join,
    open_stream,
    revert,
)
from engine.exchange.generator.prices import Prices

_HOURS_A_YEAR = 8760


@dataclass(frozen=True, slots=True)
class Further:
    """One block of hours; rows are hours.

    Attributes:
        premium: Of each swap and future of `list_further`, a ratio.
        funding: Of its swaps.
        borrow_apr: Of each spot market of `list_lent`.
        borrow_usd: What is to be borrowed there.
    """

    premium: FloatArray
    funding: Funding
    borrow_apr: FloatArray
    borrow_usd: FloatArray


def walk_further(
    seed: int, origin: datetime, blocks: Iterable[tuple[Prices, FloatArray, Funding]]
) -> Iterator[tuple[Prices, FloatArray, Funding, Further]]:
    """The further instruments beside the first ones, block after block.

    A swap has the premium of its coin's first swap, and a part of its own. A future's premium is a rate a
    year, times the time that is left until its expiry, and noise. Borrowing costs what is usual for the size
    of its coin, times a factor that wanders.
    """
    further = list_further()
    clock = FundingClock(further)
    siblings = _find_siblings(further)
    levels = _describe_levels(further)
    level = levels.draw_start(open_stream(seed, Purpose.START, Purpose.FURTHER))
    for block, (prices, premium, funding) in enumerate(blocks):
        stream = open_stream(seed, Purpose.FURTHER, block)
        path = levels.follow(level, stream.standard_normal((BLOCK_HOURS, level.size)))
        level = path[-1]
        swaps, futures = further.swaps.size, further.futures.size
        bounds = np.cumsum([swaps, 1, futures, futures])
        own, common, tenor, noise, lent = np.split(path, bounds, axis=1)
        of_swaps = premium[:, siblings] + own
        hours = prices.first_hour + np.arange(BLOCK_HOURS)
        of_futures = (FUTURE_APR + common + tenor) * _measure_years(origin, hours, further) + noise
        more = Further(
            _place(further, of_swaps, of_futures),
            clock.run(prices.first_hour, of_swaps),
            np.round(_find_usual_aprs() * np.exp(lent - BORROW_LOG_APR[1] ** 2 / 2), 6),
            np.rint(BORROW_SHARE * list_instruments().turnover[list_lent().number] * np.exp(-lent)),
        )
        yield prices, premium, funding, more


def add_currencies(prices: Prices) -> Prices:
    """Prices of coins, and behind them those of `CURRENCIES`."""
    usual = np.ones((len(prices.usd), len(CURRENCIES)))
    return replace(
        prices,
        usd=np.hstack([prices.usd, prices.quote_usd[:, 1:]]),
        activity=np.hstack([prices.activity, usual]),
    )


def _describe_levels(further: Instruments) -> Reverting:
    swaps, futures = further.swaps.size, further.futures.size
    shared, own = FUTURE_APR_PARTS
    return join(
        revert(*FURTHER_PREMIUM, swaps),
        revert(*shared, 1),
        revert(*own, futures),
        revert(*FUTURE_NOISE, futures),
        revert(*BORROW_LOG_APR, list_lent().number.size),
    )


def _find_siblings(further: Instruments) -> IntArray:
    """For each further swap the place, among the first swaps, of the first one of its coin."""
    first = list_instruments()
    coins = first.coin[first.swaps]
    return np.array([int(np.argmax(coins == coin)) for coin in further.coin[further.swaps]])


def _measure_years(origin: datetime, hours: IntArray, further: Instruments) -> FloatArray:
    """Time to the expiry of each future."""
    left = find_contracts(origin, hours).expiry - hours[:, None]
    years: FloatArray = left[:, further.slot[further.futures]] / _HOURS_A_YEAR
    return years


def _place(further: Instruments, of_swaps: FloatArray, of_futures: FloatArray) -> FloatArray:
    """Premiums of swaps and futures in the order of the instruments."""
    premium = np.zeros((len(of_swaps), further.coin.size))
    premium[:, further.swaps], premium[:, further.futures] = of_swaps, of_futures
    return premium[:, further.derivatives]


def _find_usual_aprs() -> FloatArray:
    size = list_instruments().size_musd[list_lent().number]
    least, aprs = zip(*BORROW_APR, strict=True)
    usual: FloatArray = np.select([size >= bound for bound in least], aprs)
    return usual
