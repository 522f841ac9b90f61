"""The process ends, or the power fails, at every single step of everything that a recorder does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from engine.errors import RecordingError
from engine.recording.folders import FOLDERS
from engine.recording.reading import open_recording
from engine.recording.recorder import Recorder, open_recorder

RECORDED = (3, 4, 6)
"""Two cycles of one day, whose decisions have different columns, and one of the next."""


State = tuple[tuple[str, bytes], ...]


class Crash(BaseException):
    """The process is no more: nothing catches this."""


class Disk:
    """What of the files below a folder would survive if the process ended, or the power failed, at a step.

    A step changes files or brings them to the disk. After `last_step` steps each further one ends the
    process; if that is a write and `torn`, half of it is done. The content of a file is on the disk once the
    file was synced, a name once its folder was; a new folder starts without names.
    """

    def __init__(self, root: Path, last_step: int, *, torn: bool) -> None:
        self.root = root
        self.left = last_step
        self.torn = torn
        self.was_write = False
        self._new = count()
        self._ids: dict[int, int] = {}
        self._paths: dict[int, Path] = {}
        self._contents: dict[int, bytes] = {}
        self._names: dict[int, dict[str, int]] = {}
        for path in (root, *root.rglob("*")):
            self._meet(path)
        for path in (root, *root.rglob("*")):
            self._sync(path)

    def attach(self, patch: pytest.MonkeyPatch) -> None:
        """Count the steps that the module `os` takes from now on."""
        for name in ("rename", "unlink", "rmdir"):
            patch.setattr(os, name, self._count(getattr(os, name)))
        patch.setattr(os, "mkdir", self._follow_mkdir(os.mkdir))
        patch.setattr(os, "open", self._follow_open(os.open))
        patch.setattr(os, "write", self._follow_write(os.write))
        patch.setattr(os, "fsync", self._follow_fsync(os.fsync))

    def restore_synced(self, target: Path) -> None:
        """Only what was synced: the content of files, and the names in folders."""
        self._restore(self._ids[self.root.stat().st_ino], target)

    def restore_names(self, target: Path) -> None:
        """Every name as it was last, but only such content as was synced."""
        shutil.copytree(self.root, target)
        for path in self.root.rglob("*"):
            if path.is_file():
                content = self._contents.get(self._ids[path.stat().st_ino], b"")
                (target / path.relative_to(self.root)).write_bytes(content)

    def _restore(self, folder: int, target: Path) -> None:
        target.mkdir()
        for name, inside in self._names[folder].items():
            if inside in self._names:
                self._restore(inside, target / name)
            else:
                (target / name).write_bytes(self._contents.get(inside, b""))

    def _step(self, *, is_write: bool = False) -> None:
        if self.left <= 0:
            self.was_write |= is_write and self.left == 0
            self.left -= 1
            raise Crash
        self.left -= 1

    def _meet(self, path: Path) -> None:
        found = path.stat()
        self._ids[found.st_ino] = next(self._new)
        if path.is_dir():
            self._names[self._ids[found.st_ino]] = {}

    def _sync(self, path: Path) -> None:
        number = self._ids.get(path.stat().st_ino)
        if number is None:  # outside the folder
            return
        if path.is_dir():
            self._names[number] = {each.name: self._ids[each.stat().st_ino] for each in path.iterdir()}
        else:
            self._contents[number] = path.read_bytes()

    def _count(self, call: Callable[..., None]) -> Callable[..., None]:
        def counted(*arguments: Any) -> None:
            self._step()
            call(*arguments)

        return counted

    def _follow_mkdir(self, call: Callable[..., None]) -> Callable[..., None]:
        def mkdir(path: Path, mode: int = 0o777) -> None:
            if not path.exists():
                self._step()
            call(path, mode)
            self._meet(path)

        return mkdir

    def _follow_open(self, call: Callable[..., int]) -> Callable[..., int]:
        def opened(path: Path, flags: int, mode: int = 0o777) -> int:
            is_new = bool(flags & os.O_CREAT) and not path.exists()
            if is_new:
                self._step()
            descriptor = call(path, flags, mode)
            if is_new:
                self._meet(path)
            self._paths[descriptor] = path
            return descriptor

        return opened

    def _follow_write(self, call: Callable[..., int]) -> Callable[..., int]:
        def write(descriptor: int, content: memoryview) -> int:
            if self.left == 0 and self.torn:
                call(descriptor, content[: len(content) // 2])
            self._step(is_write=True)
            return call(descriptor, content)

        return write

    def _follow_fsync(self, call: Callable[[int], None]) -> Callable[[int], None]:  # noqa: ARG002 - not needed here
        def fsync(descriptor: int) -> None:
            self._step()
            self._sync(self._paths[descriptor])

        return fsync


@pytest.fixture(scope="module")
def base(made: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording, one that was left by crashes in the midst of everything, and nothing."""
    root: Path = tmp_path_factory.mktemp("base")
    with open_recorder(root / "whole" / "recording", made.clock()) as recorder:
        recorder.keep_book(made.FINGERPRINTS[0], made.BOOK_FILES[0])
        recorder.keep_book(made.FINGERPRINTS[1], made.BOOK_FILES[1])
        made.backfill_before(recorder, RECORDED[0])
        for number in RECORDED:
            recorder.record(made.make_cycle(number))
    torn = shutil.copytree(root / "whole" / "recording", root / "torn" / "recording")
    segments = sorted((torn / "cycles").iterdir())
    shutil.copytree(segments[0], torn / "cycles" / ".20260103T070000.000000Z.tmp")
    shutil.copytree(torn / "books" / made.FINGERPRINTS[0], torn / "books" / ".0123456789ab.tmp")
    shutil.copytree(torn / "backfills" / "000001", torn / "backfills" / ".000002.tmp")
    kept = shutil.copytree(segments[0], root / "kept")
    with open_recorder(torn, made.clock()) as recorder:
        recorder.compact()
    shutil.copytree(kept, segments[0])
    shutil.copytree(torn / "days" / "2026-01-02", torn / "days" / ".2026-01-03.tmp")
    (segments[0] / "SHA256SUMS").unlink()
    (root / "nothing").mkdir()
    return root


def do_nothing(recorder: Recorder, made: Any) -> None:
    """Opening is all."""


def keep_book(recorder: Recorder, made: Any) -> None:
    files = {"a.csv": b"1", "b.csv": b""}
    recorder.keep_book(made.compute_fingerprint(files), files)


def backfill(recorder: Recorder, made: Any) -> None:
    made.backfill_before(recorder, 8)


def record(recorder: Recorder, made: Any) -> None:
    recorder.record(made.make_cycle(7))


def begin(recorder: Recorder, made: Any) -> None:
    made.keep_books(recorder)
    recorder.record(made.make_cycle(7))


def compact(recorder: Recorder, made: Any) -> None:  # noqa: ARG001 - as the others
    recorder.compact()


ACTS: dict[str, tuple[str, Callable[[Recorder, Any], None], tuple[int, ...], tuple[int, ...]]] = {
    "making": ("nothing", do_nothing, (), ()),
    "beginning": ("nothing", begin, (), (7,)),
    "keeping a book": ("whole", keep_book, RECORDED, RECORDED),
    "backfilling": ("whole", backfill, RECORDED, RECORDED),
    "recording": ("whole", record, RECORDED, (*RECORDED, 7)),
    "merging": ("whole", compact, RECORDED, RECORDED),
    "clearing away": ("torn", do_nothing, RECORDED, RECORDED),
}
"""What is done: to which recording, how, which cycles it has before and which after."""


@pytest.mark.parametrize("act", ACTS)
def test_a_crash_at_any_step_loses_nothing(act: str, base: Path, made: Any, tmp_path: Path) -> None:
    kind, do, before, after = ACTS[act]
    crashes = 0
    seen: set[State] = set()
    for root, disk, done in crash_everywhere(base / kind, do, made, tmp_path):
        possible = [after] if done else [before, after]
        disk.restore_synced(tmp_path / "synced")
        disk.restore_names(tmp_path / "names")
        for survivor in (root, tmp_path / "synced", tmp_path / "names"):
            go_on(survivor / "recording", possible, made, seen)
            shutil.rmtree(survivor)
        crashes += not done
    assert crashes > 8


def take_picture(folder: Path) -> State:
    """Every name below a folder that is not hidden, and the content of files."""
    paths = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*"))}
    return tuple(
        (name, b"" if path.is_dir() else path.read_bytes())
        for name, path in paths.items()
        if not name.startswith(".") and "/." not in name
    )


def crash_everywhere(
    base: Path, do: Callable[[Recorder, Any], None], made: Any, place: Path
) -> Iterator[tuple[Path, Disk, bool]]:
    """Do something again and again, with a crash one step later each time, until it ends without one."""
    for last_step in count():
        for torn in (False, True):
            root = shutil.copytree(base, place / "root")
            disk = Disk(root, last_step, torn=torn)
            done = True
            with pytest.MonkeyPatch.context() as patch:
                disk.attach(patch)
                try:
                    with open_recorder(root / "recording", made.clock()) as recorder:
                        do(recorder, made)
                except Crash:
                    done = False
            yield root, disk, done
            if done:
                return
            if not disk.was_write:
                break


def go_on(folder: Path, possible: Sequence[tuple[int, ...]], made: Any, seen: set[State]) -> None:
    """Read what a crash left, then record further: every cycle is there once, and nothing else is.

    What was `seen` after it had been cleared up needs no second look.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)  # this time nothing crashes
        numbers = read(folder, possible, made, seen)
        with open_recorder(folder, made.clock()) as recorder:
            assert [path for kind in FOLDERS for path in (folder / kind).glob(".*")] == []
            state = take_picture(folder)
            if state in seen:
                return
            seen.add(state)
            made.check_recording(recorder.recording, numbers)
            for facts in recorder.recording.list_facts():
                assert recorder.recording.find_book(facts.book.fingerprint).is_dir()
            made.keep_books(recorder)
            made.backfill_before(recorder, 8)
            recorder.record(made.make_cycle(8))
            recorder.compact()
            made.check_recording(recorder.recording, (*numbers, 8))
            assert len(list((folder / "cycles").iterdir())) == sum(number >= 6 for number in (*numbers, 8))


def read(folder: Path, possible: Sequence[tuple[int, ...]], made: Any, seen: set[State]) -> tuple[int, ...]:
    """The cycles that a reader finds before anything is opened for recording."""
    if () in possible and not (folder / "recording.json").exists():
        with pytest.raises(RecordingError, match="is no recording"):
            open_recording(folder)
        return ()
    recording = open_recording(folder)
    numbers = tuple(map(made.number_of, recording.list_cycles()))
    assert numbers in possible
    state = (("before", b""), *take_picture(folder))
    if state not in seen:
        made.check_recording(recording, numbers)
    seen.add(state)
    return numbers


def test_a_cycle_whose_name_is_not_synced_does_not_survive(
    base: Path, made: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above can fail: it would tell if the sync of a folder were left out."""
    monkeypatch.setattr("engine.recording.segments.sync_folder", lambda _: None)
    with pytest.raises(AssertionError):
        survive_power(base, record, made, tmp_path)


def test_a_cycle_whose_files_are_not_synced_does_not_survive(
    base: Path, made: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(path: Path, content: bytes) -> None:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT))
        path.write_bytes(content)

    monkeypatch.setattr("engine.recording.segments.write_file", write)
    with pytest.raises(RecordingError, match="is damaged"):
        survive_power(base, record, made, tmp_path)


def survive_power(base: Path, do: Callable[[Recorder, Any], None], made: Any, place: Path) -> None:
    """Do something whole, then let the power fail."""
    root = shutil.copytree(base / "whole", place / "root")
    disk = Disk(root, 10_000, torn=False)
    with pytest.MonkeyPatch.context() as patch:
        disk.attach(patch)
        with open_recorder(root / "recording", made.clock()) as recorder:
            do(recorder, made)
    disk.restore_synced(place / "synced")
    go_on(place / "synced" / "recording", [(*RECORDED, 7)], made, set())
