"""What a history must say of its markets, so that no bar is taken for one of another market."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from engine.errors import HistoryError

_IDENTITY = ("venue", "market", "symbol", "timeframe")


def check_listing(listed: pl.DataFrame, timeframes: Iterable[str], file: Path) -> pl.DataFrame:
    """Give back markets that can be told apart.

    Args:
        listed: Markets as `History.list_markets` gives them.
        timeframes: The timeframes that are known.
        file: Where they come from, for messages.

    Raises:
        HistoryError: A market lacks its venue, kind, symbol or timeframe, a timeframe is not known, or one
            symbol of a venue stands in two markets; all faults are named at once.
    """
    faults = [*_find_missing(listed), *_find_strange(listed, timeframes), *_find_shared(listed)]
    if faults:
        raise HistoryError("; ".join(f"{file}: {fault}" for fault in faults))
    return listed


def require_one_spot(markets: pl.DataFrame, file: Path) -> None:
    """Refuse a second spot market of a coin and quote at one venue, where pairs are not named by their spot.

    Args:
        markets: Those that can be in a pair, as `History.list_markets` gives them.
        file: Where they come from, for messages.

    Raises:
        HistoryError: A venue has several; all of them are named.
    """
    spots = markets.filter(pl.col("market") == "spot").group_by("venue", "base", "quote")
    several = spots.agg(pl.col("symbol").unique().sort()).filter(pl.col("symbol").list.len() > 1)
    if several.height:
        told = "; ".join(
            f"{venue} has {len(symbols)} spot markets of {base}/{quote}: {', '.join(symbols)}"
            for venue, base, quote, symbols in several.sort("venue", "base", "quote").iter_rows()
        )
        raise HistoryError(
            f"{file}: {told}; a swap is paired with one of them: keep one in the file, or leave them out "
            "with --venue and --base"
        )


def _find_missing(listed: pl.DataFrame) -> Iterator[str]:
    for column in _IDENTITY:
        lacking = listed.filter(pl.col(column).is_null())
        if lacking.height:
            row = lacking.sort("first_ts", *_IDENTITY).row(0, named=True)
            place = ", ".join(str(row[name]) for name in _IDENTITY if row[name] is not None)
            yield f"{column} is null in bars of {place}, from {row['first_ts']} on; name it, or take them out"


def _find_strange(listed: pl.DataFrame, timeframes: Iterable[str]) -> Iterator[str]:
    strange = sorted(set(listed["timeframe"].drop_nulls()) - set(timeframes))
    if strange:
        yield f"unknown timeframe {', '.join(strange)}; known are {', '.join(timeframes)}"


def _find_shared(listed: pl.DataFrame) -> Iterator[str]:
    """Symbols that stand in several markets; the mark price of a swap has its symbol."""
    traded = listed.filter(pl.col("market") != "mark").group_by("venue", "symbol")
    shared = traded.agg(pl.col("market").unique().sort()).filter(pl.col("market").list.len() > 1)
    for venue, symbol, markets in shared.sort("venue", "symbol").iter_rows():
        yield (
            f"{symbol} of {venue} stands in the markets {' and '.join(markets)}, "
            "and one symbol is one market: write a swap as BTC/USDT:USDT and its spot as BTC/USDT, "
            "or take the other bars out"
        )
