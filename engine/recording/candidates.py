"""Recorded history as the candidates that a book judges, cycle after cycle."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from engine.market.assembly import Candidates, assemble_candidates
from engine.market.catalogue import FUNDING_WINDOW_DAYS
from engine.market.pairing import names_spots
from engine.model import Pairing
from engine.recording.history import BARS_FILE, History
from engine.recording.listing import require_one_spot
from engine.recording.snapshots import read_quotes

LONGEST_FUNDING_WINDOW = timedelta(days=max(FUNDING_WINDOW_DAYS))


def read_candidates(
    history: History,
    pairing: Pairing,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    warm_up: timedelta = timedelta(0),
) -> Candidates:
    """Candidates at every settlement with `start <= ts < end`, and before it for warming up.

    Args:
        history: Narrowed by `History.select` where less than everything is wanted.
        pairing: Legs and keys of the book.
        start: Time of the first cycle; None is from the beginning.
        end: Time after the last cycle; None is to the end.
        warm_up: How far before `start` rows are wanted, so that windows are known at the first
            cycle: the longest window or lag that the book looks back.

    Returns:
        Pairs sorted by pair and time. A column `warm_up` is true for rows before `start`: they
        serve windows and are no cycles.

    Raises:
        HistoryError: The history is damaged, its markets cannot be told apart, or a swap has two spots.
        ValueError: The pairing names no leg, or a key that quotes do not have.
    """
    earliest = None if start is None else start - warm_up
    markets = _find_pairable(history.list_markets(), pairing)
    if not names_spots(pairing):
        require_one_spot(markets, history.folder / BARS_FILE)
    quotes = read_quotes(history, earliest, end, markets)
    settled_from = None if earliest is None else earliest - LONGEST_FUNDING_WINDOW
    settlements = history.read_settlements(settled_from, end).join(
        quotes.select("venue", "symbol").unique(), on=["venue", "symbol"], how="semi"
    )
    return assemble_candidates(quotes, settlements, pairing, start=start)


def _find_pairable(markets: pl.DataFrame, pairing: Pairing) -> pl.DataFrame:
    """Markets whose keys occur for every leg: the others can be in no pair and need not be read."""
    keys = [key for key in pairing.keys if key in markets.columns and key not in pairing.equivalent]
    for leg in pairing.legs if keys else ():
        of_kind = markets.filter(pl.col("market") == leg.kind).select(keys).unique()
        markets = markets.join(of_kind, on=keys, how="semi")
    return markets
