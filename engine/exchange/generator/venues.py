"""Where the made market trades: venues, and what each lists of a coin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Venue:
    """An exchange.

    Attributes:
        name: Its short name.
        letter: How the catalogue of coins abbreviates it.
        steady_hours: Interval of funding of all its swaps; None takes that of the coin, and shortens it
            for a time when a rate meets its bound.
        decimals: Decimals of a published funding rate.
        cap: Bound of a rate per interval; None takes that of the coin.
        premium: What its swaps trade above those of other venues, in bp.
    """

    name: str
    letter: str
    steady_hours: int | None
    decimals: int
    cap: float | None
    premium: float


@dataclass(frozen=True, slots=True)
class Board:
    """What a venue lists in one kind and quote coin.

    Attributes:
        venue: Name of the venue.
        kind: Spot or swap.
        quote: The coin that prices are in; a swap is settled in it too.
        taker_fee: A ratio.
        share: Turnover of a coin here, as a share of its largest swap's.
        least_musd: A coin is listed here if the turnover of its largest swap is at least this.
    """

    venue: str
    kind: Literal["spot", "swap"]
    quote: str
    taker_fee: float
    share: float
    least_musd: float


VENUES: tuple[Venue, ...] = (
    Venue("binance", "b", None, 8, None, 0.0),
    Venue("coinbase", "c", 1, 6, 0.005, 0.3),
    Venue("kraken", "k", 1, 9, 0.0025, 0.0),
    Venue("bitfinex", "f", 8, 8, 0.0025, 0.2),
    Venue("kucoin", "u", None, 6, None, 0.4),
)
"""Decimals of binance and kucoin as measured; the premium of kucoin above binance was 0.4 to 0.6 bp (BTC,
ETH, 2023). Caps of coinbase, kraken and bitfinex and the other numbers are assumed."""

BOARDS: tuple[Board, ...] = (
    Board("binance", "spot", "USDT", 0.0010, 0.165, 0),
    Board("binance", "spot", "USDC", 0.0010, 0.025, 150),
    Board("binance", "swap", "USDT", 0.0005, 1.0, 0),
    Board("binance", "swap", "USDC", 0.0005, 0.09, 150),
    Board("coinbase", "spot", "USD", 0.0120, 0.065, 25),
    Board("coinbase", "spot", "USDC", 0.0120, 0.020, 150),
    Board("coinbase", "swap", "USDC", 0.0040, 0.012, 60),
    Board("kraken", "spot", "USD", 0.0040, 0.022, 35),
    Board("kraken", "swap", "USD", 0.0005, 0.008, 55),
    Board("bitfinex", "spot", "USD", 0.0020, 0.008, 80),
    Board("bitfinex", "spot", "USDT", 0.0020, 0.003, 100),
    Board("bitfinex", "swap", "USDT", 0.00065, 0.006, 100),
    Board("kucoin", "spot", "USDT", 0.0010, 0.020, 12),
    Board("kucoin", "swap", "USDT", 0.0006, 0.070, 20),
)
"""Fees are published base tiers. Spot at binance turned over 0.165 of its swap (median of 12 coins, May and
June 2025, measured); the other shares are assumed."""
