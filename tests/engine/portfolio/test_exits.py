"""Open positions: what the exit table, missing data and forced closes make of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

BTC = "binance:BTC/USDT:USDT"
TWO_PERPS = """legs = [
  { name = "spot", kind = "swap", side = "buy", capital = "1 / leverage / (1 - position_buffer)" },
  { name = "perp", kind = "swap", side = "sell", capital = "1 / leverage / (1 - position_buffer)" },
]
"""
ON_MARGIN = """legs = [
  { name = "spot", kind = "margin", side = "sell", capital = "0.5" },
  { name = "perp", kind = "swap", side = "buy", capital = "1 / leverage / (1 - position_buffer)" },
]
"""


def read_changes(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in (word.split("=") for word in text.split())}


def with_legs(desk: Any, legs: str, words: str = "", **files: str) -> Any:
    """The starter book with other legs, and other tables."""
    manifest = (desk.find_starter() / "draft" / "book.toml").read_text(encoding="utf-8")
    begins, ends = manifest.index("legs = ["), manifest.index("rank_by")
    texts = {"book.toml": manifest[:begins] + legs + manifest[ends:]}
    texts |= {f"{name}.csv": text for name, text in files.items()}
    return desk.make_book(words, tuple(texts.items()))


def test_a_rule(exits_case: dict[str, str], desk: Any) -> None:
    case = exits_case
    minutes = [float(minute) for minute in case["minutes"].split()]
    changes = read_changes(case["changes"])
    rows = [desk.quote(minute, **(changes if minute > 1 else {})) for minute in minutes]
    traded = desk.run(rows, desk.make_book(case["book"]))
    acts = traded.acts.to_dicts()[:1]
    told = [(act["act"], act["rule"] or "", act["keep"]) for act in acts]
    assert told == ([(case["act"], case["rule"], float(case["keep"]))] if case["act"] else [])
    assert traded.book["positions"][-1] == float(case["positions"])
    if case["act"]:
        fills = traded.events.filter((pl.col("kind") == "fill") & (pl.col("purpose") == case["act"]))
        assert fills["rule"].unique().to_list() == [case["rule"]]
        assert fills["ts"].unique().to_list() == [desk.at(minutes[-1])]


def test_half_is_not_halved_again(desk: Any) -> None:
    thin = {"perp_funding_apr_3d": 0.0499, "perp_funding_rate": 0.0000181}
    minutes = (4321, 4322, 4323, 4400)
    rows = [desk.quote(0), desk.quote(1), *(desk.quote(minute, **thin) for minute in minutes)]
    traded = desk.run_each(rows)
    assert traded.acts["keep"].to_list() == [0.5]
    spot, perp = traded.memory.pairs[BTC]["units"]
    assert perp == pytest.approx(0.005)
    assert spot == pytest.approx(0.00500898)
    assert traded.memory.pairs[BTC]["entry_units"] == [0.01100898, 0.011]
    assert traded.book["free_usd"][3] > traded.book["free_usd"][2]


@pytest.mark.parametrize(("step", "lots"), [(0.001, 11), (0.01, 11), (0.002, 11), (1.0, 11), (0.011, 1)])
def test_contracts_are_closed_whole_in_lots_that_became_coarser(
    step: float, lots: int, desk: Any, accounts: Any
) -> None:
    rows = [
        desk.quote(0),
        desk.quote(1),
        *(desk.quote(minute, perp_lot_step=step) for minute in (4321, 4322)),
    ]
    for row in rows[2:]:
        row["perp_hours_to_delisting"] = 40.0
    traded = desk.run_each(rows)
    closed = traded.events.filter((pl.col("kind") == "fill") & (pl.col("purpose") == "urgent"))
    perp = closed.row(by_predicate=pl.col("leg") == "perp", named=True)
    assert (perp["lots"], perp["lots"] * perp["step"]) == (lots, 0.011)
    assert traded.book["positions"].to_list() == [0, 1, 1, 0]
    for exact, told in accounts.follow(rows, traded):
        assert float(exact) == pytest.approx(told, abs=1e-6)


def test_exit_wins_over_entry(desk: Any) -> None:
    """The row would be entered as well, in a book without a wait: it is closed, then entered again."""
    book = desk.make_book("reentry_wait=0h")
    rows = [desk.quote(minute, perp_hours_to_delisting=800.0 if minute < 2 else 48.0) for minute in range(4)]
    traded = desk.run(rows, book)
    assert traded.acts["act"].to_list() == ["urgent"]
    assert traded.verdicts["verdict"].to_list() == ["approved", "held"]
    converged = {"perp_bid": 94_809.9, "perp_ask": 94_810.0}
    rows = [desk.quote(minute, **(converged if minute == 2 else {})) for minute in range(4)]
    traded = desk.run(rows, book)
    assert traded.acts["rule"].to_list() == ["X4"]
    assert traded.verdicts["verdict"].to_list() == ["approved", "held", "approved"]
    assert traded.verdicts["ts"].to_list() == [desk.at(minute) for minute in (0, 1, 3)]


@pytest.mark.parametrize(("hours", "verdicts"), [(23.9, []), (24.0, ["approved"])])
def test_the_wait_before_another_entry(desk: Any, hours: float, verdicts: list[str]) -> None:
    rows = [desk.quote(0), desk.quote(1), desk.quote(10, perp_hours_to_delisting=40.0), desk.quote(11)]
    traded = desk.run_each([*rows, desk.quote(11 + hours * 60)])
    assert traded.book["positions"].to_list() == [0, 1, 1, 0, 0]
    assert traded.verdicts.filter(pl.col("ts") > desk.at(11))["verdict"].to_list() == verdicts


def test_an_unknown_exit_is_kept_and_flagged_and_blocks_after_an_hour(desk: Any) -> None:
    unknown = {"perp_hours_to_delisting": None}
    minutes = (10, 69.9, 70, 71)
    rows = [
        desk.quote(0),
        desk.quote(1),
        *(desk.quote(minute, **unknown) for minute in minutes),
        desk.quote(72),
    ]
    ether = [desk.quote(minute, "ETH", spot_min_notional_usd=1e6) for minute in (*minutes, 72)]
    traded = desk.run_each([*rows, *ether])
    assert traded.acts["act"].to_list() == ["unknown"] * 4
    assert traded.acts["keep"].to_list() == [1.0] * 4
    verdicts = traded.verdicts.filter(pl.col("pair").str.contains("ETH"))["verdict"].to_list()
    assert verdicts == ["too small", "too small", "in doubt", "in doubt", "too small"]
    assert traded.book["positions"].to_list()[1:] == [1.0] * 6


def test_a_pair_that_is_not_seen_is_kept_and_paid(desk: Any) -> None:
    """Its value stays that of the latest prices; what was settled meanwhile is paid at the latest mark."""
    ether = [desk.quote(minute, "ETH", spot_min_notional_usd=1e6) for minute in (2, 120)]
    rows = [desk.quote(0), desk.quote(1), *ether, desk.quote(130)]
    for trade in (desk.run, desk.run_each):
        traded = trade(rows, around=desk.Around(settlements=(desk.pay(119, 0.0001),)))
        equity = traded.book["equity_usd"]
        assert equity[2] == equity[1]
        assert equity[3] - equity[2] == pytest.approx(0.011 * 95_100 * 0.0001)
        assert traded.book["positions"].to_list() == [0, 1, 1, 1, 1]
        (paid,) = traded.events.filter(pl.col("kind") == "funding").to_dicts()
        assert (paid["ts"], paid["price"]) == (desk.at(120), pytest.approx(95_100))
        assert paid["purpose"] is None


def test_an_exit_waits_for_prices(desk: Any) -> None:
    leaving = {"perp_hours_to_delisting": 40.0}
    rows = [desk.quote(0), desk.quote(1), desk.quote(2, **leaving), desk.quote(3, perp_bid=None, **leaving)]
    traded = desk.run_each([*rows, desk.quote(4, spot_ask=None, **leaving), desk.quote(5, **leaving)])
    assert traded.book["positions"].to_list() == [0, 1, 1, 1, 1, 0]
    assert traded.events.filter(pl.col("purpose") == "urgent")["ts"].unique().to_list() == [desk.at(5)]


def test_a_payment_without_a_rate_is_told_without_an_amount(desk: Any) -> None:
    traded = desk.run(
        [desk.quote(0), desk.quote(1), desk.quote(2)], around=desk.Around(settlements=(desk.pay(2, None),))
    )
    (paid,) = traded.events.filter(pl.col("kind") == "funding").to_dicts()
    assert (paid["rate"], paid["amount"]) == (None, None)
    assert traded.memory.pairs[BTC]["funding"] == 0.0


def test_payments_of_a_long_gap_are_all_paid(desk: Any) -> None:
    """More settlements than there is room for in a usual step."""
    payments = tuple(desk.pay(2 + minute / 100, 1e-6) for minute in range(6000))
    traded = desk.run(
        [desk.quote(0), desk.quote(1), desk.quote(100)], around=desk.Around(settlements=payments)
    )
    assert traded.events.filter(pl.col("kind") == "funding").height == 6000
    assert traded.memory.pairs[BTC]["funding"] == pytest.approx(6000 * 0.011 * 95_100 * 1e-6)


def lose(desk: Any, **changes: Any) -> list[dict[str, Any]]:
    """Rows in which the contract is closed by force at minute 2."""
    price = 120_000.0
    return [
        desk.quote(0),
        desk.quote(1),
        *(desk.quote(minute, price=price, **changes) for minute in (2, 3, 4)),
    ]


def test_a_naked_leg_is_closed_and_counts_as_naked_until_then(desk: Any) -> None:
    rows = lose(desk)
    rows[3]["spot_bid"] = None
    ether = [desk.quote(minute, "ETH", spot_min_notional_usd=1e6) for minute in (2, 3, 4)]
    traded = desk.run_each(
        [*rows, *ether], desk.make_book("-day-stop; -drawdown; -trade-stop; -one-coin; -leverage; -one-venue")
    )
    forced = traded.events.filter(pl.col("purpose") == "liquidation").to_dicts()
    assert [(event["leg"], event["lots"], event["rule"]) for event in forced] == [("perp", 11, None)]
    assert traded.acts["act"].to_list() == ["urgent", "unknown", "urgent"]
    begun = traded.changes.filter(pl.col("change") == "begins")
    assert begun.select("ts", "limit").rows() == [(desk.at(2), "naked-usd"), (desk.at(3), "naked-s")]
    assert begun["value"].to_list() == [pytest.approx(0.01100898 * 120_000, rel=1e-6), 60]
    assert traded.verdicts.filter(pl.col("pair").str.contains("ETH"))["limit"].to_list() == ["naked-usd"] * 3
    assert traded.book["positions"].to_list() == [0, 1, 1, 1, 0]


def test_orders_of_a_position_that_is_closed_by_force_are_dropped(desk: Any) -> None:
    """A top-up was on its way: it is not sent after what is lost."""
    rows = [desk.quote(0), desk.quote(1), desk.quote(2, price=99_500.0), *lose(desk)[2:]]
    for minute, row in enumerate(rows):
        row["ts"] = desk.at(minute)
    traded = desk.run(rows, desk.make_book("-day-stop; -drawdown; -trade-stop; -one-coin"))
    assert traded.acts["act"].to_list()[0] == "top up"
    assert not traded.events.filter(pl.col("purpose") == "top up").height
    assert traded.memory.pairs[BTC]["margin"] == [0, 0]
    equity = traded.book["equity_usd"]
    assert equity[5] == pytest.approx(equity[3] - 0.011 * 120_000 * 0.001, abs=0.01)


def test_the_same_bar_can_lose_every_leg(desk: Any) -> None:
    """Both legs are contracts: the long one falls, the short one rises, and nothing is left to be closed."""
    book = with_legs(desk, TWO_PERPS, "-day-stop; -drawdown; -trade-stop; -delta; -one-coin; -var")
    held = {
        "spot_settle": "USDT",
        "spot_fee_coin": "quote",
        "spot_maintenance_rate": 0.004,
        "spot_mark": 95_000.0,
    }
    held |= {"spot_funding_rate": 0.0, "spot_funding_interval_hours": 8.0}
    gone = held | {"spot_mark": 60_000.0, "perp_mark": 140_000.0}
    rows = [desk.quote(0, **held), desk.quote(1, **held), desk.quote(2, **gone), desk.quote(3, **held)]
    settled = {f"spot_funding_apr_{days}d": 0.0 for days in (1, 3, 7, 30)}
    traded = desk.run_each([row | settled for row in rows], book)
    assert traded.book["positions"].to_list() == [0, 1, 0, 0]
    assert traded.events.filter(pl.col("purpose") == "liquidation")["leg"].to_list() == ["spot", "perp"]
    past = traded.memory.pairs[BTC]
    assert past["closed_at"] == desk.at(2).timestamp()
    assert past["pnl_past"] == pytest.approx(traded.book["equity_usd"][3] - 2000)
    assert past["cash"] == 0


def test_borrowed_coins_cost_interest_also_while_they_are_not_seen(desk: Any) -> None:
    book = with_legs(desk, ON_MARGIN, "basis_in=0.1%; net_apr=20%; -day-stop; -trade-stop; -delta")
    held = {"spot_fee_coin": "quote", "spot_borrow_apr": 0.1, "perp_fee_coin": "quote"}
    ether = desk.quote(2, "ETH", spot_min_notional_usd=1e9)
    rows = [desk.quote(0, **held), desk.quote(1, **held), ether, desk.quote(61, **held)]
    traded = desk.run_each(rows, book)
    assert traded.book["positions"].to_list() == [0, 1, 1, 1]
    borrowed = traded.events.filter(pl.col("kind") == "borrow")
    assert borrowed["ts"].to_list() == [desk.at(2), desk.at(61)]
    notional = traded.memory.pairs[BTC]["units"][0] * 95_000
    assert borrowed["amount"].sum() == pytest.approx(-notional * 0.1 / 365 / 24, rel=1e-5)


def test_coins_on_margin_keep_what_was_lent(desk: Any) -> None:
    """The proceeds of coins that are sold on margin are lent: a half that is closed frees half of the own."""
    exit_half = "id,perp_hours_to_delisting,then keep,then urgent,note\nX,< 100h,50%,false,\n"
    words = "basis_in=0.1%; net_apr=20%; -day-stop; -trade-stop; -delta; -leverage"
    book = with_legs(desk, ON_MARGIN, words, exit=exit_half)
    held = {"spot_fee_coin": "quote", "spot_borrow_apr": 0.0, "perp_fee_coin": "quote"}
    rows = [
        desk.quote(0, **held),
        desk.quote(1, **held),
        *(desk.quote(minute, perp_hours_to_delisting=50.0, **held) for minute in (2, 3)),
    ]
    traded = desk.run(rows, book)
    entry, now = traded.events.filter((pl.col("kind") == "margin") & (pl.col("leg") == "spot"))[
        "amount"
    ].to_list()
    held_part = traded.memory.pairs[BTC]["units"][0] / traded.memory.pairs[BTC]["entry_units"][0]
    assert -now == pytest.approx(entry * (1 - held_part), rel=0.01)


def test_lots_of_another_step_do_not_change_what_is_ordered(desk: Any) -> None:
    """The venue takes finer lots from minute 1, coarser ones from minute 3: orders fill what they meant."""
    finer = {"perp_lot_step": 0.0001, "spot_lot_step": 0.000001}
    coarser = {"perp_lot_step": 0.002, "spot_lot_step": 0.0002}
    leaving = {"perp_hours_to_delisting": 40.0}
    rows = [
        desk.quote(0),
        desk.quote(1, **finer),
        desk.quote(2, **finer, **leaving),
        desk.quote(3, **coarser, **leaving),
    ]
    traded = desk.run_each(rows)
    fills = traded.events.filter(pl.col("kind") == "fill")
    assert (fills["lots"] * fills["step"]).to_list() == pytest.approx([0.01102, -0.011, -0.011008, 0.011])
    assert traded.book["positions"].to_list() == [0, 1, 1, 0]


@pytest.mark.parametrize(("perp", "lots"), [(0.010, -1), (0.0105, None), (0.012, 1), (0.011, None)])
def test_the_contract_follows_the_coins_that_are_held(desk: Any, perp: float, lots: float | None) -> None:
    """After a minute of more than 1 % of delta, in whole lots, and never the coins."""
    before = desk.run([desk.quote(0), desk.quote(1)])
    told = {name: dict(pair) for name, pair in before.memory.pairs.items()}
    told[BTC]["units"] = [0.01100898, perp]
    memory = replace(before.memory, pairs=told)
    rows = [desk.quote(minute) for minute in (2, 2.9, 3, 4, 5)]
    traded = desk.run_each(rows, memory=memory, since=desk.at(1))
    fills = traded.events.filter(pl.col("kind") == "fill").to_dicts()
    assert [(fill["leg"], fill["lots"], fill["purpose"], fill["limit"]) for fill in fills] == (
        [("perp", lots, "rebalance", "delta")] if lots else []
    )
    if lots:
        assert fills[0]["ts"] == desk.at(4)
        assert traded.memory.pairs[BTC]["units"][1] == pytest.approx(0.011)
