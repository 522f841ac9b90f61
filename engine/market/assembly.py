"""From raw quotes and settlements to the candidates that a book judges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from engine.frames.pairs import validate_pairs
from engine.frames.quotes import validate_quotes
from engine.frames.settlements import validate_settlements
from engine.market.clean import clean_quotes
from engine.market.funding import add_funding_aprs
from engine.market.pairing import pair_quotes
from engine.model import Pairing


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs to judge, and the quotes that were set apart on the way.

    Attributes:
        pairs: Columns as in `engine.frames.pairs`, settled funding, and `warm_up`: true for rows that
            only serve windows and are no cycle; sorted by pair and time.
        quarantined: Quotes that cannot be true, with a column `reason`.
        quotes: The quotes they were made of, not cleaned.
        settlements: The settlements they were made of.
    """

    pairs: pl.DataFrame
    quarantined: pl.DataFrame
    quotes: pl.DataFrame
    settlements: pl.DataFrame


def assemble_candidates(
    quotes: pl.DataFrame, settlements: pl.DataFrame, pairing: Pairing, *, start: datetime | None = None
) -> Candidates:
    """Clean the quotes, pair them, and add the funding settled up to each time.

    Args:
        quotes: Columns as in `engine.frames.quotes`; numbers may be NaN, quotes may repeat.
        settlements: Columns as in `engine.frames.settlements`, from a month before the first quote.
        pairing: Legs and keys of the book.
        start: Time of the first cycle; what is before it is marked as warm-up. None marks nothing.

    Raises:
        pandera.errors.SchemaErrors: A frame is not of the agreed form.
        ValueError: The pairing names no leg, or a key that quotes do not have.
    """
    cleaned = clean_quotes(quotes)
    pairs = pair_quotes(validate_quotes(cleaned.quotes), pairing)
    funded = add_funding_aprs(pairs, validate_settlements(settlements), pairing.legs)
    early = pl.lit(value=False) if start is None else pl.col("ts") < start
    marked = funded.with_columns(warm_up=early)
    return Candidates(validate_pairs(marked, pairing.legs), cleaned.quarantined, quotes, settlements)
