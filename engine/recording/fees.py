"""What filling at once costs at each venue, for history that carries no account's own fees."""

from __future__ import annotations

import polars as pl

TAKER_FEES: dict[str, tuple[float, float]] = {
    "binance": (0.0010, 0.0005),
    "bybit": (0.0010, 0.00055),
    "gate": (0.0020, 0.0005),
    "hyperliquid": (0.0007, 0.00045),
    "kucoin": (0.0010, 0.0006),
    "okx": (0.0015, 0.0005),
}
"""Taker fee of each venue as a ratio: spot, swap. From each venue's published base tier, which a new
account pays; an account's own fees are lower with volume or a venue's coin. A venue that is not
listed has no known fee."""


def taker_fee() -> pl.Expr:
    """Taker fee of a quote by its `venue` and `kind`; null where no schedule is known."""
    spot = {venue: fees[0] for venue, fees in TAKER_FEES.items()}
    swap = {venue: fees[1] for venue, fees in TAKER_FEES.items()}
    venue = pl.col("venue")
    return (
        pl.when(pl.col("kind") == "spot")
        .then(venue.replace_strict(spot, default=None, return_dtype=pl.Float64))
        .when(pl.col("kind") == "swap")
        .then(venue.replace_strict(swap, default=None, return_dtype=pl.Float64))
    )
