"""Events: what happened to positions and money between two cycles, as the loop counts it."""

from __future__ import annotations

from typing import Literal, get_args

import polars as pl

from engine.frames.columns import INSTANT
from engine.frames.form import Column, Form

EventKind = Literal["fill", "funding", "borrow", "margin", "flow", "dust"]
Purpose = Literal["enter", "exit", "urgent", "rebalance", "reduce", "top up", "liquidation"]

EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)

_TEXT, _NUMBER = pl.String(), pl.Float64()
_NUMBERS = ("lots", "step", "price", "reference", "fee_rate", "fee_in_base", "rate", "amount")
_FORM = Form(
    "Events",
    {
        "ts": Column(INSTANT),
        "kind": Column(_TEXT, words=EVENT_KINDS),
        "pair": Column(_TEXT, nullable=True),
        "leg": Column(_TEXT),
        **{name: Column(_NUMBER, nullable=True) for name in _NUMBERS},
        "purpose": Column(_TEXT, nullable=True, words=PURPOSES),
        "rule": Column(_TEXT, nullable=True),
        "limit": Column(_TEXT, nullable=True),
    },
    keys=(),
    strict=True,
)


def validate_events(events: pl.DataFrame) -> pl.DataFrame:
    """Give back events if they are of the agreed form.

    Columns: `ts`; `kind` (`EventKind`); `pair`, null for money that comes or goes; `leg`, then the account;
    `lots`, above zero bought, of `step` units; `price` and `reference`, the best quote, per coin; `fee_rate`,
    `fee_in_base` (1 where the fee is taken in the coin); `rate` of a payment; `amount` in USD, above zero
    received or moved to margin, null of a payment that is not known; `purpose`, `rule` and `limit` of the
    order.

    Raises:
        pandera.errors.SchemaErrors: Every fault of form, listed.
    """
    return _FORM.validate(events)
