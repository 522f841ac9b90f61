"""Cleaning of quotes: numbers that are none become unknown, quotes that cannot be true are set apart."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import polars.selectors as cs

from engine.frames.quotes import INSTRUMENT_AT

PRICES = ("bid", "ask", "mark")
STALE_AFTER_S = 300.0
"""A quote that its venue has not renewed for so long is of another market than the others."""


@dataclass(frozen=True, slots=True)
class CleanedQuotes:
    """Quotes to work with, and those set apart.

    Attributes:
        quotes: Quotes that can be true; a number that was not finite is null.
        quarantined: The others, with a column `reason`.
    """

    quotes: pl.DataFrame
    quarantined: pl.DataFrame


def clean_quotes(quotes: pl.DataFrame) -> CleanedQuotes:
    """Set apart quotes that repeat, are stale, have a price at or below zero, or a bid above the ask.

    Of several quotes of one instrument at one time none is kept, as nothing says which is right. A
    price that is merely missing is no fault: the quote stays, with null. The order of rows is kept.

    Args:
        quotes: Columns as in `engine.frames.quotes`; numbers may be NaN or infinite.
    """
    finite = quotes.with_columns(pl.when(cs.float().is_finite()).then(cs.float()).otherwise(None).name.keep())
    judged = finite.with_columns(reason=_find_fault())
    return CleanedQuotes(
        quotes=judged.filter(pl.col("reason").is_null()).drop("reason"),
        quarantined=judged.filter(pl.col("reason").is_not_null()),
    )


def _find_fault() -> pl.Expr:
    """The first fault of a quote; null if it has none."""
    repeats = pl.struct(INSTRUMENT_AT).is_duplicated()
    faults = [pl.when(repeats).then(pl.lit("quoted twice"))]
    faults += [pl.when(pl.col("age_s") > STALE_AFTER_S).then(pl.lit("not renewed"))]
    faults += [pl.when(pl.col(price) <= 0).then(pl.lit(f"{price} is not above zero")) for price in PRICES]
    return pl.coalesce(*faults, pl.when(pl.col("bid") > pl.col("ask")).then(pl.lit("bid above ask")))
