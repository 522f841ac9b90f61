"""The lock of a recording: one process at a time records."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import RecordingError
from engine.recording.folders import LOCK

_LONGEST_NUMBER_BYTES = 20


@contextmanager
def hold_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of a recording; it ends with the process, however that ends.

    Raises:
        RecordingError: Another process records there, or another part of this one; or the disk refuses.
    """
    try:
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise RecordingError(f"{folder} cannot be recorded into: {error}") from error
    try:
        _take(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, folder: Path) -> None:
    """Take the lock, and leave the number of this process for those who come later."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
    except BlockingIOError as error:
        holder = os.read(descriptor, _LONGEST_NUMBER_BYTES).decode("ascii", errors="replace").strip()
        raise RecordingError(
            f"{folder} is being recorded by process {holder or 'unknown'}; "
            "stop that one, or record into another folder"
        ) from error
    except OSError as error:
        raise RecordingError(f"{folder} cannot be recorded into: {error}") from error
