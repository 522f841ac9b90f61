"""What holds for every market and every book."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.portfolio import layout

COINS = ("ADA", "BTC", "ETH")
MINUTES = (0.0, 1.0, 2.0, 10.0, 11.0, 480.0, 481.0, 1080.0, 4400.0, 4401.0)
BOOKS = (
    "",
    "vol=90%",
    "vol=70%; -day-stop; -drawdown; -trade-stop",
    "capital_usd=1000000; -capital-min; -one-venue; -fees",
    "leverage=3; position_buffer=10%; reentry_wait=0h; min_hold=0d",
    "-leverage; -liq-near; -liq-close; -delta; -trade-stop; -day-stop; -drawdown; -one-coin",
    "trade_stop=0.5%; convergence_gain=0.1%; -one-coin; -intents",
    "capital_usd=500; exit_apr=40%; min_hold=0d; vol=90%",
)
DEPOSITS = (500.0, 1_000.0, 2_000.0, 50_000.0)
MISSING = (
    *("spot_bid", "spot_ask", "perp_bid", "perp_ask", "perp_mark", "perp_hours_to_delisting"),
    *(
        "perp_funding_apr_1d",
        "perp_funding_rate",
        "quote_age_s",
        "venue_correlation",
        "perp_maintenance_rate",
    ),
)
QUOTED = {
    "price_of": st.sampled_from([0.8, 0.97, 1.0, 1.0, 1.0, 1.03, 1.06, 1.3]),
    "basis": st.sampled_from([-0.02, -0.0005, 0.0, 0.001, 0.001, 0.002, 0.01]),
    "perp_funding_apr_3d": st.sampled_from([0.01, 0.03, 0.11, 0.2, 0.2]),
    "perp_funding_apr_1d": st.sampled_from([-0.1, 0.1, 0.2]),
    "perp_funding_rate": st.sampled_from([-0.0001, 0.00001, 0.0001, 0.0002]),
    "perp_hours_to_delisting": st.sampled_from([40.0, 1e9, 1e9, 1e9, 1e9, 1e9]),
    "perp_lot_step_of": st.sampled_from([1.0, 1.0, 1.0, 0.1]),
    "perp_maintenance_rate": st.sampled_from([0.004, 0.004, 0.02]),
}


@st.composite
def markets(draw: st.DrawFn, desk: Any) -> tuple[list[dict[str, Any]], Any]:
    """A few coins at a few times, with gaps, and what surrounds them."""
    minutes = sorted(draw(st.sets(st.sampled_from(MINUTES), min_size=2, max_size=6)) | {0.0})
    coins = draw(st.sets(st.sampled_from(COINS), min_size=1))
    rows = [draw_row(draw, desk, minute, coin) for minute in minutes for coin in sorted(coins)]
    kept = [row for row in rows if draw(st.integers(0, 9)) > 0 or row["ts"] == desk.at(0)]
    payments = draw(st.sets(st.tuples(st.sampled_from([1.0, 5.0, 480.0, 1080.0]), st.sampled_from(COINS))))
    flows = [(0.0, "main", draw(st.sampled_from(DEPOSITS)))]
    if draw(st.booleans()):
        flows.append((draw(st.sampled_from(minutes)), "main", draw(st.sampled_from([-300.0, 700.0]))))
    around = desk.Around(
        flows=tuple(flows),
        settlements=tuple(
            desk.pay(minute, draw(st.sampled_from([0.0001, -0.0003, None])), coin)
            for minute, coin in sorted(payments)
        ),
        errors=((-1, "binance", 0.0), (10, "binance", draw(st.sampled_from([0.0, 0.2, None])))),
        days=draw(st.sampled_from([10, 30, 30, 30])),
    )
    return kept, around


def draw_row(draw: st.DrawFn, desk: Any, minute: float, coin: str) -> dict[str, Any]:
    """A usual row, with a few other values, and now and then one that is missing."""
    changes = {
        name: draw(QUOTED[name]) for name in draw(st.sets(st.sampled_from(sorted(QUOTED)), max_size=3))
    }
    if "price_of" in changes:
        changes["price"] = desk.PRICES[coin] * changes.pop("price_of")
    if "perp_lot_step_of" in changes:
        changes["perp_lot_step"] = desk.STEPS[coin] * changes.pop("perp_lot_step_of")
    if draw(st.integers(0, 7)) == 0 and minute > 0:
        changes[draw(st.sampled_from(MISSING))] = None
    row: dict[str, Any] = desk.quote(minute, coin, **changes)
    return row


@pytest.fixture(scope="module")
def cases(desk: Any) -> Any:
    """A book and a market."""
    return st.tuples(st.sampled_from(BOOKS).map(desk.make_book), markets(desk))


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
    """With ids in another order the same coins are bought, as long as no two rank the same."""
    book, (rows, around) = data.draw(cases)
    for place, row in enumerate(rows):
        row["perp_funding_apr_7d"] = row["perp_funding_apr_3d"] = row["perp_funding_apr_3d"] + place * 1e-5
    names = {desk.name_pair(coin): f"{9 - place if turned else place}" for place, coin in enumerate(COINS)}
    plain = desk.run(rows, book, around=replace(around, alike=True))
    named = desk.run(
        [row | {"pair": names[row["pair"]]} for row in rows],
        book,
        around=replace(around, alike=True),
        pairs=names.values(),
    )
    for name in ("events", "verdicts", "acts"):
        told, other = getattr(plain, name), getattr(named, name)
        renamed = told.with_columns(pl.col("pair").replace(names))
        assert renamed.sort(renamed.columns).equals(other.sort(other.columns)), name
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
    """At the prices at which it was decided: bucket, share, cap, legs, smallest orders; nothing on unknown."""
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
    if fills.is_empty():
        return 0.0
    first = fills.filter(pl.col("ts") == fills["ts"].min())
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
    return float(
        sum(
            c * p
            for c, p in zip(
                book.bound.capitals, (received * row["spot_ask"], sold * row["perp_bid"]), strict=True
            )
        )
    )


@settings(max_examples=25)
@given(data=st.data())
def test_nothing_that_is_told_makes_no_sense(data: st.DataObject, desk: Any, cases: Any) -> None:
    """No money from nothing, whole lots, no position without coins, and every act on something that is held."""
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
