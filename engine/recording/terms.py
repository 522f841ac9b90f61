"""On which terms instruments of recorded bars are traded: bars do not tell, so that they are assumed here."""

from __future__ import annotations

import polars as pl

from engine.market.catalogue import NEVER

LOT_STEPS: dict[tuple[str, str, str], float] = {
    ("binance", "spot", "BTC"): 0.00001,
    ("binance", "spot", "ETH"): 0.0001,
    ("binance", "spot", "XRP"): 0.1,
    ("binance", "swap", "BTC"): 0.001,
    ("binance", "swap", "ETH"): 0.001,
    ("binance", "swap", "XRP"): 0.1,
    ("hyperliquid", "spot", "BTC"): 0.00001,
    ("hyperliquid", "spot", "ETH"): 0.0001,
    ("hyperliquid", "swap", "BTC"): 0.00001,
    ("hyperliquid", "swap", "ETH"): 0.0001,
}
"""Published smallest change of an amount by venue, kind and coin."""

OTHER_LOT_STEP = 0.000001
"""Of what is not listed: so fine that rounding does not show."""

MIN_NOTIONAL_USD = 10.0
"""The larger one of binance and hyperliquid."""

MAINTENANCE_RATE, MAX_LEVERAGE = 0.0125, 20.0
"""Above what most venues ask for BTC and ETH, and about what they ask for other coins."""

FEE_IN_BASE = ("binance", "bybit", "gate", "hyperliquid", "okx")
FEE_IN_QUOTE = ("kucoin",)
"""Venues by the coin in which they take the fee of a buy of spot; that of others is unknown."""


def assume_terms() -> dict[str, pl.Expr]:
    """The terms of a quote by its `venue`, `kind`, `base` and `settle`, named as in `engine.frames.quotes`.

    Amounts are counted in units of the symbol, whatever the venue's contracts are; those of a swap that is
    settled in its coin, in units of the quote coin. Nothing is lent, and nothing expires.
    """
    derivative = pl.col("kind") != "spot"
    inverse = pl.col("settle").is_not_null() & (pl.col("settle") == pl.col("base"))
    nothing = pl.lit(None, pl.Float64)
    return {
        "contract_size": pl.lit(1.0),
        "inverse": inverse,
        "lot_step": pl.when(inverse).then(1.0).otherwise(_find_lot_step()),
        "min_lots": pl.lit(1.0),
        "min_notional_usd": pl.lit(MIN_NOTIONAL_USD),
        "fee_coin": _find_fee_coin(derivative),
        "expiry_days": pl.lit(NEVER),
        "borrow_apr": nothing,
        "borrow_available_usd": nothing,
        "maintenance_rate": pl.when(derivative).then(MAINTENANCE_RATE),
        "max_leverage": pl.when(derivative).then(MAX_LEVERAGE),
    }


def _find_lot_step() -> pl.Expr:
    instrument = pl.concat_str("venue", "kind", "base", separator=" ")
    listed = {" ".join(key): step for key, step in LOT_STEPS.items()}
    return instrument.replace_strict(listed, default=OTHER_LOT_STEP, return_dtype=pl.Float64)


def _find_fee_coin(derivative: pl.Expr) -> pl.Expr:
    in_quote = derivative | pl.col("venue").is_in(FEE_IN_QUOTE)
    in_base = pl.col("venue").is_in(FEE_IN_BASE)
    return pl.when(in_quote).then(pl.lit("quote")).when(in_base).then(pl.lit("base"))
