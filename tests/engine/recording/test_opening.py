"""Opening a recording: what it goes on with, clears away and refuses."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.errors import RecordingError
from engine.recording.reading import open_recording
from engine.recording.recorder import Recorder, open_recorder


def segments(recorder: Recorder) -> list[Path]:
    return sorted((recorder.recording.folder / "cycles").iterdir())


def test_a_recording_goes_on_where_it_ended(recorder: Recorder, made: Any) -> None:
    recorder.record(made.make_cycle(0))
    recorder.close()
    with pytest.raises(RecordingError, match="is closed; open it again"):
        recorder.record(made.make_cycle(1))


def test_opening_again_knows_the_last_cycle(tmp_path: Path, made: Any) -> None:
    folder = tmp_path / "above" / "recording"
    for number in range(12):
        with open_recorder(folder, made.clock()) as recorder:
            assert recorder.last == (made.time_of(number - 1) if number else None)
            made.keep_books(recorder)
            made.backfill_before(recorder, number)
            recorder.record(made.make_cycle(number))
            recorder.compact()
    shutil.rmtree(folder / "cycles" / "20260104T030000.000000Z")
    with open_recorder(folder, made.clock()) as recorder:
        assert recorder.last == made.time_of(10)


def test_the_last_cycle_may_be_in_a_merged_day(recorder: Recorder, made: Any) -> None:
    for number in (0, 1, 7):
        recorder.record(made.make_cycle(number))
    recorder.compact()
    shutil.rmtree(segments(recorder)[0])
    assert Recorder(recorder.recording, made.clock()).last == made.time_of(1)


def test_a_second_recorder_is_refused(recorder: Recorder, made: Any) -> None:
    folder = recorder.recording.folder
    with pytest.raises(RecordingError) as fault, open_recorder(folder, made.clock()):
        pass
    assert str(fault.value) == (
        f"{folder} is being recorded by process {os.getpid()}; stop that one, or record into another folder"
    )


def test_a_recorder_of_another_process_is_refused_until_that_one_ends(tmp_path: Path, made: Any) -> None:
    folder = tmp_path / "recording"
    command = [sys.executable, made.__file__, str(folder), "record"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        try:
            assert other.stdout.readline() == "0\n"
            with (
                pytest.raises(RecordingError, match=f"process {other.pid};"),
                open_recorder(folder, made.clock()),
            ):
                pass
            assert open_recording(folder).list_cycles()[0] == made.START
        finally:
            other.kill()
    with open_recorder(folder, made.clock()) as recorder:
        assert recorder.last is not None


def test_the_lock_ends_with_the_recorder(tmp_path: Path, made: Any) -> None:
    with pytest.raises(KeyError), open_recorder(tmp_path / "recording", made.clock()):
        raise KeyError
    with open_recorder(tmp_path / "recording", made.clock()):
        pass


def test_a_folder_with_other_things_is_refused_and_left_alone(tmp_path: Path, made: Any) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RecordingError, match=r"no recording: it holds notes\.txt and no recording\.json"):
        open_recorder(tmp_path, made.clock()).__enter__()
    with pytest.raises(RecordingError, match=r"notes\.txt"):
        open_recording(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    with pytest.raises(RecordingError, match="is no folder"):
        open_recorder(tmp_path / "notes.txt", made.clock()).__enter__()
    with pytest.raises(RecordingError, match=r"is no recording: it has no recording\.json"):
        open_recording(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ('{"format": 2}', "has format 2, and this Carrybook reads up to 1; take a newer version"),
        ("{", "is damaged"),
        ("[1]", "is damaged: its format is None"),
        ('{"format": "1"}', "is damaged: its format is '1'"),
        ('{"format": 0}', "is damaged: its format is 0"),
    ],
)
def test_a_mark_that_is_not_understood_is_refused(tmp_path: Path, made: Any, mark: str, message: str) -> None:
    with open_recorder(tmp_path, made.clock()):
        pass
    (tmp_path / "recording.json").write_text(mark)
    for opening in (open_recording, lambda folder: open_recorder(folder, made.clock()).__enter__()):
        with pytest.raises(RecordingError, match=f"{tmp_path / 'recording.json'} {message}"):
            opening(tmp_path)


@pytest.mark.parametrize(
    "strange",
    ["cycles/notes.txt", "cycles/20260101T000000Z", "days/20260101", "days/2026-13-01", "backfills/1"],
)
def test_what_is_no_part_is_named(tmp_path: Path, made: Any, strange: str) -> None:
    with open_recorder(tmp_path, made.clock()):
        pass
    (tmp_path / strange).mkdir()
    with pytest.raises(RecordingError, match=f"{tmp_path / strange} is no part of a recording; move it away"):
        open_recording(tmp_path).list_cycles()
    with pytest.raises(RecordingError, match="is no part of a recording"):
        open_recorder(tmp_path, made.clock()).__enter__()
    assert (tmp_path / strange).is_dir()


@pytest.mark.parametrize("missing", ["cycles", "days", "backfills"])
def test_a_folder_that_is_missing_is_named(tmp_path: Path, made: Any, missing: str) -> None:
    with open_recorder(tmp_path, made.clock()):
        pass
    (tmp_path / missing).rmdir()
    with pytest.raises(RecordingError, match=f"{tmp_path / missing} is missing"):
        open_recording(tmp_path).read_quotes()


def test_only_what_a_recorder_left_is_cleared_away(tmp_path: Path, made: Any) -> None:
    with open_recorder(tmp_path, made.clock()):
        pass
    draft = tmp_path / "cycles" / ".20260101T000000.000000Z.tmp"
    draft.mkdir()
    (draft / "quotes.parquet").write_bytes(b"PAR")
    others = [tmp_path / "cycles" / name for name in (".notes.tmp", ".20260101.tmp")]
    for path in others:
        path.mkdir()
    with open_recorder(tmp_path, made.clock()):
        assert sorted((tmp_path / "cycles").iterdir()) == sorted(others)


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_a_leftover_with_something_else_inside_is_not_deleted(tmp_path: Path, made: Any, kind: str) -> None:
    with open_recorder(tmp_path, made.clock()):
        pass
    draft = tmp_path / "days" / ".2026-01-01.tmp"
    draft.mkdir()
    (draft / "quotes.parquet").write_bytes(b"PAR")
    if kind == "file":
        (draft / "notes.txt").touch()
    elif kind == "folder":
        (draft / "cycles.jsonl").mkdir()
    else:
        (draft / "cycles.jsonl").symlink_to(tmp_path / "recording.json")
    before = sorted(draft.iterdir())
    with pytest.raises(RecordingError, match=f"{before[0]} was written by no recorder"):
        open_recorder(tmp_path, made.clock()).__enter__()
    assert sorted(draft.iterdir()) == before


def test_a_full_disk_stops_the_recorder_and_loses_nothing(
    tmp_path: Path, made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "recording"
    with open_recorder(folder, made.clock()) as recorder:
        made.keep_books(recorder)
        recorder.record(made.make_cycle(0))
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", refuse)
            with pytest.raises(RecordingError, match=f"{folder} cannot be written: .*No space left"):
                recorder.record(made.make_cycle(1))
        with pytest.raises(RecordingError, match="stopped while it wrote; open it again"):
            recorder.record(made.make_cycle(1))
    with open_recorder(folder, made.clock()) as recorder:
        recorder.record(made.make_cycle(1))
        assert recorder.recording.list_cycles() == (made.time_of(0), made.time_of(1))


def refuse(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_folder_that_cannot_be_made_is_named(
    tmp_path: Path, made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(RecordingError, match=r"cannot be recorded into: .*No space left"):
        open_recorder(tmp_path / "recording", made.clock()).__enter__()
