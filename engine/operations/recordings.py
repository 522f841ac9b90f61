"""Recordings as people name them: which one is meant, what it holds, and which book decided a cycle."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from engine.errors import RecordingError, UsageError
from engine.operations.workspaces import find_recording
from engine.recording.facts import CycleFacts
from engine.recording.folders import MARK
from engine.recording.reading import Recording, open_recording
from engine.workspace import RECORDINGS


def open_named(folder: Path) -> Recording:
    """Open a recording by its folder.

    Raises:
        RecordingError: The folder is no recording; if there are some in it, as in a workspace, it names them.
    """
    inside = [] if (folder / MARK).exists() else _list_inside(folder)
    if inside:
        named = " or ".join(str(place) for place in inside)
        raise RecordingError(f"{folder} is no recording, but holds some: give {named}")
    return open_recording(folder)


def open_meant(named: Path | None, start: Path) -> Recording:
    """Open the recording that is named, or else that of the workspace.

    Args:
        named: Its folder.
        start: The folder that the command runs in.

    Raises:
        RecordingError: It is no recording.
        UsageError: None is named, and here is no workspace with one.
    """
    place = named or find_recording(start)
    if place is None:
        raise UsageError("which recording? give --recording, or run in a workspace that has one")
    return open_named(place)


def list_recorded(recording: Recording) -> tuple[CycleFacts, ...]:
    """What is said of every cycle, in order of time.

    Raises:
        RecordingError: It is damaged.
    """
    return recording.list_facts()


def find_past_book(recording: Recording, at: datetime) -> Path:
    """The folder with the files of the book that decided a cycle.

    Raises:
        RecordingError: There is no such cycle, or it is damaged.
    """
    return recording.find_book(recording.read_cycle(at).facts.book.fingerprint)


def _list_inside(folder: Path) -> list[Path]:
    """Recordings that lie in a folder, or in the place that a workspace has for them."""
    places = [each for each in (folder / RECORDINGS, folder) if each.is_dir()]
    return sorted(mark.parent for place in places for mark in place.glob(f"*/{MARK}"))
