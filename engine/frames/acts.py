"""Acts: what is done to open positions in a cycle, and limits that begin or cease to act."""

from __future__ import annotations

from typing import Literal, get_args

import polars as pl

from engine.frames.columns import INSTANT
from engine.frames.events import PURPOSES
from engine.frames.form import Column, Form

Change = Literal["begins", "ceases"]
CHANGES: tuple[Change, ...] = get_args(Change)
UNKNOWN = "unknown"
"""Stands for an act where the exit is unknown: the position is kept."""

DROPPED = "dropped"
"""Stands for an act where an order to enter is given up: a price is missing, or there is too little money."""

_TEXT, _NUMBER = pl.String(), pl.Float64()
_ACTS = Form(
    "Acts",
    {
        "ts": Column(INSTANT),
        "pair": Column(_TEXT),
        "act": Column(_TEXT, words=(*PURPOSES, DROPPED, UNKNOWN)),
        "rule": Column(_TEXT, nullable=True),
        "limit": Column(_TEXT, nullable=True),
        "keep": Column(_NUMBER),
        "amount_usd": Column(_NUMBER, nullable=True),
    },
    keys=(),
    strict=True,
)
_CHANGES = Form(
    "Changes",
    {
        "ts": Column(INSTANT),
        "limit": Column(_TEXT),
        "entity": Column(_TEXT),
        "change": Column(_TEXT, words=CHANGES),
        "value": Column(_NUMBER, nullable=True),
    },
    keys=(),
    strict=True,
)


def validate_acts(acts: pl.DataFrame) -> pl.DataFrame:
    """Give back acts if they are of the agreed form.

    Columns: `ts`, `pair`; `act` (`Purpose`, `DROPPED`, or `UNKNOWN`); the `rule` of the exit table or the
    `limit` that asks for it; `keep`, share of the entry quantity; `amount_usd` of a top-up.

    Raises:
        pandera.errors.SchemaErrors: Every fault of form, listed.
    """
    return _ACTS.validate(acts)


def validate_changes(changes: pl.DataFrame) -> pl.DataFrame:
    """Give back changes of limits if they are of the agreed form.

    Columns: `ts`, `limit`; `entity`, whom it is judged for, empty for the book; `change`; `value` of its
    measure.

    Raises:
        pandera.errors.SchemaErrors: Every fault of form, listed.
    """
    return _CHANGES.validate(changes)
