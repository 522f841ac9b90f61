"""The coins of the made market, from a table beside this file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin as it is when the market begins.

    Attributes:
        base: Its name.
        price: In USD.
        turnover_musd: Turnover of its swap at the largest venue in 24 hours, in millions of USD.
        volatility: Of daily returns, a year.
        correlation: Of daily returns with those of BTC.
        age_days: Days since its first listing; 0 is listed later, at a time that the seed decides.
        interval_hours: Usual interval of funding at venues where it differs by coin.
        spot: Letters of the venues with a spot market.
        swap: Letters of the venues with a swap.
    """

    base: str
    price: float
    turnover_musd: float
    volatility: float
    correlation: float
    age_days: float
    interval_hours: int
    spot: str
    swap: str


@cache
def list_coins() -> tuple[Coin, ...]:
    """Every coin, in the order of the table."""
    text = files(__package__).joinpath("coins.csv").read_text(encoding="utf-8")
    return tuple(_read_coin(row) for row in csv.DictReader(text.splitlines()))


CURRENCIES = (
    Coin("USDT", 1.0, 0.0, 0.0, 0.0, 2500, 8, "bckfu", ""),
    Coin("USDC", 1.0, 0.0, 0.0, 0.0, 2000, 8, "bckfu", ""),
)
"""Coins that others are priced in, where they are traded themselves; they stand behind `list_coins`."""


def _read_coin(row: dict[str, str]) -> Coin:
    return Coin(
        base=row["base"],
        price=float(row["price"]),
        turnover_musd=float(row["turnover_musd"]),
        volatility=float(row["volatility"]),
        correlation=float(row["correlation"]),
        age_days=float(row["age_days"]),
        interval_hours=int(row["interval_hours"]),
        spot=row["spot"],
        swap=row["swap"],
    )
