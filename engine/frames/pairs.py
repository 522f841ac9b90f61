"""Pairs: one row is one candidate at one time, with a set of columns for each leg."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from engine.frames.columns import INSTANT
from engine.frames.form import Column, Form
from engine.model import Leg

LEG_TEXTS = ("venue", "base", "quote", "settle", "symbol", "status", "fee_coin")
LEG_NUMBERS = (
    "bid",
    "ask",
    "mark",
    "open",
    "close",
    "funding_rate",
    "funding_interval_hours",
    "volume_usd_24h",
    "taker_fee",
    "depth_usd",
    "listed_days",
    "hours_to_delisting",
    "age_s",
    "contract_size",
    "multiplier",
    "lot_step",
    "min_lots",
    "min_notional_usd",
    "expiry_days",
    "borrow_apr",
    "borrow_available_usd",
    "maintenance_rate",
    "max_leverage",
)
LEG_FLAGS = ("has_book", "inverse")


def validate_pairs(pairs: pl.DataFrame, legs: Iterable[Leg]) -> pl.DataFrame:
    """Give back pairs if they have what a book with these legs may ask for.

    Columns: `ts`, `pair` (its id), `venue`, `base`, `quote`, `step_s`, `quote_age_s`, and for each leg
    `<leg>_` followed by every name of `LEG_TEXTS`, `LEG_NUMBERS` and `LEG_FLAGS`; more columns may stand
    beside them. Prices are per coin of `<leg>_base`: times `<leg>_multiplier` they are what the venue quotes.

    Raises:
        pandera.errors.SchemaErrors: Every fault of form, listed.
    """
    return _describe_pairs(legs).validate(pairs)


def _describe_pairs(legs: Iterable[Leg]) -> Form:
    columns = {
        "ts": Column(INSTANT),
        **{name: Column(pl.String()) for name in ("pair", "venue", "base", "quote")},
        "step_s": Column(pl.Float64(), nullable=True, positive=True),
        "quote_age_s": Column(pl.Float64(), nullable=True),
    }
    for leg in legs:
        for name in LEG_TEXTS:
            columns[f"{leg.name}_{name}"] = Column(pl.String(), nullable=True)
        for name in LEG_NUMBERS:
            columns[f"{leg.name}_{name}"] = Column(pl.Float64(), nullable=True)
        for name in LEG_FLAGS:
            columns[f"{leg.name}_{name}"] = Column(pl.Boolean(), nullable=True)
    return Form("Pairs", columns, keys=("ts", "pair"))
