"""What a book remembers between cycles, and over a change of the book."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from engine.portfolio.memory import Latch, begin_memory, read_memory

BTC = "binance:BTC/USDT:USDT"


def stop(desk: Any) -> tuple[list[dict[str, Any]], Any]:
    """Rows after which the drawdown has halted the book, which waits for a person."""
    lost = {"perp_ask": 104_060.0, "perp_bid": 104_059.9, "perp_mark": 95_100.0}
    rows = [desk.quote(0), desk.quote(1), desk.quote(2, **lost), desk.quote(3, **lost), desk.quote(4)]
    return rows, desk.make_book("-trade-stop; -day-stop")


def test_the_first_cycle_begins_with_nothing() -> None:
    memory = begin_memory()
    assert read_memory(memory.write()) == memory
    assert not memory.pairs
    assert memory.list_facts({"pair": pl.String}) is None


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="another version"):
        read_memory(begin_memory().write().replace(b'"format": 1', b'"format": 2'))


def test_a_latch_outlives_a_restart_and_a_book_that_does_not_have_it(desk: Any) -> None:
    rows, book = stop(desk)
    halted = desk.run(rows, book)
    assert [latch.limit for latch in halted.memory.latches if latch.active] == ["drawdown"]
    memory = read_memory(halted.memory.write())
    assert memory == halted.memory
    ether = {"coin": "ETH", "spot_min_notional_usd": 1e6}
    other = desk.make_book("-trade-stop; -day-stop; -drawdown")
    without = desk.run([desk.quote(5), desk.quote(5, **ether)], other, memory=memory, since=desk.at(4))
    assert without.verdicts["verdict"].to_list() == ["held", "too small"]
    again = desk.run(
        [desk.quote(6), desk.quote(6, **ether)],
        book,
        memory=read_memory(without.memory.write()),
        since=desk.at(5),
    )
    assert again.verdicts["limit"].to_list() == [None, "drawdown"]
    assert [latch for latch in again.memory.latches if latch.limit == "drawdown"] == [
        latch for latch in memory.latches if latch.limit == "drawdown"
    ]


def test_a_person_releases_a_latch(desk: Any) -> None:
    rows, book = stop(desk)
    memory = desk.run(rows, book).memory
    released = replace(memory, latches=tuple(latch for latch in memory.latches if latch.limit != "drawdown"))
    ether = desk.quote(5, "ETH", spot_min_notional_usd=1e6)
    told = desk.run([desk.quote(5), ether], book, memory=released, since=desk.at(4))
    assert told.verdicts["verdict"].to_list() == ["held", "too small"]


def test_who_is_not_seen_is_not_forgotten(desk: Any) -> None:
    """A latch of a pair and the position in another stay through cycles that show neither."""
    wide = {"spot_bid": 0.79}
    rows = [
        *(desk.quote(minute, "ADA", **wide) for minute in (0, 1)),
        *(desk.quote(minute) for minute in (0, 1)),
    ]
    before = desk.run(rows).memory
    latch = next(latch for latch in before.latches if latch.limit == "spread")
    assert latch == Latch("spread", desk.name_pair("ADA"), *(desk.at(m).timestamp() for m in (0, 1, 1)))
    after = desk.run([desk.quote(2, "ETH", spot_min_notional_usd=1e6)], memory=before, since=desk.at(1))
    assert latch in after.memory.latches
    assert after.memory.pairs[BTC]["units"] == before.pairs[BTC]["units"]
    assert after.book["positions"].to_list() == [1]


def test_an_order_waits_through_a_restart(desk: Any) -> None:
    before = desk.run([desk.quote(0)])
    assert before.memory.pairs[BTC]["order_lots"] == [1102, 11]
    after = desk.run([desk.quote(1)], memory=read_memory(before.memory.write()), since=desk.at(0))
    assert after.events.filter(pl.col("kind") == "fill")["rule"].to_list() == ["E1", "E1"]


def test_the_equity_of_each_day_is_remembered(desk: Any) -> None:
    """Returns of whole days, what was paid in and out left aside."""
    day = 24 * 60
    flows = ((0, "main", 2000.0), (day + 5, "main", 1000.0), (2 * day, "main", -500.0))
    minutes = (0, 1, day - 360, day, day + 10, 2 * day, 3 * day)
    traded = desk.run_each([desk.quote(minute) for minute in minutes], around=desk.Around(flows=flows))
    equity = traded.book["equity_usd"].to_list()
    assert len(traded.memory.equity_days) == 3
    assert traded.memory.equity_days[0] == pytest.approx(equity[2] / 2000 - 1)
    assert traded.memory.equity_days[1] == pytest.approx((equity[5] - 500) / equity[2] - 1)
    assert traded.memory.equity_days[2] == pytest.approx(equity[6] / equity[5] - 1)
