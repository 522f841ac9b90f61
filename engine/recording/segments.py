"""Segments: folders of files that are there whole or not at all, whenever the process or the power ends.

A segment is written into a hidden folder beside its place, every file and the folder itself are brought to
the disk, and only then it takes its name; a rename is atomic. What a crash leaves is a hidden folder, which
no reader looks at. A sealed segment also holds the SHA-256 of each of its files, as `sha256sum --check` reads
them: of one flipped bit in a Parquet file nothing else would tell.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.errors import RecordingError

SEALS = "SHA256SUMS"

_DRAFT = re.compile(r"\.(.+)\.tmp")
_SEAL = re.compile(r"([0-9a-f]{64})  (\S+)")


def seal(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same files, and beside them the file of their hashes."""
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()]
    return {**files, SEALS: "".join(lines).encode()}


def write_segment(place: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder with these files; when this returns, the folder is on the disk for good.

    Args:
        place: Where the folder is to be; nothing may be there.
        files: Content of each file by name.

    Raises:
        OSError: The disk refuses; then the folder is either whole in its place or not there.
    """
    draft = place.with_name(f".{place.name}.tmp")
    draft.mkdir()
    for name, content in files.items():
        write_file(draft / name, content)
    sync_folder(draft)
    draft.rename(place)
    sync_folder(place.parent)


def write_file(path: Path, content: bytes) -> None:
    """Write a new file and bring its content to the disk; its name is not there for good yet."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def find_drafts(folder: Path, is_name: Callable[[str], object]) -> list[Path]:
    """The hidden folders in a folder that a crash left.

    Args:
        folder: Where segments lie.
        is_name: Whether a segment there may have a name.
    """
    drafts = ((path, _DRAFT.fullmatch(path.name)) for path in sorted(folder.iterdir()))
    return [path for path, match in drafts if match is not None and is_name(match[1])]


def check_own(folder: Path, is_own: Callable[[str], object]) -> None:
    """Refuse a folder that is to be deleted and holds what no recorder wrote.

    Args:
        folder: A segment, or what is left of one.
        is_own: Whether a segment has a file of a name.

    Raises:
        RecordingError: Names the first thing that is strange.
    """
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or not path.is_file() or not is_own(path.name):
            raise RecordingError(
                f"{path} was written by no recorder, and its folder is to be deleted; move it away"
            )


def discard_segment(folder: Path, is_own: Callable[[str], object]) -> None:
    """Delete a segment, or what is left of one, with its files; arguments and errors as in `check_own`."""
    check_own(folder, is_own)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def read_sealed(path: Path) -> bytes:
    """The content of a file of a sealed segment.

    Raises:
        FileNotFoundError: The file or its hash is not there.
        RecordingError: The file is not what was written.
    """
    content = path.read_bytes()
    found = _read_seals(path.parent).get(path.name)
    if found is None:
        raise RecordingError(f"{path} has no hash in {SEALS}: one of the two is damaged; {HOW_TO_MEND}")
    if hashlib.sha256(content).hexdigest() != found:
        raise RecordingError(f"{path} is damaged: it is not what was written; {HOW_TO_MEND}")
    return content


HOW_TO_MEND = "put a copy of it in its place, or move its folder out of the recording to go on without it"
"""What to do about a damaged file, for messages."""


def _read_seals(folder: Path) -> dict[str, str]:
    """The hash of each file by its name; a line that is damaged counts as none."""
    lines = (folder / SEALS).read_bytes().decode("ascii", errors="replace").splitlines()
    return {match[2]: match[1] for match in map(_SEAL.fullmatch, lines) if match is not None}
