"""What cleaning keeps, what it sets apart, and why."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from engine.frames.quotes import validate_quotes
from engine.market.clean import clean_quotes

MakeQuotes = Callable[..., pl.DataFrame]
CASES = Path(__file__).parents[2] / "cases" / "market" / "clean.csv"


def read_cases() -> list[dict[str, str]]:
    with CASES.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("case", read_cases())
def test_prices(case: dict[str, str], make_quotes: MakeQuotes) -> None:
    prices = {name: float(case[name]) if case[name] else None for name in ("bid", "ask", "mark")}
    cleaned = clean_quotes(make_quotes(prices))
    assert cleaned.quarantined["reason"].to_list() == ([case["reason"]] if case["reason"] else [])
    if not case["reason"]:
        (row,) = cleaned.quotes.select(*prices).rows()
        kept = [price if price is not None and math.isfinite(price) else None for price in prices.values()]
        assert list(row) == kept


def test_no_copy_of_a_repeated_quote_is_kept(make_quotes: MakeQuotes) -> None:
    quotes = make_quotes({"bid": 99.0}, {"bid": 98.0}, {"venue": "boreal"}, {"hour": 8})
    cleaned = clean_quotes(quotes)
    assert cleaned.quarantined["reason"].to_list() == ["quoted twice", "quoted twice"]
    assert cleaned.quotes.height == 2


def test_every_number_is_made_finite(make_quotes: MakeQuotes) -> None:
    dirty = make_quotes({"funding_rate": math.nan, "volume_usd_24h": math.inf, "depth_usd": -math.inf})
    cleaned = clean_quotes(dirty).quotes
    assert cleaned.select("funding_rate", "volume_usd_24h", "depth_usd").row(0) == (None, None, None)
    assert_frame_equal(validate_quotes(cleaned), cleaned)


def test_every_quote_is_kept_or_set_apart(make_quotes: MakeQuotes) -> None:
    quotes = make_quotes({"bid": 102.0}, {"hour": 8}, {"hour": 16, "mark": -1.0})
    cleaned = clean_quotes(quotes)
    both = pl.concat([cleaned.quotes, cleaned.quarantined.drop("reason")]).sort("ts")
    assert_frame_equal(both, quotes)
