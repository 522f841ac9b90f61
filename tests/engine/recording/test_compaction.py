"""Merging closed days, also while somebody reads."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from engine.errors import RecordingError
from engine.recording.folders import Contents, _list_names, list_contents
from engine.recording.reading import Recording, open_recording
from engine.recording.recorder import Recorder, open_recorder
from engine.recording.segments import read_sealed


@pytest.fixture
def filled(recorder: Recorder, made: Any) -> Recorder:
    """Cycles 0 to 11: one on the first day, five on the second, five on the third, one on the fourth."""
    for number in range(12):
        recorder.record(made.make_cycle(number))
    return recorder


def list_names(recorder: Recorder, kind: str) -> list[str]:
    return sorted(path.name for path in (recorder.recording.folder / kind).iterdir())


def test_closed_days_are_merged_and_the_last_is_not(filled: Recorder, made: Any) -> None:
    days = tuple(date(2026, 1, day) for day in (1, 2, 3))
    assert filled.compact() == days
    assert list_names(filled, "days") == [day.isoformat() for day in days]
    assert list_names(filled, "cycles") == ["20260104T030000.000000Z"]
    assert filled.compact() == ()
    made.check_recording(filled.recording, range(12))


def test_a_day_is_a_few_files_with_their_hashes(filled: Recorder) -> None:
    filled.compact()
    day = filled.recording.folder / "days" / "2026-01-02"
    names = {"quotes.parquet", "settlements.parquet", "decisions-1.parquet", "decisions-2.parquet"}
    assert {path.name for path in day.iterdir()} == {*names, "cycles.jsonl", "SHA256SUMS"}
    done = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=day, check=False)
    assert done.returncode == 0
    assert pl.read_parquet(day / "quotes.parquet")["ts"].n_unique() == 5
    assert len((day / "cycles.jsonl").read_text().splitlines()) == 5


def test_nothing_recorded_is_nothing_to_merge(recorder: Recorder, made: Any) -> None:
    assert recorder.compact() == ()
    recorder.record(made.make_cycle(0))
    assert recorder.compact() == ()


def test_a_damaged_segment_stops_neither_the_other_days_nor_the_recorder(filled: Recorder, made: Any) -> None:
    damaged = filled.recording.folder / "cycles" / "20260102T060000.000000Z" / "quotes.parquet"
    content = damaged.read_bytes()
    damaged.write_bytes(content[:-1] + b"?")
    with pytest.raises(RecordingError, match=f"^{damaged} is damaged") as fault:
        filled.compact()
    assert ";" in str(fault.value)
    assert list_names(filled, "days") == ["2026-01-01", "2026-01-03"]
    assert len(list_names(filled, "cycles")) == 6
    filled.record(made.make_cycle(12))
    damaged.unlink()
    with pytest.raises(RecordingError, match=f"missing from the recording: {damaged}"):
        filled.compact()
    damaged.write_bytes(content)
    assert filled.compact() == (date(2026, 1, 2),)
    made.check_recording(filled.recording, range(13))


def test_a_segment_with_something_else_inside_is_kept(filled: Recorder) -> None:
    notes = filled.recording.folder / "cycles" / "20260102T060000.000000Z" / "notes.txt"
    notes.touch()
    with pytest.raises(RecordingError, match=f"{notes} was written by no recorder"):
        filled.compact()
    assert notes.exists()
    assert len(list_names(filled, "cycles")) == 6


def test_a_full_disk_stops_merging_and_not_the_recorder(
    filled: Recorder, made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in range(3):
        with monkeypatch.context() as patch:
            patch.setattr(os, ("write", "rename", "rmdir")[step], refuse)
            with pytest.raises(RecordingError, match=r"No space left .*; mend that, then merge again"):
                filled.compact()
        filled.record(made.make_cycle(12 + step))
        made.check_recording(filled.recording, range(13 + step))
    filled.compact()
    assert len(list_names(filled, "cycles")) == 4
    made.check_recording(filled.recording, range(15))


def refuse(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_merging_in_a_thread_beside_recording(recorder: Recorder, made: Any) -> None:
    with ThreadPoolExecutor() as threads:
        merging = threads.submit(recorder.compact)
        for number in range(40):
            recorder.record(made.make_cycle(number))
            if merging.done():
                merging.result()
                merging = threads.submit(recorder.compact)
        merging.result()
    recorder.compact()
    assert len(list_names(recorder, "days")) == 8
    made.check_recording(recorder.recording, range(40))


def test_a_day_that_ends_while_merging_begins_is_not_merged(
    recorder: Recorder, made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last cycle is recorded beside the merging, after the segments were listed."""
    for number in range(5):
        recorder.record(made.make_cycle(number))
    numbers = iter([5, 6, None])

    def list_then_record(folder: Path) -> Contents:
        found = list_contents(folder)
        number = next(numbers)
        while number is not None:
            recorder.record(made.make_cycle(number))
            number = next(numbers)
        return found

    monkeypatch.setattr("engine.recording.recorder.list_contents", list_then_record)
    assert recorder.compact() == (date(2026, 1, 1),)
    assert len(list_names(recorder, "cycles")) == 6
    made.check_recording(recorder.recording, range(7))


def test_a_segment_that_its_day_does_not_have_is_not_deleted(
    filled: Recorder, made: Any, tmp_path: Path
) -> None:
    filled.compact()
    (last,) = (filled.recording.folder / "cycles").iterdir()
    strange = shutil.copytree(last, last.with_name("20260102T020000.000000Z"))
    with pytest.raises(RecordingError, match=f"{strange} is of a day that has no such cycle; move it away"):
        filled.compact()
    again = shutil.copytree(filled.recording.folder, tmp_path / "again")
    with pytest.raises(RecordingError, match="is of a day that has no such cycle; move it away"):
        open_recorder(again, made.clock()).__enter__()
    assert (again / "cycles" / strange.name / "quotes.parquet").exists()


READS: dict[str, Callable[[Recording, Any], object]] = {
    "cycles": lambda recording, _: recording.list_cycles(),
    "facts": lambda recording, _: recording.list_facts(),
    "quotes": lambda recording, _: recording.read_quotes().rows(),
    "settlements": lambda recording, _: recording.read_settlements().rows(),
    "cycle": lambda recording, made: recording.read_cycle(made.time_of(2)).decisions.rows(),
}


@pytest.mark.parametrize("read", READS)
def test_a_reader_that_is_overtaken_reads_every_cycle_once(
    filled: Recorder, made: Any, tmp_path: Path, read: str
) -> None:
    """The days are merged after any of the steps of reading: listing, and each file that is opened."""
    filled.close()
    expected = repr(READS[read](open_recording(filled.recording.folder), made))
    overtaken = steps = 0
    while overtaken == steps:
        steps += 1
        folder = shutil.copytree(filled.recording.folder, tmp_path / f"copy{steps}")
        with pytest.MonkeyPatch.context() as patch:
            merged = merge_after(steps, Recorder(Recording(folder), made.clock()), patch)
            recording = open_recording(folder)
            assert repr(READS[read](recording, made)) == expected
            assert repr(READS[read](recording, made)) == expected
        overtaken += len(merged)
        shutil.rmtree(folder)
    assert overtaken > 1


def merge_after(steps: int, recorder: Recorder, patch: pytest.MonkeyPatch) -> list[int]:
    """Let closed days be merged after so many steps of reading; the list given back tells if they were."""
    merged: list[int] = []
    count = iter(range(1, 1_000))

    def follow(call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any) -> Any:
            result = call(*arguments)
            if next(count) == steps:
                recorder.compact()
                merged.append(steps)
            return result

        return step

    patch.setattr("engine.recording.folders._list_names", follow(_list_names))
    patch.setattr("engine.recording.reading.read_sealed", follow(read_sealed))
    patch.setattr("engine.recording.searching.read_sealed", follow(read_sealed))
    return merged


@pytest.fixture
def writer(tmp_path: Path, made: Any) -> Iterator[Path]:
    """The folder of a recording that another process writes and merges."""
    with subprocess.Popen(
        [sys.executable, made.__file__, str(tmp_path), "compact"], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        try:
            assert child.stdout.readline() == "0\n"
            yield tmp_path
        finally:
            child.kill()


def test_reading_beside_a_process_that_writes_and_merges(writer: Path, made: Any) -> None:
    recording = open_recording(writer)
    seen = days = 0
    while days < 12:
        times = recording.list_cycles()
        assert times == tuple(map(made.time_of, range(len(times))))
        assert len(times) >= seen
        seen = len(times)
        quotes = recording.read_quotes(made.START, times[-1] + made.STEP / 2)
        expected = pl.concat([made.make_quotes(at, number) for number, at in enumerate(times)])
        assert quotes.equals(expected)
        found = recording.read_cycle(times[seen // 2])
        assert found.decisions.equals(made.make_decisions(times[seen // 2], seen // 2))
        days = len(list((writer / "days").iterdir()))
    assert seen > 24


def test_a_recording_is_opened_while_it_is_made(tmp_path: Path, made: Any) -> None:
    with pytest.raises(RecordingError, match="is no recording"):
        open_recording(tmp_path)
    with open_recorder(tmp_path, made.clock()):
        assert open_recording(tmp_path).list_cycles() == ()
