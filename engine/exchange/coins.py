"""What the generated market trades: venues and coins, with the size each has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Venue:
    """A made-up exchange; fees are ratios."""

    name: str
    spot_taker_fee: float
    swap_taker_fee: float
    share: float
    """Its turnover as a share of the largest venue's."""


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin as the generator starts it.

    Attributes:
        base: Its name.
        price: First price in USDT.
        turnover_usd: Swap turnover in 24 hours at the largest venue.
        spread: Distance of ask and bid there, a ratio of the price.
        premium: Level that its swap's premium reverts to, a ratio. Between -0.04 % and 0.06 % the
            funding is at its neutral 0.01 % per 8 hours.
        listed_days: Days since it was listed when the warm-up begins.
    """

    base: str
    price: float
    turnover_usd: float
    spread: float
    premium: float
    listed_days: float


VENUES: tuple[Venue, ...] = (
    Venue("aster", 0.0010, 0.0005, 1.0),
    Venue("boreal", 0.0020, 0.0006, 0.4),
    Venue("cobalt", 0.0026, 0.0005, 0.15),
)

COINS: tuple[Coin, ...] = (
    Coin("BTC", 64_000.0, 12e9, 0.00002, 0.0000, 2400.0),
    Coin("ETH", 3_100.0, 7e9, 0.00003, 0.0001, 2400.0),
    Coin("SOL", 150.0, 2.5e9, 0.00008, 0.0005, 1200.0),
    Coin("XRP", 0.55, 9e8, 0.00012, -0.0002, 2300.0),
    Coin("DOGE", 0.13, 9e8, 0.00012, 0.0008, 1700.0),
    Coin("LINK", 14.5, 3e8, 0.00020, -0.0003, 1900.0),
    Coin("AVAX", 28.0, 2.5e8, 0.00025, -0.0003, 1300.0),
    Coin("ADA", 0.42, 2.5e8, 0.00025, -0.0004, 2200.0),
    Coin("DOT", 6.1, 1.3e8, 0.00030, -0.0005, 1400.0),
    Coin("LTC", 72.0, 1.8e8, 0.00025, -0.0004, 2400.0),
    Coin("NEAR", 5.2, 1.4e8, 0.00030, 0.0002, 1200.0),
    Coin("ARB", 0.75, 1.1e8, 0.00040, -0.0004, 480.0),
    Coin("SUI", 1.6, 5e8, 0.00020, 0.0009, 420.0),
    Coin("TIA", 6.5, 9e7, 0.00050, -0.0007, 250.0),
    Coin("WISP", 0.021, 2e7, 0.00120, 0.0012, 20.0),
)
