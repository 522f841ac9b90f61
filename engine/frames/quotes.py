"""Quotes: one row is one instrument at one time."""

from __future__ import annotations

import polars as pl

from engine.frames.columns import INSTANT
from engine.frames.form import Column, Form
from engine.model import KINDS

_IDENTITY: dict[str, pl.DataType] = {
    "ts": INSTANT,
    "venue": pl.String(),
    "symbol": pl.String(),
    "kind": pl.String(),
    "base": pl.String(),
    "quote": pl.String(),
}
_STATE: dict[str, pl.DataType] = {
    "settle": pl.String(),
    "bid": pl.Float64(),
    "ask": pl.Float64(),
    "mark": pl.Float64(),
    "funding_rate": pl.Float64(),
    "funding_interval_hours": pl.Float64(),
    "volume_usd_24h": pl.Float64(),
    "taker_fee": pl.Float64(),
    "depth_usd": pl.Float64(),
    "listed_days": pl.Float64(),
    "hours_to_delisting": pl.Float64(),
    "status": pl.String(),
    "age_s": pl.Float64(),
    "has_book": pl.Boolean(),
    "step_s": pl.Float64(),
}
_TERMS: dict[str, pl.DataType] = {
    "contract_size": pl.Float64(),
    "inverse": pl.Boolean(),
    "multiplier": pl.Float64(),
    "lot_step": pl.Float64(),
    "min_lots": pl.Float64(),
    "min_notional_usd": pl.Float64(),
    "fee_coin": pl.String(),
    "expiry_days": pl.Float64(),
    "borrow_apr": pl.Float64(),
    "borrow_available_usd": pl.Float64(),
    "maintenance_rate": pl.Float64(),
    "max_leverage": pl.Float64(),
}

FEE_COINS = ("base", "quote")
"""In which coin a venue takes the fee of a buy."""

QUOTE_COLUMNS: dict[str, pl.DataType] = {**_IDENTITY, **_STATE, **_TERMS}
"""Columns of a quotes frame in order, with their types; what is not identity may be null.

`ts` time of the snapshot, UTC. `venue`, `symbol` (ccxt unified), `kind`, `base`, `quote`, `settle`
(null for spot): the instrument; `base` is the coin itself, whatever a venue calls its token. `bid`,
`ask`, `mark`: prices. `funding_rate`: ratio per interval of `funding_interval_hours`.
`volume_usd_24h`: turnover; `depth_usd`: offers within 10 bps of the best. `taker_fee`: ratio.
`listed_days`, `hours_to_delisting` (1e9 for never), `status` (`trading` or a venue's word for less).
`age_s`: seconds since the venue last renewed the quote. `has_book`: whether its source carries order
books, so that a depth that is null was not seen; bars carry none. `step_s`: seconds that this row
stands for.

Terms of the instrument, null where they are not known. `contract_size`: 1 for spot; else what a contract
is of, in units that the symbol names, or in units of the quote coin where it is `inverse` (margin and profit
in the base coin). `multiplier`: coins of `base` in the unit that the symbol names, 1000 for 1000PEPE.
`lot_step`: the smallest change of an amount as the venue counts it, units for spot and margin, contracts for
others; `min_lots`: the least order in such steps, a whole number; `min_notional_usd`. `fee_coin`: `base` or
`quote`, the coin in which the fee of a buy is taken. `expiry_days`: days until a future is settled, 1e9 for
never. `borrow_apr`, `borrow_available_usd`: what borrowing the coin costs a year, and how much is to be had;
null where nothing is lent. `maintenance_rate`: margin that has to be kept, a ratio of the notional, in the
first tier; null for spot. `max_leverage`: the largest that the venue allows; null for spot.
"""

INSTRUMENT_AT = ("ts", "venue", "kind", "symbol")
"""What tells quotes apart: a spot market and borrowing on it bear one symbol."""

_WORDS: dict[str, tuple[str, ...]] = {"kind": KINDS, "fee_coin": FEE_COINS}
_FORM = Form(
    "Quotes",
    {
        **{name: Column(type_, words=_WORDS.get(name, ())) for name, type_ in _IDENTITY.items()},
        **{
            name: Column(type_, nullable=True, words=_WORDS.get(name, ()))
            for name, type_ in {**_STATE, **_TERMS}.items()
        },
    },
    keys=INSTRUMENT_AT,
    strict=True,
)


def validate_quotes(quotes: pl.DataFrame) -> pl.DataFrame:
    """Give back cleaned quotes if they are of the agreed form.

    Raises:
        pandera.errors.SchemaErrors: A column is missing, unknown or of another type, a number is
            not finite, or an instrument is quoted twice at one time; every fault is listed.
    """
    return _FORM.validate(quotes)
