"""Every recorded decision is found again from what was known when it was made."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from engine.book.bind import BoundBook
from engine.book.folder import find_version, read_folder
from engine.cycle import Outcome, decide
from engine.errors import Diagnostic
from engine.exchange.generator import GeneratedMarket, generate_market
from engine.market.assembly import Candidates, assemble_candidates
from engine.operations.recording_source import RecordingSource
from engine.operations.run import run_book
from engine.operations.sources import Source
from engine.operations.starter import find_starter
from engine.recording.facts import BookVersion, CycleRecord
from engine.recording.history import History
from engine.recording.recorded_candidates import read_recorded_candidates
from engine.recording.recorder import Recorder
from engine.recording.snapshots import read_quotes

INSTANT = timedelta(microseconds=1)
STEP = timedelta(hours=8)
START = datetime(2026, 3, 1, tzinfo=UTC)
MONTH = timedelta(days=30)
CYCLES = 9
COINS = ("BTC", "ETH", "SOL", "DOGE", "XRP", "ADA", "SUI", "LINK", "AVAX", "LTC", "DOT", "NEAR")


@pytest.fixture(scope="module")
def market() -> GeneratedMarket:
    """Some coins of the made market, seen every 8 hours; funding is settled in between, too."""
    hours = STEP // timedelta(hours=1)
    made = generate_market(7, START, cycles=CYCLES * hours, warm_up=2 * MONTH)
    seen = pl.col("base").is_in(COINS) & (pl.col("ts").dt.hour() % hours == 0)
    quotes = made.quotes.filter(seen).with_columns(step_s=pl.lit(STEP.total_seconds()))
    settlements = made.settlements.join(quotes, on=["venue", "symbol"], how="semi")
    return GeneratedMarket(made.start, quotes, settlements)


class Engine:
    """Runs a book as a live engine would: it judges from what it was told by then, and records it."""

    def __init__(self, bound: BoundBook, recorder: Recorder) -> None:
        self.bound = bound
        self.recorder = recorder
        self.quotes: list[pl.DataFrame] = []
        self.settlements: list[pl.DataFrame] = []
        folder = find_version(find_starter())
        assert not isinstance(folder, Diagnostic)
        recorder.keep_book(bound.book.fingerprint, read_folder(folder).raw)

    def backfill(self, quotes: pl.DataFrame, settlements: pl.DataFrame) -> None:
        self.recorder.backfill(quotes, settlements)
        self.quotes.append(quotes)
        self.settlements.append(settlements)

    def judge(self, at: datetime, quotes: pl.DataFrame, settlements: pl.DataFrame) -> Outcome:
        self.quotes.append(quotes)
        self.settlements.append(settlements)
        known = pl.concat(self.settlements).unique(
            ["ts", "venue", "symbol"], keep="last", maintain_order=True
        )
        window = pl.concat(self.quotes).filter(pl.col("ts") > at - MONTH)
        pairs = assemble_candidates(window, known, self.bound.book.manifest.pairing).pairs
        outcome = decide(self.bound, pairs.drop("warm_up"), at)
        book = self.bound.book
        self.recorder.record(
            CycleRecord(
                at=at,
                book=BookVersion(book.manifest.name, book.version, book.fingerprint),
                parameters={name: str(value.value) for name, value in self.bound.parameters.items()},
                funnel=asdict(outcome.funnel),
                quotes=quotes,
                settlements=settlements,
                decisions=outcome.decisions,
            )
        )
        return outcome


def run_market(
    engine: Engine, market: GeneratedMarket, *, delay: timedelta, outage: range = range(0)
) -> dict[datetime, Outcome]:
    """Judge every cycle of a market; settlements are told a while after they were made.

    During an outage nothing is judged; what was missed is told before the next cycle.
    """
    outcomes = {}
    told = quoted = datetime(2000, 1, 1, tzinfo=UTC)
    for number in range(CYCLES):
        if number in outage:
            continue
        at = START + number * STEP
        if number in (0, outage.stop):
            missed = pl.col("ts").is_between(quoted, at, closed="none")
            known = pl.col("ts").is_between(told, at - delay, closed="none")
            engine.backfill(market.quotes.filter(missed), market.settlements.filter(known))
            told = max(told, at - delay - INSTANT)
        settled = pl.col("ts").is_between(told, at - delay, closed="right")
        told, quoted = at - delay, at
        outcomes[at] = engine.judge(
            at, market.quotes.filter(pl.col("ts") == at), market.settlements.filter(settled)
        )
    return outcomes


WAYS: dict[str, dict[str, Any]] = {
    "at once": {"delay": timedelta(0)},
    "late": {"delay": timedelta(minutes=1)},
    "late, with an outage": {"delay": timedelta(minutes=1), "outage": range(3, 6)},
}


@pytest.mark.parametrize("way", WAYS)
def test_every_decision_is_found_again(
    starter: BoundBook, recorder: Recorder, market: GeneratedMarket, way: str
) -> None:
    outcomes = run_market(Engine(starter, recorder), market, **WAYS[way])
    assert sum(outcome.funnel.enter for outcome in outcomes.values()) > 10
    for number, (at, outcome) in enumerate(outcomes.items()):
        if number == 3:
            assert recorder.compact()
        found = look_at(recorder, starter, at, at + INSTANT)
        again = decide(starter, found.pairs.drop("warm_up"), at)
        assert again.decisions.equals(outcome.decisions)
        assert again.pairs.equals(outcome.pairs)
        assert recorder.recording.read_cycle(at).decisions.equals(outcome.decisions)
    assert_a_run_finds(outcomes, starter, RecordingSource(recorder.recording))


def look_at(recorder: Recorder, starter: BoundBook, start: datetime, end: datetime) -> Candidates:
    pairing = starter.book.manifest.pairing
    return read_recorded_candidates(recorder.recording, pairing, start=start, end=end, warm_up=MONTH)


def assert_a_run_finds(outcomes: dict[datetime, Outcome], starter: BoundBook, source: Source) -> None:
    found = {outcome.at: outcome for outcome in run_book(starter, source)}
    assert list(found) == list(outcomes)
    for at, outcome in outcomes.items():
        assert found[at].decisions.equals(outcome.decisions)
        assert found[at].pairs.equals(outcome.pairs)


def test_what_came_late_would_change_what_is_found(
    starter: BoundBook, recorder: Recorder, market: GeneratedMarket
) -> None:
    """The test above can fail: seen all at once, earlier cycles know what was told after them."""
    outcomes = run_market(Engine(starter, recorder), market, **WAYS["late"])
    pairs = look_at(recorder, starter, START, START + CYCLES * STEP).pairs
    column = "perp_funding_apr_1d"
    known = pl.concat([outcome.pairs.select("ts", "pair", column) for outcome in outcomes.values()])
    seen = known.join(pairs.select("ts", "pair", hindsight=column), on=["ts", "pair"], how="left")
    differ = seen.filter(pl.col(column).ne_missing(pl.col("hindsight")))
    assert differ["ts"].n_unique() == CYCLES - 1


def test_rows_that_are_of_no_cycle_wanted_warm_up(
    starter: BoundBook, recorder: Recorder, market: GeneratedMarket
) -> None:
    outcomes = run_market(Engine(starter, recorder), market, **WAYS["late, with an outage"])
    pairing = starter.book.manifest.pairing
    for start, end in [(None, None), (START + STEP, None), (None, START + 7 * STEP), (START, START)]:
        found = read_recorded_candidates(recorder.recording, pairing, start=start, end=end, warm_up=STEP)
        judged = set(found.pairs.filter(~pl.col("warm_up"))["ts"])
        wanted = {at for at in outcomes if (not start or at >= start) and (not end or at < end)}
        assert judged == wanted
        assert start is None or found.pairs["ts"].min() == start - STEP
    assert found.pairs["warm_up"].all()


def test_real_history_recorded_is_found_again(
    starter: BoundBook, recorder: Recorder, recorded: History
) -> None:
    history = recorded.select(venues=["binance"], symbols=["BTC", "ETH", "XRP"])
    start = datetime(2024, 3, 1, tzinfo=UTC)
    quotes = read_quotes(history, start - MONTH, start + 9 * STEP)
    settlements = history.read_settlements(start - 2 * MONTH, start + 9 * STEP)
    engine = Engine(starter, recorder)
    before = pl.col("ts") < start
    engine.backfill(quotes.filter(before), settlements.filter(before))
    outcomes = {}
    for at in (start + number * STEP for number in range(9)):
        now = pl.col("ts") == at
        outcomes[at] = engine.judge(at, quotes.filter(now), settlements.filter(now))
    assert sum(outcome.funnel.pairs for outcome in outcomes.values()) == 27
    assert_a_run_finds(outcomes, starter, RecordingSource(recorder.recording))
