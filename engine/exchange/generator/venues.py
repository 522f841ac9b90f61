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
        kind: Spot, swap or future.
        quote: The coin that prices are in; a swap or future is settled in it too, unless it is inverse.
        taker_fee: A ratio.
        share: Turnover of a coin here, as a share of its largest swap's.
        least_musd: A coin is listed here if the turnover of its largest swap is at least this.
        inverse: Whether it is settled in the coin itself.
        multiplier: Coins in the unit that is traded.
        bases: The coins that are listed here; empty lists all that are large enough and that the venue has.
    """

    venue: str
    kind: Literal["spot", "swap", "future"]
    quote: str
    taker_fee: float
    share: float
    least_musd: float
    inverse: bool = False
    multiplier: int = 1
    bases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lender:
    """Where coins of spot markets can be borrowed.

    Attributes:
        venue: Name of the venue.
        quote: The coin that prices are in.
        least_musd: A coin is lent if the turnover of its largest swap is at least this.
        max_leverage: On what is borrowed.
    """

    venue: str
    quote: str
    least_musd: float
    max_leverage: float


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

FURTHER_BOARDS: tuple[Board, ...] = (
    Board("binance", "swap", "USD", 0.0005, 0.10, 400, inverse=True),
    Board("kucoin", "swap", "USD", 0.0006, 0.008, 1000, inverse=True),
    Board(
        *("coinbase", "swap", "USDC", 0.0040, 0.010, 0),
        multiplier=1000,
        bases=("PEPE", "SHIB", "BONK", "FLOKI"),
    ),
    Board("binance", "future", "USDT", 0.0005, 0.012, 3000),
    Board("binance", "future", "USD", 0.0005, 0.010, 1000, inverse=True),
    Board("kraken", "future", "USD", 0.0005, 0.003, 800),
    Board("kraken", "spot", "USD", 0.0020, 1.0, 0, bases=("USDT", "USDC")),
    Board("binance", "spot", "USDT", 0.0010, 1.0, 0, bases=("USDC",)),
)
"""What was added later, so that it is drawn from streams of its own; all shares are assumed. There are two
quarterly futures of each coin at a time."""

LENDERS: tuple[Lender, ...] = (
    Lender("binance", "USDT", 100, 5),
    Lender("kraken", "USD", 300, 5),
    Lender("bitfinex", "USD", 300, 5),
    Lender("kucoin", "USDT", 200, 5),
)
