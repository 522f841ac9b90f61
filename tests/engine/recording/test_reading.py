"""What is read of a recording: which rows, as known by when, and what is said of damaged files."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from engine.errors import RecordingError
from engine.recording.reading import Recording, open_recording
from engine.recording.recorder import Recorder, open_recorder
from engine.recording.segments import seal

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module", params=["segments", "merged"])
def folder(request: pytest.FixtureRequest, made: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cycles 0 to 12 with a backfill before the first and one after the sixth; by days, or as they came."""
    place: Path = tmp_path_factory.mktemp("recording")
    with open_recorder(place, made.clock()) as recorder:
        made.keep_books(recorder)
        for number in range(13):
            if number in (0, 6):
                made.backfill_before(recorder, number)
            recorder.record(made.make_cycle(number))
        if request.param == "merged":
            assert len(recorder.compact()) == 3
    return place


@pytest.fixture
def recording(folder: Path) -> Recording:
    return open_recording(folder)


def test_every_cycle_is_there_once(recording: Recording, made: Any) -> None:
    made.check_recording(recording, range(13))


def test_rows_of_one_time_are_in_the_order_in_which_they_were_recorded(
    recording: Recording, made: Any
) -> None:
    everything = recording.read_quotes()
    assert everything["ts"].is_sorted()
    expected = {made.time_of(number): made.make_quotes(made.time_of(number), number) for number in range(13)}
    for number in (0, 6):
        for hours in (9, 8, 4, 1):
            at = made.time_of(number) - hours * HOUR
            expected[at] = made.make_quotes(at, number)
    assert everything.equals(pl.concat([expected[at] for at in sorted(expected)]))
    assert dict(everything.schema) == made.QUOTE_COLUMNS


@pytest.mark.parametrize("first", [0, 1, 5, 12])
@pytest.mark.parametrize("count", [0, 1, 4])
def test_a_stretch_has_the_rows_of_its_times(recording: Recording, made: Any, first: int, count: int) -> None:
    start, end = made.time_of(first), made.time_of(first + count)
    inside = pl.col("ts").is_between(start, end, closed="left")
    assert recording.read_quotes(start, end).equals(recording.read_quotes().filter(inside))
    assert recording.read_settlements(start, end).equals(recording.read_settlements().filter(inside))
    numbers = [number for number in range(13) if first <= number < first + count]
    assert recording.list_cycles(start, end) == tuple(map(made.time_of, numbers))
    assert [facts.at for facts in recording.list_facts(start, end)] == list(map(made.time_of, numbers))
    narrow = recording.read_quotes(start, end, columns=["symbol", "bid"])
    assert narrow.equals(recording.read_quotes(start, end).select("symbol", "bid"))


def test_what_was_known_by_a_cycle_never_changes(recorder: Recorder, made: Any) -> None:
    known = {}
    for number in range(16):
        if number % 3 == 0:
            made.backfill_before(recorder, number)
        if number % 4 == 3:
            at = made.time_of(number - 2)
            recorder.backfill(made.make_quotes(at + HOUR, number), made.make_settlements(number - 2))
        recorder.record(made.make_cycle(number))
        known[made.time_of(number)] = read_all(recorder.recording)
        recorder.compact()
    for at, (quotes, settlements) in known.items():
        assert recorder.recording.read_quotes(known_by=at).equals(quotes)
        assert recorder.recording.read_settlements(known_by=at).equals(settlements)
    assert len({settlements.height for _, settlements in known.values()}) > 4


def read_all(recording: Recording) -> tuple[pl.DataFrame, pl.DataFrame]:
    return recording.read_quotes(), recording.read_settlements()


def test_a_settlement_is_as_it_was_told_last(recorder: Recorder, made: Any) -> None:
    def tell(rate: float | None) -> pl.DataFrame:
        row = (made.START, "okx", "X", rate, 8.0)
        return pl.DataFrame([row], schema=made.SETTLEMENT_COLUMNS, orient="row")

    none = made.make_quotes(made.START, 0).clear()
    recorder.backfill(none, tell(0.5))
    for number, rate in [(0, 0.1), (1, None), (6, 0.3), (14, 0.3)]:
        recorder.record(replace(made.make_cycle(number), settlements=tell(rate)))
    recorder.backfill(none, tell(None))
    for _ in range(2):
        found = [
            recorder.recording.read_settlements(known_by=made.time_of(number))["rate"].to_list()
            for number in (0, 1, 2, 6, 14, 15)
        ]
        assert found == [[0.1], [None], [None], [0.3], [0.3], [None]]
        before = recorder.recording.read_settlements(known_by=made.START - HOUR)
        assert before["rate"].to_list() == [0.5]
        assert recorder.recording.read_settlements()["rate"].to_list() == [None]
        assert recorder.compact() is not None


def test_times_of_another_zone_and_of_none(recording: Recording, made: Any) -> None:
    zone = datetime.fromisoformat("2026-01-01T00:00+09:00").tzinfo
    at = made.time_of(3).astimezone(zone)
    assert recording.read_cycle(at).facts.at == made.time_of(3)
    assert recording.list_cycles(at, at + HOUR) == (made.time_of(3),)
    assert recording.read_quotes(at, at + HOUR, known_by=at).height == made.make_cycle(3).quotes.height
    with pytest.raises(RecordingError, match="has no time zone"):
        recording.read_quotes(datetime(2026, 1, 1))  # noqa: DTZ001 - the fault


@pytest.mark.parametrize("hours", [-1, 1, 2, 100])
def test_a_time_without_a_cycle_is_refused(recording: Recording, made: Any, hours: int) -> None:
    at = made.START + hours * HOUR
    with pytest.raises(RecordingError, match=f"has no cycle at {at:%Y-%m-%d %H:%M}"):
        recording.read_cycle(at)


def test_nothing_recorded_is_frames_without_rows(recorder: Recorder, made: Any) -> None:
    recording = recorder.recording
    assert [*recording.list_cycles(), *recording.list_facts(), *recording.list_backfills()] == []
    assert dict(recording.read_quotes().schema) == made.QUOTE_COLUMNS
    assert dict(recording.read_settlements().schema) == made.SETTLEMENT_COLUMNS


def list_files(recording: Recording) -> list[Path]:
    """Every file of rows or facts."""
    parts = [recording.folder / kind for kind in ("cycles", "days", "backfills")]
    return sorted(path for part in parts for path in part.rglob("*") if path.is_file())


def read_everything(folder: Path) -> None:
    recording = open_recording(folder)
    for at in recording.list_cycles():
        recording.read_cycle(at)
    recording.list_backfills()
    recording.read_quotes()
    recording.read_settlements()


def test_a_flipped_bit_is_never_read(recording: Recording) -> None:
    files = list_files(recording)
    assert len(files) > 20
    for path in files:
        content = path.read_bytes()
        for place in (0, len(content) // 3, len(content) - 1):
            path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
            with pytest.raises(RecordingError) as fault:
                read_everything(recording.folder)
            assert f"{path.parent}/" in str(fault.value), path
            assert "put a copy of it in its place" in str(fault.value)
        path.write_bytes(content)
    read_everything(recording.folder)


def test_a_file_that_is_cut_or_gone_is_named(recording: Recording) -> None:
    for path in list_files(recording):
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        with pytest.raises(RecordingError, match=str(path.parent)):
            read_everything(recording.folder)
        path.unlink()
        with pytest.raises(RecordingError, match=str(path)):
            read_everything(recording.folder)
        path.write_bytes(content)


def test_facts_of_a_newer_format_are_refused(recorder: Recorder, made: Any) -> None:
    recorder.record(made.make_cycle(0))
    segment = next((recorder.recording.folder / "cycles").iterdir())
    facts = (segment / "cycle.json").read_bytes().replace(b'"format": 1', b'"format": 7')
    rewrite(segment, facts)
    with pytest.raises(RecordingError, match=r"cycle\.json has format 7"):
        recorder.recording.read_cycle(made.START)


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"format": 1}', b'{"format": 1, "at": "noon"}'])
def test_facts_that_say_something_else_are_named(recorder: Recorder, made: Any, line: bytes) -> None:
    recorder.record(made.make_cycle(0))
    rewrite(next((recorder.recording.folder / "cycles").iterdir()), line)
    with pytest.raises(RecordingError, match=r"cycle\.json does not say what it should"):
        recorder.recording.list_facts()


def rewrite(segment: Path, facts: bytes) -> None:
    """Other facts for a segment, with hashes that fit."""
    files = {path.name: path.read_bytes() for path in segment.iterdir() if path.name != "SHA256SUMS"}
    for name, content in seal({**files, "cycle.json": facts}).items():
        (segment / name).write_bytes(content)


def test_rows_that_cannot_be_read_are_told_with_the_recording(recorder: Recorder, made: Any) -> None:
    recorder.record(made.make_cycle(0))
    segment = next((recorder.recording.folder / "cycles").iterdir())
    (segment / "quotes.parquet").write_bytes(b"PAR1")
    rewrite(segment, (segment / "cycle.json").read_bytes())
    with pytest.raises(RecordingError, match=f"{recorder.recording.folder} cannot be read: "):
        recorder.recording.read_quotes()
