"""One pair through one day, in numbers that were worked out by hand.

The day needs these assumptions: no depth is seen, so that fills are no worse than the quotes; an order is
filled at the next quote, which is the same; funding is paid at the mark of its time; the capital that is used
counts the coins that are held (1,307.38), where what was paid counts those that the fee took too (1,308.43);
coins below the step stay in the equity at the price at which they were left.
"""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

CASES = Path(__file__).parents[2] / "cases" / "portfolio" / "worked_day.csv"
PRICES = ("spot_bid", "spot_ask", "perp_bid", "perp_ask", "perp_mark", "perp_hours_to_delisting")
COIN = "binance:BTC/USDT:USDT"


def read_day() -> list[dict[str, str]]:
    with CASES.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module", params=["at once", "time by time"])
def day(request: pytest.FixtureRequest, desk: Any) -> Any:
    rows = read_day()
    payments = tuple(desk.pay(float(row["minutes"]), float(row["rate"])) for row in rows if row["rate"])
    quotes = [
        desk.quote(float(row["minutes"]), **{name: float(row[name]) for name in PRICES}) for row in rows
    ]
    trade = desk.run if request.param == "at once" else desk.run_each
    return trade(quotes, around=desk.Around(settlements=payments))


def test_each_step(day: Any) -> None:
    for row, book in zip(read_day(), day.book.iter_rows(named=True), strict=True):
        change = f"{book['equity_usd'] - 2000:.3f}".replace("-0.000", "0.000")
        acts = day.acts.filter(pl.col("ts") == book["ts"])
        told = {
            "equity_change": change,
            "free": f"{book['free_usd']:.2f}",
            "act": " ".join(f"{act['act']} {act['rule']}" for act in acts.to_dicts()),
        }
        assert told == {name: row[name] for name in told}, row["note"]


def test_the_entry(day: Any) -> None:
    (verdict,) = day.verdicts.filter(pl.col("verdict") == "approved").to_dicts()
    assert verdict["wanted_usd"] == 1120
    assert verdict["rule"] == "S1"
    events = day.events.filter(pl.col("purpose") == "enter").to_dicts()
    assert [(event["kind"], event["leg"]) for event in events] == [
        *(("margin", "perp"), ("fill", "spot"), ("fill", "perp")),
    ]
    margin, spot, perp = events
    assert margin["amount"] == 261.53
    assert (spot["lots"], spot["step"], spot["price"]) == (1102, 0.00001, 95_000)
    assert (spot["fee_rate"], spot["fee_in_base"]) == (0.001, 1)
    assert (perp["lots"], perp["step"], perp["price"]) == (-11, 0.001, 95_100)
    assert (perp["fee_rate"], perp["fee_in_base"]) == (0.0005, 0)
    assert {event["rule"] for event in events} == {"E1"}
    assert {event["ts"] for event in events} == {day.book["ts"][1]}


def test_the_capital_that_is_used(day: Any) -> None:
    held = day.book.row(1, named=True)
    assert held["capital_used_usd"] == pytest.approx(0.01100898 * 95_000 + 0.011 * 95_100 / 4)
    assert 2000 - held["free_usd"] == pytest.approx(1308.43)
    assert held["notional_usd"] == pytest.approx(1046.10)
    assert 0.7 * held["capital_usd"] - held["capital_used_usd"] == pytest.approx(91.57, abs=0.05)


def test_the_exit(day: Any) -> None:
    events = day.events.filter(pl.col("purpose") == "urgent").to_dicts()
    spot, perp, margin, dust = events
    assert [event["kind"] for event in events] == ["fill", "fill", "margin", "dust"]
    assert (spot["lots"], spot["price"], spot["fee_in_base"]) == (-1100, 94_850, 0)
    assert (perp["lots"], perp["price"]) == (11, 94_900)
    assert dust["amount"] == pytest.approx(0.00000898 * 94_850)
    assert margin["amount"] == pytest.approx(-(261.53 - 0.52305 + 0.556391 + 2.2 - 0.52195))
    memory = day.memory.pairs[COIN]
    assert memory["units"] == [0, 0]
    assert memory["pnl_past"] == pytest.approx(-2.030206, abs=5e-7)
    assert day.memory.book["fees_month"] == pytest.approx(3.13525)
    assert day.memory.dust == {"main": pytest.approx(0.00000898 * 94_850)}


def test_what_funding_paid(day: Any) -> None:
    paid = day.events.filter(pl.col("kind") == "funding")
    assert [f"{amount:.3f}" for amount in paid["amount"]] == ["0.105", "0.190", "0.261"]
    assert paid["amount"].sum() == pytest.approx(0.556391)


@pytest.mark.parametrize(
    ("mark", "leverage", "topped"),
    [(95_100, "4.01", False), (96_200, "4.25", False), (99_000, "4.99", False), (99_024, "5.00", True)],
)
def test_margin_is_the_daily_work(desk: Any, mark: float, leverage: str, topped: bool) -> None:
    """The fee of the perp is paid from its margin, so that leverage begins at 4.01; without it, at 4."""
    price = mark - 100.0
    rows = [desk.quote(0), desk.quote(1), desk.quote(2, price=price, basis=100 / price)]
    traded = desk.run([*rows, rows[-1] | {"ts": rows[-1]["ts"] + timedelta(minutes=1)}])
    equity = 261.53 - 0.52305 + 0.011 * (95_100 - mark)
    assert f"{0.011 * mark / equity:.2f}" == leverage
    acts = traded.acts.filter(pl.col("act") == "top up").to_dicts()
    assert bool(acts) == topped
    if topped:
        assert acts[0]["limit"] == "leverage"
        assert acts[0]["amount_usd"] == pytest.approx(0.011 * mark / 4.5 - equity, abs=0.01)
        (moved,) = traded.events.filter(pl.col("purpose") == "top up").to_dicts()
        assert moved["amount"] == acts[0]["amount_usd"]
        assert traded.memory.pairs[COIN]["topped_up"] == moved["amount"]
        assert traded.memory.book["equity_before"] == pytest.approx(traded.book["equity_usd"][2])


def test_the_liquidation_price(desk: Any) -> None:
    """24.5 % up, beyond which the margin is lost and the coins stand alone; they are sold at once."""
    book = desk.make_book("-leverage; -liq-near; -liq-close; -delta; -trade-stop; -day-stop; -drawdown")
    for mark, lost in ((118_353, False), (118_355, True)):
        price = mark - 100.0
        rows = [desk.quote(0), desk.quote(1), desk.quote(2, price=price, basis=100 / price)]
        rows.append(rows[-1] | {"ts": desk.at(3)})
        traded = desk.run(rows, book)
        forced = traded.events.filter(pl.col("purpose") == "liquidation")
        assert forced.height == lost
        if lost:
            (act,) = traded.acts.to_dicts()
            assert (act["act"], act["keep"]) == ("urgent", 0)
            assert traded.book["positions"].to_list() == [0, 1, 1, 0]
            assert traded.book["equity_usd"][2] == pytest.approx(
                2000 - 1308.43 + 0.01100898 * price, abs=0.01
            )
