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

QUOTE_COLUMNS: dict[str, pl.DataType] = {**_IDENTITY, **_STATE}
"""Columns of a quotes frame in order, with their types; what is not identity may be null.

`ts` time of the snapshot, UTC. `venue`, `symbol` (ccxt unified), `kind`, `base`, `quote`, `settle`
(null for spot): the instrument; `base` is the coin itself, whatever a venue calls its token. `bid`,
`ask`, `mark`: prices. `funding_rate`: ratio per interval of `funding_interval_hours`.
`volume_usd_24h`: turnover; `depth_usd`: offers within 10 bps of the best. `taker_fee`: ratio.
`listed_days`, `hours_to_delisting` (1e9 for never), `status` (`trading` or a venue's word for less).
`age_s`: seconds since the venue last renewed the quote. `has_book`: whether its source carries order
books, so that a depth that is null was not seen; bars carry none. `step_s`: seconds that this row stands for.
"""

_FORM = Form(
    "Quotes",
    {
        **{name: Column(type_, words=KINDS if name == "kind" else ()) for name, type_ in _IDENTITY.items()},
        **{name: Column(type_, nullable=True) for name, type_ in _STATE.items()},
    },
    keys=("ts", "venue", "symbol"),
    strict=True,
)


def validate_quotes(quotes: pl.DataFrame) -> pl.DataFrame:
    """Give back cleaned quotes if they are of the agreed form.

    Raises:
        pandera.errors.SchemaErrors: A column is missing, unknown or of another type, a number is
            not finite, or an instrument is quoted twice at one time; every fault is listed.
    """
    return _FORM.validate(quotes)
