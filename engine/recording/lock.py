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
    with hold_file(folder / LOCK, f"{folder} is being recorded", "record into another folder"):
        yield


@contextmanager
def hold_file(path: Path, what: str, instead: str, *, shared: bool = False) -> Iterator[None]:
    """Hold a lock that is a file; it ends with the process, however that ends.

    Args:
        path: The file; it stays.
        what: What is being done by whoever holds it, for messages.
        instead: What else can be done, for messages.
        shared: Whether others may hold it too, if they share it as well.

    Raises:
        RecordingError: Another process holds it, or another part of this one; or the disk refuses.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise RecordingError(f"{path} cannot be written: {error}") from error
    try:
        _take(descriptor, path, what, instead, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path, what: str, instead: str, kind: int) -> None:
    """Take the lock, and leave the number of this process for those who come later."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    except BlockingIOError as error:
        holder = os.read(descriptor, _LONGEST_NUMBER_BYTES).decode("ascii", errors="replace").strip()
        raise RecordingError(
            f"{what} by process {holder or 'unknown'}; stop that one, or {instead}"
        ) from error
    except OSError as error:
        raise RecordingError(f"{path} cannot be written: {error}") from error
