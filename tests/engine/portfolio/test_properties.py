"""What holds for every market and every book."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.portfolio import layout

COINS = ("ADA", "BTC", "ETH")


def assert_same(one: Any, other: Any, desk: Any) -> None:
    for name in desk.FRAMES:
        left, right = getattr(one, name), getattr(other, name)
        assert left.equals(right), (name, left, right)
        for column in left.select(pl.selectors.float()).columns:
            assert left[column].to_numpy().tobytes() == right[column].to_numpy().tobytes(), (name, column)


@settings(max_examples=12)
@given(data=st.data())
def test_time_by_time_is_at_once(data: st.DataObject, desk: Any, cases: Any) -> None:
    """Through the bytes of what is remembered: every frame, and the memory, byte for byte."""
    book, (rows, around) = data.draw(cases)
    at_once = desk.run(rows, book, around=around)
    each = desk.run_each(rows, book, around=around)
    assert_same(at_once, each, desk)
    assert at_once.memory == each.memory
    assert desk.read_memory(at_once.memory.write()) == at_once.memory


@settings(max_examples=15)
@given(data=st.data())
def test_the_future_changes_nothing_before(data: st.DataObject, desk: Any, cases: Any) -> None:
    book, (rows, around) = data.draw(cases)
    whole = desk.run(rows, book, around=around)
    until = data.draw(st.sampled_from(sorted({row["ts"] for row in rows})))
    past = desk.run([row for row in rows if row["ts"] <= until], book, around=around)
    for name in desk.FRAMES:
        before = getattr(whole, name).filter(pl.col("ts") <= until)
        assert before.equals(getattr(past, name)), name


@settings(max_examples=10)
@given(data=st.data())
def test_the_order_of_rows_does_not_matter(data: st.DataObject, desk: Any, cases: Any) -> None:
    book, (rows, around) = data.draw(cases)
    shuffled = data.draw(st.permutations(rows))
    assert_same(desk.run(rows, book, around=around), desk.run(shuffled, book, around=around), desk)


@settings(max_examples=10)
@given(data=st.data(), turned=st.booleans())
def test_names_matter_only_where_all_else_is_equal(
    data: st.DataObject, turned: bool, desk: Any, cases: Any
) -> None:
    """With ids in another order the same coins are bought, as long as no two rank the same.

    What is added up over pairs runs in the order of their ids: numbers may differ in their last digits.
    """
    book, (rows, around) = data.draw(cases)
    for place, row in enumerate(rows):
        row["perp_funding_apr_7d"] = row["perp_funding_apr_3d"] = row["perp_funding_apr_3d"] + place * 1e-5
    names = {desk.name_pair(coin): f"{9 - place if turned else place}" for place, coin in enumerate(COINS)}
    plain = desk.run(rows, book, around=replace(around, alike=True))
    named = desk.run(
        [row | {"pair": names[row["pair"]]} for row in rows],
        book,
        around=replace(around, alike=True),
    )
    for name in ("events", "verdicts", "acts"):
        told, other = getattr(plain, name), getattr(named, name)
        renamed = told.with_columns(pl.col("pair").replace(names))
        keys = [
            column for column in ("ts", "pair", "kind", "leg", "verdict", "act") if column in told.columns
        ]
        assert_frame_equal(
            renamed.sort(keys), other.sort(keys), check_exact=False, rel_tol=1e-9, abs_tol=1e-9
        )
    assert plain.book["equity_usd"].to_list() == pytest.approx(named.book["equity_usd"].to_list(), rel=1e-12)


@settings(max_examples=25)
@given(data=st.data())
def test_equity_is_what_an_account_of_its_own_says(
    data: st.DataObject, desk: Any, accounts: Any, cases: Any
) -> None:
    book, (rows, around) = data.draw(cases)
    traded = desk.run(rows, book, around=around)
    for exact, told in accounts.follow(rows, traded):
        assert abs(exact - Decimal(repr(told))) < Decimal("1e-6")


@settings(max_examples=40)
@given(data=st.data())
def test_bounds_of_an_entry(data: st.DataObject, desk: Any, cases: Any) -> None:
    """At the prices of the decision: bucket, share, cap, legs, smallest orders; nothing on unknown."""
    book, (rows, around) = data.draw(cases)
    traded = desk.run(rows, book, around=around)
    by_key = {(row["ts"], row["pair"]): row for row in rows}
    for ts, verdicts in traded.verdicts.filter(pl.col("verdict") == "approved").group_by("ts"):
        figures = traded.book.row(by_predicate=pl.col("ts") == ts[0], named=True)
        used = figures["capital_used_usd"]
        for verdict in verdicts.iter_rows(named=True):
            row = by_key[ts[0], verdict["pair"]]
            used += check_entry(row, verdict, traded, book)
        assert used <= 0.7 * figures["capital_usd"] * (1 + 1e-9)


def check_entry(row: dict[str, Any], verdict: dict[str, Any], traded: Any, book: Any) -> float:
    """Check one entry; gives back the capital that it uses."""
    known = (
        "spot_bid",
        "spot_ask",
        "perp_bid",
        "perp_ask",
        "quote_age_s",
        "venue_correlation",
        "perp_maintenance_rate",
    )
    assert all(row[name] is not None for name in known)
    assert verdict["approved_usd"] <= verdict["wanted_usd"] * (1 + 1e-9)
    fills = traded.events.filter(
        (pl.col("pair") == row["pair"])
        & (pl.col("purpose") == "enter")
        & (pl.col("ts") > row["ts"])
        & (pl.col("kind") == "fill")
    )
    following = traded.book.filter(pl.col("ts") > row["ts"])["ts"].head(1)
    first = fills.filter(pl.col("ts").is_in(following.implode()))
    if first.is_empty():  # it was the last time, or a price was missing at the next
        return 0.0
    spot, perp = (first.filter(pl.col("leg") == leg).row(0, named=True) for leg in ("spot", "perp"))
    received = spot["lots"] * spot["step"] * (1 - spot["fee_rate"])
    sold = -perp["lots"] * perp["step"]
    assert abs(received - sold) <= max(row["spot_lot_step"], row["perp_lot_step"]) / 2 * (1 + 1e-9)
    assert (spot["step"], perp["step"]) == (row["spot_lot_step"], row["perp_lot_step"])
    notional = max(received * row["spot_ask"], sold * row["perp_bid"])
    depth = 0.001 * min(row["spot_volume_usd_24h"], row["perp_volume_usd_24h"])
    assert notional <= 0.1 * depth * (1 + 1e-9)
    assert min(spot["lots"] * spot["step"] * row["spot_ask"], sold * row["perp_bid"]) >= 5
    coin = sold * row["perp_mark"] / book.program.settings[layout.S_CAPITAL] if row["perp_mark"] else 0.0
    assert "one-coin" not in book.names or coin <= 0.6 * (1 + 1e-9)
    values = received * row["spot_ask"], sold * row["perp_bid"]
    return float(sum(np.multiply(book.bound.capitals, values)))


@settings(max_examples=25)
@given(data=st.data())
def test_nothing_that_is_told_makes_no_sense(data: st.DataObject, desk: Any, cases: Any) -> None:
    """Whole lots, no figure without a value, and nothing left of a position that is no more."""
    book, (rows, around) = data.draw(cases)
    traded = desk.run(rows, book, around=around)
    fills = traded.events.filter(pl.col("kind") == "fill")
    assert (fills["lots"] == fills["lots"].round()).all()
    assert (fills["lots"] != 0).all()
    assert not traded.book.select(pl.all().is_null().any()).row(0)[1]
    for pair in traded.memory.pairs.values():
        assert min(pair["units"]) >= 0
        assert pair["order_lots"] == [0, 0] or pair["purpose"] >= 0
        if max(pair["units"]) == 0:
            assert pair["margin"] == [0, 0]
            assert pair["cash"] == 0
    assert math.isclose(
        traded.memory.book["equity_before"], traded.book["equity_usd"][-1], rel_tol=0, abs_tol=0
    )
