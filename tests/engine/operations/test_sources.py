from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from engine.book.bind import BoundBook
from engine.operations.run import run_book
from engine.operations.sources import GeneratedSource, RecordedSource, Source
from engine.recording.history import History, open_history

START = datetime(2024, 2, 1, tzinfo=UTC)
MADE_START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def history(shared: Path) -> History:
    return open_history(shared / "data").select(venues=["binance"], symbols=["BTC", "XRP"])


def make(**settings: Any) -> GeneratedSource:
    """Some coins of the made market."""
    usual: dict[str, Any] = {"seed": 8, "start": MADE_START, "bases": ("BTC", "ETH", "ADA", "GMX")}
    return GeneratedSource(**{**usual, **settings})


def decisions(starter: BoundBook, source: Source) -> pl.DataFrame:
    return pl.concat([outcome.decisions for outcome in run_book(starter, source)])


def test_results_do_not_depend_on_the_blocks(starter: BoundBook, history: History) -> None:
    end = START + timedelta(days=20)
    whole = decisions(starter, RecordedSource(history, START, end))
    assert whole["ts"].n_unique() == 60
    for days in (3, 13):
        cut = RecordedSource(history, START, end, block=timedelta(days=days))
        assert decisions(starter, cut).equals(whole)


def test_a_run_begins_and_ends_where_it_is_told(starter: BoundBook, history: History) -> None:
    times = [
        outcome.at
        for outcome in run_book(starter, RecordedSource(history, START, START + timedelta(hours=16)))
    ]
    assert times == [START, START + timedelta(hours=8)]


@pytest.mark.parametrize("cycles", [1, 2, 40])
def test_the_latest_cycles_are_the_end_of_all(starter: BoundBook, history: History, cycles: int) -> None:
    source = RecordedSource(history, START, START + timedelta(days=20))
    latest = source.keep_latest(cycles, starter.book.manifest.pairing)
    times = [outcome.at for outcome in run_book(starter, latest)]
    assert times == [START + timedelta(days=20) - timedelta(hours=8) * ago for ago in range(cycles, 0, -1)]


def test_more_than_there_is_are_all(starter: BoundBook, history: History) -> None:
    source = RecordedSource(history, START, START + timedelta(days=1))
    latest = source.keep_latest(100, starter.book.manifest.pairing)
    assert decisions(starter, latest).equals(decisions(starter, source))


def test_a_time_without_history_has_no_cycles(starter: BoundBook, history: History) -> None:
    before = datetime(2015, 1, 1, tzinfo=UTC)
    assert list(run_book(starter, RecordedSource(history, before, before + timedelta(days=9)))) == []
    assert list(run_book(starter, RecordedSource(history.select(venues=["nowhere"])))) == []


def test_a_made_market_is_the_same_again_and_longer(starter: BoundBook) -> None:
    short = decisions(starter, make(cycles=3))
    long = decisions(starter, make(cycles=5))
    assert short.equals(long.filter(pl.col("ts").is_in(short["ts"].unique().implode())))
    assert not short.equals(decisions(starter, make(cycles=3, seed=9)))


def test_a_made_market_does_not_depend_on_the_blocks(starter: BoundBook) -> None:
    whole = decisions(starter, make(cycles=40))
    assert whole["ts"].unique().sort().to_list() == [MADE_START + timedelta(hours=hour) for hour in range(40)]
    assert decisions(starter, make(cycles=40, block=timedelta(hours=17))).equals(whole)


def test_a_made_market_goes_on_where_a_run_has_stopped(starter: BoundBook) -> None:
    whole = decisions(starter, make(cycles=7))
    later = decisions(starter, make(cycles=3, start=MADE_START + timedelta(hours=4)))
    assert whole.filter(pl.col("ts") >= later["ts"][0]).equals(later)


def test_the_latest_of_a_made_market(starter: BoundBook) -> None:
    pairing = starter.book.manifest.pairing
    source = make(cycles=5)
    (last,) = run_book(starter, source.keep_latest(1, pairing))
    assert last.at == MADE_START + timedelta(hours=4)
    assert last.decisions.equals(list(run_book(starter, source))[-1].decisions)
    assert decisions(starter, source.keep_latest(9, pairing)).equals(decisions(starter, source))


def test_a_made_market_is_narrowed(starter: BoundBook) -> None:
    kraken = decisions(starter, make(cycles=2, venues=("kraken",), bases=("BTC", "ETH")))
    assert set(kraken["pair"]) == {"kraken:BTC/USD:USD", "kraken:ETH/USD:USD"}
    whole = decisions(starter, make(cycles=2))
    assert whole.join(kraken, on=["ts", "pair"], how="semi", maintain_order="left").equals(kraken)
    assert list(run_book(starter, make(bases=("NONE",), cycles=2))) == []
