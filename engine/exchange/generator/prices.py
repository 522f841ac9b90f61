"""Prices of coins in USD, and how much is going on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.exchange.generator.coins import Coin, list_coins
from engine.exchange.generator.figures import (
    ALTS_SHARE,
    COIN_FREEDOM,
    COIN_LOG_TURNOVER,
    COIN_LOG_VOLATILITY,
    HOUR_VOLATILITY,
    LARGEST_TURNOVER_MUSD,
    MARKET_FREEDOM,
    MARKET_LOG_TURNOVER,
    MARKET_LOG_VOLATILITY,
    QUICK_TURNOVER,
    QUOTE_LOG_RATES,
    TURNOVER_OF_LARGEST,
    WEEKDAY_TURNOVER,
    WEEKDAY_VOLATILITY,
)
from engine.exchange.generator.noise import (
    BLOCK_HOURS,
    FloatArray,
    IntArray,
    Purpose,
    Reverting,
    draw_heavy,
    join,
    open_stream,
    revert,
)

QUOTES = ("USD", "USDT", "USDC")
_HOURS_A_YEAR = 8760


@dataclass(frozen=True, slots=True)
class Prices:
    """One block of hours; arrays of shape (hours, coins) unless told otherwise.

    Attributes:
        first_hour: Hours from the origin to the first.
        usd: Price in USD.
        quote_usd: What a coin of `QUOTES` is worth in USD, shape (hours, quotes).
        activity: Turnover as a multiple of the usual.
        shock: What pushed the whole market, of variance 1, shape (hours,).
    """

    first_hour: int
    usd: FloatArray
    quote_usd: FloatArray
    activity: FloatArray
    shock: FloatArray


@dataclass(frozen=True, slots=True)
class _Levels:
    """Logarithms; those of volatility with slow and quick parts added."""

    market: FloatArray
    alts: FloatArray
    coins: FloatArray
    activity: FloatArray
    quotes: FloatArray


def walk_prices(seed: int, first_weekday: int) -> Iterator[Prices]:
    """Prices from the origin on, block after block, without end.

    A return is a part that all coins share with BTC, a part that all others share, and a part of its own.
    Each part is heavy-tailed (Student's t) times a volatility that wanders: quickly, slowly and with the day
    of the week.

    Args:
        seed: Decides everything.
        first_weekday: Weekday of the origin, Monday is 0.
    """
    coins = list_coins()
    levels = _describe_levels(len(coins))
    level = levels.draw_start(open_stream(seed, Purpose.START, Purpose.PRICE))
    log_price = np.log([coin.price for coin in coins])
    block = 0
    while True:
        stream = open_stream(seed, Purpose.PRICE, block)
        path = levels.follow(level, stream.standard_normal((BLOCK_HOURS, level.size)))
        level = path[-1]
        wandering = _split_levels(path, len(coins))
        hours = block * BLOCK_HOURS + np.arange(BLOCK_HOURS)
        season = _find_season(hours, first_weekday)
        market = draw_heavy(stream, MARKET_FREEDOM, (BLOCK_HOURS, 2))
        own = draw_heavy(stream, COIN_FREEDOM, (BLOCK_HOURS, len(coins)))
        returns = _compose_returns(wandering, season, market, own)
        logs = log_price + np.cumsum(returns, axis=0)
        log_price = logs[-1]
        yield Prices(
            first_hour=block * BLOCK_HOURS,
            usd=np.exp(logs),
            quote_usd=np.exp(wandering.quotes),
            activity=_compose_activity(wandering, hours, first_weekday),
            shock=market[:, 0],
        )
        block += 1


def _describe_levels(coins: int) -> Reverting:
    return join(
        *(revert(hours, spread, 2) for hours, spread in MARKET_LOG_VOLATILITY),
        *(revert(hours, spread, coins) for hours, spread in COIN_LOG_VOLATILITY),
        revert(*COIN_LOG_TURNOVER, coins),
        revert(*MARKET_LOG_TURNOVER, 1),
        *(revert(hours, spread, 1) for hours, spread in QUOTE_LOG_RATES),
    )


def _split_levels(path: FloatArray, coins: int) -> _Levels:
    bounds = np.cumsum([2, 2, coins, coins, coins, 1])
    slow, quick, own_slow, own_quick, own_turnover, turnover, quotes = np.split(path, bounds, axis=1)
    market, own = slow + quick, own_slow + own_quick
    alone = np.array([_go_alone(coin) for coin in list_coins()])
    volatility = slow[:, :1] + alone * own_slow + QUICK_TURNOVER * (quick[:, :1] + alone * own_quick)
    busy = volatility + alone * own_turnover + turnover
    dollar = np.zeros((len(path), 1))
    return _Levels(market[:, :1], market[:, 1:], own, busy, np.hstack([dollar, quotes]))


def _go_alone(coin: Coin) -> float:
    """How far a coin's turnover moves by itself."""
    if coin.correlation == 1:
        return 0.0
    return TURNOVER_OF_LARGEST if coin.turnover_musd >= LARGEST_TURNOVER_MUSD else 1.0


def _compose_returns(levels: _Levels, season: FloatArray, market: FloatArray, own: FloatArray) -> FloatArray:
    coins = list_coins()
    hourly = np.array([coin.volatility for coin in coins]) / np.sqrt(_HOURS_A_YEAR)
    correlation = np.array([coin.correlation for coin in coins])
    rest = hourly * np.sqrt(1 - correlation**2)
    parts = (
        hourly * correlation * _scale(levels.market, MARKET_LOG_VOLATILITY) * market[:, :1]
        + rest * np.sqrt(ALTS_SHARE) * _scale(levels.alts, MARKET_LOG_VOLATILITY) * market[:, 1:]
        + rest * np.sqrt(1 - ALTS_SHARE) * _scale(levels.coins, COIN_LOG_VOLATILITY) * own
    )
    returns: FloatArray = parts * season[:, None]
    return returns


def _find_season(hours: IntArray, first_weekday: int) -> FloatArray:
    """Volatility by weekday and hour of the day, of mean square 1."""
    week = np.outer(WEEKDAY_VOLATILITY, HOUR_VOLATILITY).ravel()
    season: FloatArray = week[(first_weekday * 24 + hours) % week.size] / np.sqrt(np.mean(week**2))
    return season


def _scale(level: FloatArray, kinds: tuple[tuple[float, float], ...]) -> FloatArray:
    """Volatility of mean square 1."""
    variance = sum(spread**2 for _, spread in kinds)
    scale: FloatArray = np.exp(level - variance)
    return scale


def _compose_activity(levels: _Levels, hours: IntArray, first_weekday: int) -> FloatArray:
    """Turnover of the past 24 hours follows volatility one to one, and the days that they lie in."""
    daily = np.array(WEEKDAY_TURNOVER)
    today, part = np.divmod(first_weekday * 24 + hours, 24)
    week = np.log(daily[today % 7]) * part / 24 + np.log(daily[(today - 1) % 7]) * (1 - part / 24)
    activity: FloatArray = np.exp(levels.activity + week[:, None])
    return activity
