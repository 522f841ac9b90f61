"""Verdicts: what became of each candidate in a cycle, and how large it is if it became an order."""

from __future__ import annotations

from typing import Literal, get_args

import polars as pl

from engine.frames.columns import INSTANT
from engine.frames.form import Column, Form

Verdict = Literal[
    "approved",
    "gated",
    "no room",
    "too small",
    "refused",
    "no size",
    "no account",
    "held",
    "no price",
    "in doubt",
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

_TEXT, _NUMBER = pl.String(), pl.Float64()
_FORM = Form(
    "Verdicts",
    {
        "ts": Column(INSTANT),
        "pair": Column(_TEXT),
        "verdict": Column(_TEXT, words=VERDICTS),
        "limit": Column(_TEXT, nullable=True),
        "value": Column(_NUMBER, nullable=True),
        "wanted_usd": Column(_NUMBER, nullable=True),
        "approved_usd": Column(_NUMBER, nullable=True),
        "rule": Column(_TEXT, nullable=True),
    },
    keys=("ts", "pair"),
    strict=True,
)


def validate_verdicts(verdicts: pl.DataFrame) -> pl.DataFrame:
    """Give back verdicts if they are of the agreed form.

    Columns: `ts`, `pair`; `verdict`; `limit`, which gates, clips or refuses, and the `value` that its measure
    has or would have; of what is too small, `value` is the capital with which it would not be; notional
    `wanted_usd` before lots and limits and `approved_usd` after them, the difference being the loss of
    rounding and clipping; `rule` of the sizing table.

    Raises:
        pandera.errors.SchemaErrors: Every fault of form, listed.
    """
    return _FORM.validate(verdicts)
