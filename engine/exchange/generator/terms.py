"""On which terms instruments are traded: contracts, smallest amounts, margin. All of it is assumed.

The figures are near those that the venues publish; a step is worth a round sum at the price with which the
market begins, and stays as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import polars as pl

from engine.exchange.generator.figures import LARGE_TURNOVER_MUSD, LARGEST_TURNOVER_MUSD
from engine.exchange.generator.listings import list_all, list_instruments, list_lent


@dataclass(frozen=True, slots=True)
class Counting:
    """How a venue counts amounts of one kind.

    Attributes:
        step_usd: A step, or a contract, is worth at most this, taken down to a power of ten of units.
        step_of_largest_usd: The same of the largest coins.
        least_usd: The least order is worth about this, in steps.
        min_notional_usd: The least order as a sum.
        contracts: Whether amounts are counted in contracts.
        fee_coin: Coin in which the fee of a buy is taken.
    """

    step_usd: float
    step_of_largest_usd: float
    least_usd: float
    min_notional_usd: float
    contracts: bool = False
    fee_coin: str = "quote"


_FINE = 1e-6

COUNTING: dict[tuple[str, str], Counting] = {
    ("binance", "spot"): Counting(1, 1, 0, 5, fee_coin="base"),
    ("binance", "swap"): Counting(5, 100, 0, 5),
    ("binance", "future"): Counting(5, 100, 0, 5),
    ("coinbase", "spot"): Counting(_FINE, 0.001, 0, 1),
    ("coinbase", "swap"): Counting(10, 10, 0, 10),
    ("kraken", "spot"): Counting(_FINE, 0.001, 5, 0.5),
    ("kraken", "swap"): Counting(10, 10, 0, 0),
    ("kraken", "future"): Counting(10, 10, 0, 0),
    ("bitfinex", "spot"): Counting(_FINE, 0.001, 5, 0, fee_coin="base"),
    ("bitfinex", "swap"): Counting(_FINE, 0.001, 5, 0),
    ("kucoin", "spot"): Counting(0.1, 0.001, 1, 0.1),
    ("kucoin", "swap"): Counting(100, 100, 0, 0, contracts=True),
}

INVERSE_USD = {"binance": 10.0, "kucoin": 1.0}
INVERSE_OF_LARGEST_USD = {"binance": 100.0, "kucoin": 1.0}
"""Face value of an inverse contract."""

LEVERAGE_BY_SIZE = (
    (LARGEST_TURNOVER_MUSD, 0.004, 125.0),
    (LARGE_TURNOVER_MUSD, 0.01, 75.0),
    (0.0, 0.025, 25.0),
)
LEVERAGE_BY_VENUE = {"coinbase": (0.05, 10.0), "kraken": (0.01, 50.0)}
"""Margin to keep and largest leverage, by the turnover from which they hold, and what a venue asks for."""

BORROWED_MAINTENANCE = 0.10


@cache
def list_terms() -> pl.DataFrame:
    """The terms of every instrument of `list_all`, and behind them those of `list_lent`.

    Columns: `contract_size`, `inverse`, `multiplier`, `lot_step`, `min_lots`, `min_notional_usd`, `fee_coin`,
    `maintenance_rate`, `max_leverage`, as in `engine.frames.quotes`.
    """
    everything = list_all()
    rows = [
        _describe(*each)
        for each in zip(
            *(everything.names["venue"], everything.names["kind"], everything.price.tolist()),
            *(everything.size_musd.tolist(), everything.inverse.tolist(), everything.multiplier.tolist()),
            strict=True,
        )
    ]
    lent = list_lent()
    borrowed = [
        rows[number] | {"maintenance_rate": BORROWED_MAINTENANCE, "max_leverage": leverage}
        for number, leverage in zip(lent.number.tolist(), lent.max_leverage.tolist(), strict=True)
    ]
    return pl.DataFrame([*rows, *borrowed], infer_schema_length=None)


def list_identities() -> pl.DataFrame:
    """The names of every instrument of `list_all`, and behind them those of `list_lent`, as kind `margin`."""
    lent = list_instruments().names[list_lent().number].with_columns(kind=pl.lit("margin"))
    return pl.concat([list_all().names, lent])


def _describe(
    venue: str, kind: str, price: float, size_musd: float, inverse: bool, multiplier: float
) -> dict[str, float | str | bool | None]:
    counting = COUNTING[venue, kind]
    largest = size_musd >= LARGEST_TURNOVER_MUSD
    worth = counting.step_of_largest_usd if largest else counting.step_usd
    exponent = math.floor(math.log10(worth / price))
    step = float(f"1e{exponent}")
    face = (INVERSE_OF_LARGEST_USD if largest else INVERSE_USD).get(venue, 1.0)
    contracts = counting.contracts or inverse
    least = math.floor(math.log10(counting.least_usd / price)) if counting.least_usd else exponent
    rate, leverage = _find_leverage(venue, size_musd) if kind != "spot" else (None, None)
    return {
        "contract_size": face if inverse else step if contracts else 1.0,
        "inverse": inverse,
        "multiplier": multiplier,
        "lot_step": 1.0 if contracts else step,
        "min_lots": 1.0 if contracts else float(10 ** max(0, least - exponent)),
        "min_notional_usd": float(counting.min_notional_usd),
        "fee_coin": counting.fee_coin,
        "maintenance_rate": rate,
        "max_leverage": leverage,
    }


def _find_leverage(venue: str, size_musd: float) -> tuple[float, float]:
    rate, leverage = next((rate, most) for least, rate, most in LEVERAGE_BY_SIZE if size_musd >= least)
    least_rate, most = LEVERAGE_BY_VENUE.get(venue, (0.0, leverage))
    return max(rate, least_rate), min(leverage, most)
