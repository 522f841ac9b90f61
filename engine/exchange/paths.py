"""Paths of prices and premiums, drawn so that a longer run only adds to a shorter one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.exchange.coins import COINS, VENUES

FloatArray = NDArray[np.float64]

FACTOR_STEP = 0.012
COIN_STEP = 0.015
PREMIUM_STEP = 0.0001
PREMIUM_MEMORY = 0.85
NEUTRAL_RATE = 0.0001
RATE_CLAMP = 0.0005
RATE_CAP = 0.0075
RATE_DECIMALS = 8
BASIS_MEAN = -0.0004
BASIS_STEP = 0.0004
MISSING_SHARE = 0.004
CROSSED_SHARE = 0.002


@dataclass(frozen=True, slots=True)
class Paths:
    """What happens at every step; arrays of shape (steps, venues, coins).

    Attributes:
        spot: Middle of the spot market.
        swap: Middle of the swap.
        rate: Funding settled at the step, a ratio per 8 hours.
        activity: Turnover and depth as a multiple of the usual.
        fault: Uniform draws of shape (steps, venues, coins, 2), one for each market, that decide
            which quotes are missing or crossed.
    """

    spot: FloatArray
    swap: FloatArray
    rate: FloatArray
    activity: FloatArray
    fault: FloatArray


def draw_paths(seed: int, steps: int) -> Paths:
    """Draw every path from one seed; the first steps do not depend on how many follow.

    Log prices follow a common factor and a part of their own. The premium of a swap reverts to its
    coin's level; funding is `premium + clamp(0.01 % - premium, +-0.05 %)`, the form that the large
    venues publish, so that most rates are the neutral one.
    """
    shape = (steps, len(VENUES), len(COINS))
    streams = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(6)]
    factor = FACTOR_STEP * streams[0].standard_normal((steps, 1))
    own = COIN_STEP * streams[1].standard_normal((steps, len(COINS)))
    first = np.array([coin.price for coin in COINS])
    middle = first * np.exp(np.cumsum(factor + own, axis=0))
    premium = _revert(PREMIUM_STEP * streams[2].standard_normal(shape))
    basis = BASIS_MEAN + premium / 2 + BASIS_STEP * streams[3].standard_normal(shape)
    spot = np.broadcast_to(middle[:, None, :], shape)
    free = premium + np.clip(NEUTRAL_RATE - premium, -RATE_CLAMP, RATE_CLAMP)
    rate: FloatArray = np.clip(free, -RATE_CAP, RATE_CAP).round(RATE_DECIMALS)
    return Paths(
        spot=spot,
        swap=spot * (1 + basis),
        rate=rate,
        activity=np.exp(0.3 * streams[4].standard_normal(shape)),
        fault=streams[5].random((*shape, 2)),
    )


def _revert(shocks: FloatArray) -> FloatArray:
    """Premiums that start at their coin's level and fall back to it after each shock."""
    level = np.array([coin.premium for coin in COINS])
    premium = np.empty_like(shocks)
    distance = np.zeros(shocks.shape[1:])
    for step, shock in enumerate(shocks):
        distance = PREMIUM_MEMORY * distance + shock
        premium[step] = level + distance
    return premium
