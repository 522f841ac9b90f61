"""How far each swap trades above or below its coin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from engine.exchange.generator.coins import list_coins
from engine.exchange.generator.figures import (
    ALT,
    LARGE,
    LARGE_TURNOVER_MUSD,
    MARKET_PULL,
    PREMIUM_HOURS,
    QUANTILE_LEVELS,
    SPIKE_HOURS,
    SPIKE_LEAST_BP,
    SPIKE_MOST_BP,
    SPIKE_NEGATIVE_SHARE,
    SPIKE_TAIL,
    SPIKES_A_YEAR,
    PremiumClass,
)
from engine.exchange.generator.listings import list_instruments
from engine.exchange.generator.noise import (
    BLOCK_HOURS,
    BoolArray,
    FloatArray,
    IntArray,
    Purpose,
    Reverting,
    join,
    open_stream,
    revert,
)
from engine.exchange.generator.prices import Prices
from engine.exchange.generator.venues import VENUES

_MOVED_BY_PRICES = 0


@dataclass(frozen=True, slots=True)
class _Swaps:
    """What is fixed of each swap; one entry for each.

    Attributes:
        coin: Index of its coin.
        large: Whether its coin is a large one.
        tilt: What its coin is above others in the long run, in deviations.
        reach: How much of its coin's spikes it follows.
        venue_bp: What its venue is above others.
    """

    coin: IntArray
    large: BoolArray
    tilt: FloatArray
    reach: FloatArray
    venue_bp: FloatArray


def walk_premiums(seed: int, prices: Iterable[Prices]) -> Iterator[tuple[Prices, FloatArray]]:
    """The premium of each swap beside the prices, block after block; ratios of shape (hours, swaps).

    The premium is a rising function of a level of variance 1, so that its distribution is the measured
    one: the level adds a part of the whole market, slow and pushed by prices, and parts of the
    coin and the venue. To it come noise, and now and then a spike that is left within days.
    """
    coins = len(list_coins())
    swaps = _draw_swaps(seed)
    levels = _describe_levels(coins, swaps.coin.size)
    spikes = revert(SPIKE_HOURS, (1 - np.exp(-2 / SPIKE_HOURS)) ** -0.5, coins)
    level = levels.draw_start(open_stream(seed, Purpose.START, Purpose.PREMIUM))
    spike = np.zeros(coins)
    for block, price in enumerate(prices):
        stream = open_stream(seed, Purpose.PREMIUM, block)
        pushes = stream.standard_normal((BLOCK_HOURS, level.size))
        pushes[:, _MOVED_BY_PRICES] *= np.sqrt(1 - MARKET_PULL**2)
        pushes[:, _MOVED_BY_PRICES] += MARKET_PULL * price.shock
        path = levels.follow(level, pushes)
        level = path[-1]
        spike_path = spikes.follow(spike, _draw_spikes(open_stream(seed, Purpose.SPIKE, block), coins))
        spike = spike_path[-1]
        yield price, _compose_premiums(swaps, path, spike_path, coins) / 1e4


def _draw_swaps(seed: int) -> _Swaps:
    stream = open_stream(seed, Purpose.START, Purpose.SPIKE)
    coins, instruments = list_coins(), list_instruments()
    coin = instruments.coin[instruments.swaps]
    large = np.array([each.turnover_musd >= LARGE_TURNOVER_MUSD for each in coins])
    tilt = stream.standard_normal(len(coins)) * np.where(large, LARGE.tilt, ALT.tilt)
    venue = np.array([each.premium for each in VENUES])[instruments.venue[instruments.swaps]]
    reach = stream.uniform(0.5, 1.0, coin.size) * np.where(large[coin], LARGE.spikes, ALT.spikes)
    return _Swaps(coin, large[coin], tilt[coin], reach, venue)


def _describe_levels(coins: int, swaps: int) -> Reverting:
    slow, quick, own_slow, own_quick, venue, noise = PREMIUM_HOURS
    return join(
        revert(slow, 1, 1),
        revert(quick, 1, 1),
        revert(own_slow, 1, coins),
        revert(own_quick, 1, coins),
        revert(venue, 1, swaps),
        revert(noise, 1, swaps),
    )


def _draw_spikes(stream: np.random.Generator, coins: int) -> FloatArray:
    """Sudden pushes in bp, almost all of them 0; sizes fall off as a power."""
    shape = (BLOCK_HOURS, coins)
    happens = stream.random(shape) < SPIKES_A_YEAR / 8760
    count = np.count_nonzero(happens)
    size = np.minimum(SPIKE_LEAST_BP * (1 + stream.pareto(SPIKE_TAIL, count)), SPIKE_MOST_BP)
    pushes = np.zeros(shape)
    pushes[happens] = size * np.where(stream.random(count) < SPIKE_NEGATIVE_SHARE, -1, 1)
    return pushes


def _compose_premiums(swaps: _Swaps, path: FloatArray, spikes: FloatArray, coins: int) -> FloatArray:
    bounds = np.cumsum([1, 1, coins, coins, swaps.coin.size])
    slow, quick, own_slow, own_quick, venue, noise = np.split(path, bounds, axis=1)
    premium = np.empty_like(noise)
    for each, members in ((LARGE, swaps.large), (ALT, ~swaps.large)):
        coin = swaps.coin[members]
        weights = np.sqrt(each.shares)
        level = (
            weights[0] * slow
            + weights[1] * quick
            + weights[2] * own_slow[:, coin]
            + weights[3] * own_quick[:, coin]
            + each.venue * venue[:, members]
            + swaps.tilt[members]
        )
        level /= np.sqrt(1 + each.venue**2 + each.tilt**2)
        premium[:, members] = _place(level, each) + each.noise_bp * noise[:, members]
    premium += swaps.reach * spikes[:, swaps.coin] + swaps.venue_bp
    return premium


def _place(level: FloatArray, each: PremiumClass) -> FloatArray:
    """The premium in bp at a level of variance 1."""
    knots = [NormalDist().inv_cdf(share) for share in QUANTILE_LEVELS]
    return np.interp(level, knots, each.quantiles_bp)
