"""A recording as the source of a run: where it is cut into blocks, and which cycles it gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from engine.book.bind import BoundBook
from engine.book.fingerprint import compute_fingerprint
from engine.clock import StepClock
from engine.exchange.generator import GeneratedMarket, generate_market
from engine.frames.columns import INSTANT
from engine.frames.decisions import validate_decisions
from engine.operations.recording_source import RecordingSource
from engine.operations.run import run_book
from engine.operations.sources import GeneratedSource
from engine.recording.facts import BookVersion, CycleRecord
from engine.recording.recorder import Recorder, open_recorder

STEP = timedelta(hours=1)
START = datetime(2026, 3, 1, tzinfo=UTC)
CYCLES = 12
BOOK = {"book.toml": b""}

COINS = ("BTC", "ETH", "SOL", "DOGE", "XRP", "ADA", "SUI", "LINK", "AVAX", "LTC", "DOT", "NEAR")
SOURCE = GeneratedSource(7, START, CYCLES, bases=COINS)


def make_market() -> GeneratedMarket:
    """What `SOURCE` shows."""
    made = generate_market(7, START, cycles=CYCLES)
    quotes = made.quotes.filter(pl.col("base").is_in(COINS))
    settlements = made.settlements.join(quotes, on=["venue", "symbol"], how="semi")
    return GeneratedMarket(made.start, quotes, settlements)


MARKET = make_market()


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    with open_recorder(tmp_path, StepClock([START])) as opened:
        opened.keep_book(compute_fingerprint(BOOK), BOOK)
        yield opened


def record(recorder: Recorder, at: datetime, settled: pl.Expr, *, empty: bool = False) -> None:
    quotes = MARKET.quotes.filter(pl.col("ts") == at)
    texts = dict.fromkeys(("pair", "decision", "stage", "rule", "universe_rule"), pl.String())
    recorder.record(
        CycleRecord(
            at=at,
            book=BookVersion("carry", "draft", compute_fingerprint(BOOK)),
            parameters={},
            funnel={},
            quotes=quotes.clear() if empty else quotes,
            settlements=MARKET.settlements.filter(settled),
            decisions=validate_decisions(pl.DataFrame(schema={"ts": INSTANT, **texts})),
        )
    )


def backfill(recorder: Recorder, rows: pl.Expr) -> None:
    recorder.backfill(MARKET.quotes.filter(rows), MARKET.settlements.filter(rows))


@pytest.fixture
def whole(recorder: Recorder) -> Recorder:
    """Every cycle of the market, with each settlement at its time."""
    backfill(recorder, pl.col("ts") < START)
    for number in range(CYCLES):
        at = START + number * STEP
        record(recorder, at, pl.col("ts") == at)
    return recorder


def cut(source: RecordingSource, starter: BoundBook) -> list[list[int]]:
    """The numbers of the cycles of each block."""
    manifest = starter.book.manifest
    return [
        [(at - START) // STEP for at in sorted(set(block.pairs.filter(~pl.col("warm_up"))["ts"]))]
        for block in source.read_blocks(manifest.pairing, manifest.history)
    ]


def decisions(starter: BoundBook, source: RecordingSource | GeneratedSource) -> pl.DataFrame:
    return pl.concat([outcome.decisions for outcome in run_book(starter, source)])


def test_a_recording_says_what_the_market_itself_says(whole: Recorder, starter: BoundBook) -> None:
    expected = decisions(starter, SOURCE)
    source = RecordingSource(whole.recording)
    assert decisions(starter, source).equals(expected)
    whole.compact()
    assert decisions(starter, source).equals(expected)


@pytest.mark.parametrize("quotes", [pytest.param(1, marks=pytest.mark.slow), 300])
def test_results_do_not_depend_on_the_blocks(whole: Recorder, starter: BoundBook, quotes: int) -> None:
    source = RecordingSource(whole.recording, block_quotes=quotes)
    assert len(cut(source, starter)) > 2
    assert decisions(starter, source).equals(decisions(starter, RecordingSource(whole.recording)))


def test_what_came_at_its_time_needs_no_cut(whole: Recorder, starter: BoundBook) -> None:
    assert cut(RecordingSource(whole.recording), starter) == [list(range(CYCLES))]


def test_a_run_begins_and_ends_where_it_is_told(whole: Recorder, starter: BoundBook) -> None:
    source = RecordingSource(whole.recording, START + 2 * STEP, START + 5 * STEP)
    assert cut(source, starter) == [[2, 3, 4]]
    assert cut(RecordingSource(whole.recording, START + 99 * STEP), starter) == []


@pytest.mark.parametrize("cycles", [1, 2, 12, 99])
def test_the_latest_cycles_are_the_end_of_all(whole: Recorder, starter: BoundBook, cycles: int) -> None:
    latest = RecordingSource(whole.recording).keep_latest(cycles, starter.book.manifest.pairing)
    numbers = list(range(CYCLES))[-cycles:]
    assert cut(latest, starter) == [numbers]
    everything = decisions(starter, RecordingSource(whole.recording))
    assert decisions(starter, latest).equals(everything.filter(pl.col("ts") >= START + numbers[0] * STEP))


def test_what_came_late_begins_a_block(recorder: Recorder, starter: BoundBook) -> None:
    """A settlement of cycle 2 comes with 4, a backfill after 6 has older rows, one after 8 has none."""
    backfill(recorder, pl.col("ts") < START - STEP)
    for number in range(CYCLES):
        at = START + number * STEP
        late = pl.col("ts") == (START + 2 * STEP if number == 4 else at)
        record(recorder, at, late if number != 2 else pl.lit(value=False))
        if number == 6:
            backfill(recorder, pl.col("ts") == START - STEP)
        if number == 8:
            backfill(recorder, pl.col("ts") == at)
    assert cut(RecordingSource(recorder.recording), starter) == [[0, 1, 2, 3], [4, 5, 6], [7, 8, 9, 10, 11]]
    later = RecordingSource(recorder.recording, START + 5 * STEP)
    assert cut(later, starter) == [[5, 6], [7, 8, 9, 10, 11]]


def test_rows_of_an_outage_warm_up_and_are_no_cycles(recorder: Recorder, starter: BoundBook) -> None:
    backfill(recorder, pl.col("ts") < START)
    for number in (0, 1, 2, 7, 8, 9):
        at = START + number * STEP
        if number == 7:
            backfill(recorder, pl.col("ts") < at)
        record(recorder, at, pl.col("ts") == at)
    source = RecordingSource(recorder.recording)
    assert cut(source, starter) == [[0, 1, 2, 7, 8, 9]]
    everything = decisions(starter, SOURCE)
    wanted = pl.col("ts").is_in([START + number * STEP for number in (0, 1, 2, 7, 8, 9)])
    assert decisions(starter, source).equals(everything.filter(wanted))


def test_a_cycle_without_quotes_gives_no_rows(recorder: Recorder, starter: BoundBook) -> None:
    for number in range(3):
        at = START + number * STEP
        record(recorder, at, pl.col("ts") == at, empty=number != 1)
    assert cut(RecordingSource(recorder.recording), starter) == [[1]]
    pairing = starter.book.manifest.pairing
    assert cut(RecordingSource(recorder.recording).keep_latest(1, pairing), starter) == []


def test_nothing_recorded_has_no_cycles(recorder: Recorder, starter: BoundBook) -> None:
    assert cut(RecordingSource(recorder.recording), starter) == []
