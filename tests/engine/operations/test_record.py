from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from engine.book.bind import BoundBook
from engine.clock import SystemClock
from engine.cycle import Outcome
from engine.errors import RecordingError, UsageError
from engine.operations.past import derive_again, explain_past
from engine.operations.record import record_run
from engine.operations.recording_source import RecordingSource
from engine.operations.run import run_book
from engine.operations.sources import GeneratedSource
from engine.operations.starter import find_starter
from engine.recording.reading import open_recording
from engine.recording.recorder import open_recorder

START = datetime(2026, 1, 1, tzinfo=UTC)
MARKET = GeneratedSource(8, START, 5, bases=("BTC", "ETH", "SOL", "DOGE", "XRP"))


def record(bound: BoundBook, folder: Path, source: GeneratedSource = MARKET) -> list[Outcome]:
    with open_recorder(folder, SystemClock()) as recorder:
        if recorder.last is not None:
            source = source.go_on(recorder.last)
        return list(record_run(bound, find_starter(), source, recorder))


def test_every_decision_is_derived_again_from_the_recording(starter: BoundBook, tmp_path: Path) -> None:
    outcomes = record(starter, tmp_path)
    recording = open_recording(tmp_path)
    assert recording.list_cycles() == tuple(outcome.at for outcome in outcomes)
    assert {outcome.funnel.enter > 0 for outcome in outcomes} == {True}
    for facts, outcome in zip(recording.list_facts(), outcomes, strict=True):
        _, again = derive_again(recording, facts)
        assert_frame_equal(again.decisions, outcome.decisions, check_exact=True)
        assert_frame_equal(again.decisions, recording.read_cycle(facts.at).decisions, check_exact=True)
        assert (again.funnel, again.ranking) == (outcome.funnel, outcome.ranking)


def test_a_run_over_a_recording_says_the_same(starter: BoundBook, tmp_path: Path) -> None:
    outcomes = record(starter, tmp_path)
    again = list(run_book(starter, RecordingSource(open_recording(tmp_path))))
    assert [each.at for each in again] == [each.at for each in outcomes]
    for one, other in zip(again, outcomes, strict=True):
        assert_frame_equal(one.decisions, other.decisions, check_exact=True)
        assert one.apart == other.apart


def test_a_run_that_stopped_goes_on_as_if_it_had_not(starter: BoundBook, tmp_path: Path) -> None:
    whole = record(starter, tmp_path / "whole")
    record(starter, tmp_path / "parts", replace(MARKET, cycles=2))
    record(starter, tmp_path / "parts", replace(MARKET, cycles=3))
    parts = open_recording(tmp_path / "parts")
    assert parts.list_cycles() == tuple(outcome.at for outcome in whole)
    for outcome in whole:
        assert_frame_equal(parts.read_cycle(outcome.at).decisions, outcome.decisions, check_exact=True)


def test_a_cycle_is_recorded_once(starter: BoundBook, tmp_path: Path) -> None:
    record(starter, tmp_path)
    with open_recorder(tmp_path, SystemClock()) as recorder:
        run = record_run(starter, find_starter(), MARKET, recorder)
        with pytest.raises(RecordingError, match="not later"):
            next(run)


def test_a_past_decision_is_explained_by_the_book_that_decided(starter: BoundBook, tmp_path: Path) -> None:
    (*_, last) = record(starter, tmp_path)
    past = explain_past(open_recording(tmp_path), None, last.ranking[0])
    assert past.agrees
    assert past.recorded["decision"] == "enter"
    assert past.facts.book.fingerprint == starter.book.fingerprint
    assert set(past.views) == {"universe", "entry"}
    fired = next(rule for rule in past.views["entry"].rules if rule.rule == past.recorded["rule"])
    assert fired.failed == ()


def test_a_recording_that_was_tampered_with_is_told(starter: BoundBook, tmp_path: Path) -> None:
    (*_, last) = record(starter, tmp_path)
    segment = min((tmp_path / "cycles").iterdir())
    (segment / "decisions.parquet").write_bytes(b"PAR1 not the file")
    at = open_recording(tmp_path).list_cycles()[0]
    with pytest.raises(RecordingError, match=r"decisions\.parquet"):
        explain_past(open_recording(tmp_path), at, last.ranking[0])


def test_a_pair_that_the_cycle_did_not_have(starter: BoundBook, tmp_path: Path) -> None:
    record(starter, tmp_path, replace(MARKET, cycles=1))
    with pytest.raises(UsageError, match="has no pair"):
        explain_past(open_recording(tmp_path), START, "nowhere:BTC/USDT:USDT")
    with pytest.raises(RecordingError, match="no cycle"):
        explain_past(open_recording(tmp_path), datetime(2030, 1, 1, tzinfo=UTC), "x")


def test_nothing_is_recorded_of_a_book_that_changed_after_it_was_loaded(
    starter: BoundBook, tmp_path: Path
) -> None:
    draft = Path(shutil.copytree(find_starter() / "draft", tmp_path / "draft"))
    with (draft / "entry.csv").open("a") as file:
        file.write("\n")
    with open_recorder(tmp_path / "r", SystemClock()) as recorder:
        run = record_run(starter, draft, MARKET, recorder)
        with pytest.raises(RecordingError, match="changed since it was loaded"):
            next(run)
        assert recorder.last is None


def test_quotes_are_recorded_as_they_came(starter: BoundBook, tmp_path: Path) -> None:
    record(starter, tmp_path)
    manifest = starter.book.manifest
    (block,) = MARKET.read_blocks(manifest.pairing, manifest.history)
    recorded = open_recording(tmp_path).read_quotes()
    inside = block.quotes.filter(pl.col("ts") <= recorded["ts"].max()).sort("ts", maintain_order=True)
    assert_frame_equal(recorded, inside, check_exact=True)
