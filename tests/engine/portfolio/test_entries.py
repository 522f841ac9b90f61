"""New positions: what a candidate gets, and why it gets no more."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from engine.frames.pairs import validate_pairs
from engine.operations.starter import find_starter
from engine.portfolio.signals import Account

BUCKETS = "bucket,share,use,note\nactive,{},entries,\nbuffer,{},top up,\nfees,{},fees,\n"
SIZING = "id,depth_usd,then share,then cap_usd,note\nS1,>= 0,{},{},\n"


def decide(desk: Any, *rows: Any, **more: Any) -> dict[str, dict[str, Any]]:
    """The verdicts at the last of these times, by coin."""
    traded = desk.run(rows, **more)
    last = traded.verdicts.filter(pl.col("ts") == traded.book["ts"][-1])
    return {verdict["pair"].split(":")[1].split("/")[0]: verdict for verdict in last.to_dicts()}


def write(**files: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"{name}.csv", text) for name, text in sorted(files.items()))


def test_the_usual_pair_is_of_the_agreed_form(desk: Any) -> None:
    legs = desk.make_book().bound.book.manifest.pairing.legs
    pairs = desk.build_pairs([desk.quote(0), desk.quote(0, "ADA", "kraken")], legs)
    assert validate_pairs(pairs, legs).height == 2


@pytest.mark.parametrize(
    ("deposit", "capital", "lots"),
    [(2000, 2000, 11), (20_000, 2000, 11), (1900, 1900, 11), (1800, 1800, 10), (1100, 1100, 6)],
)
def test_capital_is_the_smaller_of_what_is_stated_and_what_is_there(
    desk: Any, deposit: float, capital: float, lots: int
) -> None:
    traded = desk.run([desk.quote(0), desk.quote(1)], around=desk.Around(flows=((0, "main", deposit),)))
    assert traded.book["capital_usd"][0] == capital
    assert traded.memory.pairs[desk.name_pair("BTC")]["units"][1] == pytest.approx(lots * 0.001)


@pytest.mark.parametrize(
    ("shares", "wanted"),
    [(("70%", "20%", "10%"), 1120), (("50%", "40%", "10%"), 800), (("20%", "50%", "30%"), 320)],
)
def test_buckets_bound_what_is_wanted(desk: Any, shares: tuple[str, ...], wanted: float) -> None:
    book = desk.make_book("", write(allocation=BUCKETS.format(*shares)))
    assert decide(desk, desk.quote(0), book=book)["BTC"]["wanted_usd"] == pytest.approx(wanted)


def test_no_limits_no_trading(desk: Any) -> None:
    book = desk.make_book("", write(limits="limit,scope,measure,must be,for,otherwise,until,note\n"))
    assert decide(desk, desk.quote(0), book=book)["BTC"]["verdict"] == "no room"


def test_without_a_sizing_table_nothing_has_a_size(desk: Any) -> None:
    lines = (find_starter() / "draft" / "book.toml").read_text(encoding="utf-8").splitlines(keepends=True)
    manifest = "".join(line for line in lines if not line.startswith("sizing = "))
    book = desk.make_book("", (("book.toml", manifest), ("sizing.csv", "")))
    verdict = decide(desk, desk.quote(0), book=book)["BTC"]
    assert (verdict["verdict"], verdict["rule"], verdict["wanted_usd"]) == ("no size", None, None)


def test_one_coin_is_clipped_in_whole_lots(desk: Any) -> None:
    """95 % of 2000 would be 1,520 in one coin; 60 % are 1,200, which 12 lots of 95.10 stay below."""
    book = desk.make_book("-buffer", write(allocation=BUCKETS.format("95%", "3%", "2%")))
    verdict = decide(desk, desk.quote(0), book=book)["BTC"]
    assert (verdict["verdict"], verdict["limit"]) == ("approved", "one-coin")
    assert verdict["wanted_usd"] == pytest.approx(1520)
    assert verdict["approved_usd"] == pytest.approx(12 * 95, rel=1e-3)
    assert verdict["value"] == pytest.approx(13 * 95.1 / 2000)


def test_what_is_too_large_for_one_lot_is_refused(desk: Any) -> None:
    book = desk.make_book("-buffer", write(allocation=BUCKETS.format("95%", "3%", "2%")))
    row = desk.quote(0, perp_lot_step=0.013)
    verdict = decide(desk, row, book=book)["BTC"]
    assert (verdict["verdict"], verdict["limit"], verdict["approved_usd"]) == ("refused", "one-coin", None)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"perp_lot_step": 0.011}, "approved"),
        ({"perp_lot_step": 0.012}, "too small"),
        ({"perp_min_lots": 11.0}, "approved"),
        ({"perp_min_lots": 12.0}, "too small"),
        ({"spot_min_notional_usd": 1046.90}, "approved"),
        ({"spot_min_notional_usd": 1046.91}, "too small"),
        ({"perp_min_notional_usd": 1046.10}, "approved"),
        ({"perp_min_notional_usd": 1046.11}, "too small"),
        ({"spot_min_lots": None}, "no price"),
        ({"perp_lot_step": None}, "no price"),
        ({"perp_min_notional_usd": None}, "no price"),
        ({"perp_contract_size": None}, "no price"),
        ({"perp_maintenance_rate": None}, "refused"),
        ({"perp_funding_apr_30d": None}, "approved"),
        ({"spot_volume_usd_24h": None}, None),
        ({"perp_funding_rate": None}, None),
    ],
)
def test_the_smallest_order_and_what_is_missing(
    desk: Any, changes: dict[str, float | None], verdict: str | None
) -> None:
    exact = {"spot_bid": 94_999.99, "perp_bid": 95_100.0, "perp_ask": 95_100.1}
    told = decide(desk, desk.quote(0, **(exact | changes)))
    assert (told["BTC"]["verdict"] if told else None) == verdict


def test_an_entry_whose_price_is_missing_at_the_next_time_is_dropped(desk: Any) -> None:
    traded = desk.run([desk.quote(0), desk.quote(1, perp_ask=None), desk.quote(2)])
    assert traded.verdicts["verdict"].to_list() == ["approved", "approved"]
    assert traded.events["kind"].to_list() == ["flow"]
    assert traded.book["free_usd"].to_list() == [2000] * 3


def test_entries_come_by_priority_then_rank_then_name(desk: Any) -> None:
    """Ether is weaker (E2) however it ranks; of equals the name decides."""
    book = desk.make_book("", write(sizing=SIZING.format("60%", "")))
    weak = {"perp_funding_apr_3d": 0.11, "perp_funding_apr_7d": 0.11}
    rows = [
        desk.quote(0),
        desk.quote(0, "ETH", **weak),
        desk.quote(0, "ADA"),
        desk.quote(0, "SOL", basis=0.0012),
    ]
    traded = desk.run(rows, book)
    coins = [pair.split(":")[1].split("/")[0] for pair in traded.verdicts["pair"]]
    assert coins == ["SOL", "ADA", "BTC", "ETH"]
    assert traded.verdicts["verdict"].to_list()[:2] == ["approved", "approved"]
    assert traded.verdicts["wanted_usd"][1] < traded.verdicts["wanted_usd"][0]


def test_more_orders_at_once_than_the_limit_of_intents(desk: Any) -> None:
    book = desk.make_book("", write(sizing=SIZING.format("20%", "")))
    told = decide(desk, *(desk.quote(0, coin) for coin in ("BTC", "ETH", "ADA")), book=book)
    assert {coin: (each["verdict"], each["limit"]) for coin, each in told.items()} == {
        "ADA": ("approved", None),
        "BTC": ("approved", None),
        "ETH": ("refused", "intents"),
    }


@pytest.mark.parametrize(("cap", "lots"), [("", 11), ("951.1", 10), ("951", 10), ("950", 9), ("null", 11)])
def test_a_cap_bounds_the_larger_leg(desk: Any, cap: str, lots: int) -> None:
    """Ten lots of the contract are 951.00, of the coin 950.00."""
    book = desk.make_book("", write(sizing=SIZING.format("100%", cap)))
    rows = [desk.quote(minute, perp_bid=95_100.0, perp_mark=95_100.0) for minute in (0, 1)]
    assert desk.run(rows, book).memory.pairs[desk.name_pair("BTC")]["units"][1] == pytest.approx(lots / 1000)


@pytest.mark.parametrize(
    ("share", "cap", "verdict"),
    [
        ("0%", "", "no size"),
        ("100%", "0", "no size"),
        ("spot_borrow_apr", "", "no size"),
        ("100%", "spot_borrow_apr * 100 usd", "no size"),
    ],
)
def test_no_size(desk: Any, share: str, cap: str, verdict: str) -> None:
    cap = "if spot_borrow_apr > 0 then 5 else 6" if "borrow" in cap else cap
    share = "if spot_borrow_apr > 0 then 50% else 60%" if "borrow" in share else share
    book = desk.make_book("", write(sizing=SIZING.format(share, cap)))
    assert decide(desk, desk.quote(0), book=book)["BTC"]["verdict"] == verdict


def test_a_venue_without_an_account(desk: Any) -> None:
    assert decide(desk, desk.quote(0, venue="kraken"))["BTC"]["verdict"] == "no account"


def test_an_inverse_contract_has_no_account_of_dollars(desk: Any) -> None:
    row = desk.quote(0, perp_contract_size=100.0, perp_lot_step=1.0, perp_inverse=True)
    assert decide(desk, row)["BTC"]["verdict"] == "no account"


def test_two_accounts_pay_for_their_own(desk: Any) -> None:
    """What one account lacks is not taken from the other."""
    accounts = (Account("main", "binance"), Account("other", "kraken"))
    flows = ((0, "main", 1900.0), (0, "other", 100.0))
    around = desk.Around(
        flows=flows,
        errors=((-1, "binance", 0.0), (-1, "kraken", 0.0)),
        latency=((-1, "binance", 0.1), (-1, "kraken", 0.1)),
    )
    rows = [
        desk.quote(minute, coin, venue)
        for minute in (0, 1)
        for coin, venue in (("BTC", "binance"), ("ADA", "kraken"))
    ]
    traded = desk.run(rows, accounts=accounts, around=around)
    assert min(traded.memory.wallets.values()) >= 0.0
    spent = traded.events.filter(
        (pl.col("kind") == "fill") & (pl.col("pair") == desk.name_pair("ADA", "kraken"))
    )
    assert spent.height in (0, 2)
    assert traded.memory.wallets["other"] <= 100
    assert traded.memory.wallets["main"] < 1900


def test_depth_makes_fills_worse(desk: Any) -> None:
    """By 5 bps where an order is as large as the depth that is seen, by less in proportion."""
    seen = {"spot_depth_usd": 1e6, "perp_depth_usd": 2e6, "spot_has_book": True, "perp_has_book": True}
    traded = desk.run([desk.quote(0, **seen), desk.quote(1, **seen)])
    spot, perp = traded.events.filter(pl.col("kind") == "fill").to_dicts()
    assert spot["price"] == pytest.approx(95_000 * (1 + 5e-4 * 0.01102 * 95_000 / 1e6), rel=1e-12)
    assert perp["price"] == pytest.approx(95_100 * (1 - 5e-4 * 0.011 * 95_100 / 2e6), rel=1e-12)
    assert (spot["reference"], perp["reference"]) == (95_000, pytest.approx(95_100))


def test_deposits_and_withdrawals_are_no_profit(desk: Any) -> None:
    flows = ((0, "main", 2000.0), (2, "main", 500.0), (3, "main", -900.0))
    rows = [desk.quote(minute) for minute in range(5)]
    traded = desk.run(rows, around=desk.Around(flows=flows))
    calm = desk.run(rows)
    assert traded.memory.book["unit"] == pytest.approx(calm.memory.book["unit"], rel=1e-3)
    assert traded.memory.book["day_start_equity"] + traded.memory.book["flows_today"] == 1600
    assert (traded.book["equity_usd"] - calm.book["equity_usd"]).to_list() == pytest.approx(
        [0, 0, 500, -400, -400]
    )
    assert not traded.changes.filter(pl.col("limit").is_in(["drawdown", "day-stop"])).height


def test_the_fees_of_a_month_are_forgotten_with_it(desk: Any) -> None:
    """195 of the 200 are spent: nothing is entered until the month is over."""
    memory = desk.begin_memory()
    book = {**memory.book, "month": 2026 * 12 + 0.0, "fees_month": 195.0, "day": 1.0}
    for minute, month, verdict in ((44_639 - 360, 0, "gated"), (44_640 - 360, 1, "approved")):
        started = type(memory)(book={**book, "month": float(2026 * 12)})
        traded = desk.run(
            [desk.quote(minute)],
            memory=started,
            since=desk.at(-1),
            around=desk.Around(flows=((0, "main", 2000.0),)),
        )
        assert traded.verdicts["verdict"].to_list() == [verdict], month
        assert traded.memory.book["fees_month"] == (0.0 if month else 195.0)


@pytest.mark.parametrize(
    ("changes", "units"),
    [
        ({"spot_multiplier": 1000.0, "spot_lot_step": 1e-8}, (0.00001101102, 0.011)),
        ({"perp_contract_size": 0.01, "perp_lot_step": 0.1}, (0.011, 1.1)),
        ({"spot_fee_coin": "quote"}, (0.011, 0.011)),
        ({"spot_lot_step": 0.002, "spot_fee_coin": "quote"}, (0.010, 0.010)),
    ],
)
def test_lots_of_every_kind(desk: Any, changes: dict[str, Any], units: tuple[float, float]) -> None:
    """Contracts of other sizes, symbols that name a thousand coins, fees in dollars."""
    traded = desk.run([desk.quote(0, **changes), desk.quote(1, **changes)])
    held = traded.memory.pairs[desk.name_pair("BTC")]["units"]
    assert held == pytest.approx(list(units), rel=1e-3)
    coins = [
        units * changes.get(f"{leg}_contract_size", 1.0) * changes.get(f"{leg}_multiplier", 1.0)
        for leg, units in zip(("spot", "perp"), held, strict=True)
    ]
    assert coins[0] == pytest.approx(coins[1], abs=0.00001)


@pytest.mark.parametrize(
    ("spot", "perp", "lots"),
    [
        (0.00001, 0.001, (1102, 11)),
        (0.001, 0.001, (11, 11)),
        (0.01, 0.0001, (1, 100)),
        (0.0009, 0.001, (12, 11)),
        (0.0002, 0.00001, (58, 1159)),
    ],
)
def test_what_is_received_agrees_within_half_the_coarsest_lot(
    desk: Any, spot: float, perp: float, lots: tuple[int, int]
) -> None:
    """The fee takes a thousandth of the coins: a whole lot more is bought only where that is nearer."""
    rows = [desk.quote(minute, spot_lot_step=spot, perp_lot_step=perp) for minute in (0, 1)]
    traded = desk.run(rows, desk.make_book("-delta"))
    fills = traded.events.filter(pl.col("kind") == "fill")["lots"].to_list()
    assert fills == [lots[0], -lots[1]]
    received, sold = traded.memory.pairs[desk.name_pair("BTC")]["units"]
    assert abs(received - sold) <= max(spot, perp) / 2
