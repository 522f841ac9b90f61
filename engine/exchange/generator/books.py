"""The top of every order book, and what lies behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.exchange.generator.figures import (
    ALT,
    DEPTH_POWER,
    DEPTH_SHARE,
    DEPTH_SPREAD,
    DIGITS,
    DIGITS_OF_LARGEST,
    LARGE,
    LARGE_TURNOVER_MUSD,
    LARGEST_TURNOVER_MUSD,
    MIDDLE_NOISE,
    RECORDED_TURNOVER,
    SPREAD_AT_RECORD,
    SPREAD_POWER,
    SPREAD_SPREAD,
)
from engine.exchange.generator.listings import Instruments
from engine.exchange.generator.noise import FloatArray
from engine.exchange.generator.prices import QUOTES, Prices


@dataclass(frozen=True, slots=True)
class Books:
    """One block of hours; arrays of shape (hours, instruments).

    Attributes:
        bid: Best bid.
        ask: Best ask, above it.
        mark: Price of margin and funding; the middle of a spot market.
        volume: Turnover in 24 hours, USD.
        depth: Offers within 10 bps, USD.
    """

    bid: FloatArray
    ask: FloatArray
    mark: FloatArray
    volume: FloatArray
    depth: FloatArray


def draw_books(
    stream: np.random.Generator, instruments: Instruments, prices: Prices, premium: FloatArray
) -> Books:
    """Every book at every hour of a block, listed yet or not.

    The middle is the price of the unit in the quote coin, for a swap or future with its premium, and noise;
    spread and depth are powers of turnover. Prices lie on a grid of ticks.

    Args:
        stream: Numbers for these books.
        instruments: Whose books are wanted.
        prices: Of coins, and of currencies behind them where an instrument is of one.
        premium: Of each swap and future.
    """
    noise, wide, deep = stream.standard_normal((3, len(premium), instruments.coin.size))
    fair = _price_fairly(instruments, prices)
    swaps = instruments.derivatives
    index = fair[:, swaps]
    fair[:, swaps] = index * (1 + premium - _find_gaps(instruments)[swaps])
    usual = _find_spreads(instruments)
    middle = fair * (1 + (MIDDLE_NOISE + usual / 2) * noise)
    mark = middle.copy()
    mark[:, swaps] = index * (1 + premium)
    half = usual / 2 * np.exp(SPREAD_SPREAD * wide)
    ticks = _count_ticks(instruments, prices)
    low = np.floor(middle * (1 - half) * ticks)
    high = np.maximum(np.ceil(middle * (1 + half) * ticks), low + 1)
    volume = np.rint(instruments.turnover * prices.activity[:, instruments.coin])
    depth = _measure_depth(instruments, volume) * np.exp(DEPTH_SPREAD * deep)
    return Books(low / ticks, high / ticks, np.rint(mark * ticks) / ticks, volume, np.rint(depth))


def _price_fairly(instruments: Instruments, prices: Prices) -> FloatArray:
    """Price of each instrument's unit in its quote coin."""
    quote = np.array([QUOTES.index(name) for name in instruments.names["quote"]])
    fair: FloatArray = prices.usd[:, instruments.coin] / prices.quote_usd[:, quote] * instruments.multiplier
    return fair


def _find_gaps(instruments: Instruments) -> FloatArray:
    large = instruments.size_musd >= LARGE_TURNOVER_MUSD
    gaps: FloatArray = np.where(large, LARGE.gap_bp, ALT.gap_bp) / 1e4
    return gaps


def _find_spreads(instruments: Instruments) -> FloatArray:
    recorded, spread = (
        _take_by_kind(instruments, RECORDED_TURNOVER),
        _take_by_kind(instruments, SPREAD_AT_RECORD),
    )
    spreads: FloatArray = spread * (instruments.turnover / recorded) ** -SPREAD_POWER
    return spreads


def _count_ticks(instruments: Instruments, prices: Prices) -> FloatArray:
    """Ticks in a price of 1: a power of ten, so that prices have the same number of digits at any height."""
    large = instruments.size_musd >= LARGEST_TURNOVER_MUSD
    digits = np.where(large, _take_by_kind(instruments, DIGITS_OF_LARGEST), DIGITS)
    height = np.floor(np.log10(prices.usd))[:, instruments.coin] + np.log10(instruments.multiplier)
    ticks: FloatArray = np.power(10.0, digits - 1 - height)
    return ticks


def _measure_depth(instruments: Instruments, volume: FloatArray) -> FloatArray:
    recorded, share = _take_by_kind(instruments, RECORDED_TURNOVER), _take_by_kind(instruments, DEPTH_SHARE)
    depth: FloatArray = share * recorded * (volume / recorded) ** DEPTH_POWER
    return depth


def _take_by_kind(instruments: Instruments, figures: Mapping[str, float]) -> FloatArray:
    taken: FloatArray = np.where(instruments.swap | (instruments.slot >= 0), figures["swap"], figures["spot"])
    return taken
