"""Drafts on disk: which folder is meant, and writing files so that none is ever half there."""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

from engine.book.folder import ACTIVE, DRAFT, PUBLISHED
from engine.book.manifest import FILE as MANIFEST
from engine.errors import UsageError


def find_draft(folder: Path) -> Path:
    """The draft that a folder means; it need not be there yet.

    Args:
        folder: A book's folder, its draft, any folder with a manifest that is no published version, or a
            new or empty folder, which becomes a book's.

    Raises:
        UsageError: It is a published version, a file, or holds something else.
    """
    if folder.is_file():
        raise UsageError(f"{folder} is a file; name the folder of a book")
    if folder.resolve().parent.name == PUBLISHED:
        raise UsageError(f"{folder} is a published version, which never changes; name the book's folder")
    if (folder / MANIFEST).is_file() or folder.name == DRAFT:
        return folder
    if any((folder / part).exists() for part in (DRAFT, PUBLISHED, ACTIVE)):
        return folder / DRAFT
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{folder} is no rule book, and not empty; name a book's folder, or a new one")
    return folder / DRAFT


def find_book(name: str, around: Path) -> Path:
    """The folder of the book with a name: a folder itself, one inside of it, or one inside of its `rules`.

    Args:
        name: What the manifest calls the book.
        around: Where to look.

    Raises:
        UsageError: There is none, or more than one.
    """
    found = [folder for folder in _list_folders(around) if read_name(find_manifest(folder)) == name]
    if len(found) == 1:
        return found[0]
    what = f"there are {len(found)} books" if found else "there is no book"
    raise UsageError(f'{what} named "{name}" here; say with --to which folder is meant')


def find_manifest(folder: Path) -> Path:
    """Where the manifest of a book's draft is, or would be."""
    return folder / MANIFEST if (folder / MANIFEST).is_file() else folder / DRAFT / MANIFEST


def read_name(manifest: Path) -> str | None:
    """The name of the book with this manifest; None if there is none that can be read."""
    try:
        name = tomllib.loads(manifest.read_bytes().decode("utf-8-sig")).get("name")
    except (OSError, ValueError, RecursionError):  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        return None
    return name if isinstance(name, str) else None


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that there is the old one or the new one, and never a part of it.

    Raises:
        UsageError: It cannot be written.
    """
    new = path.with_name(f".{path.name}.new")
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, new)
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def _list_folders(around: Path) -> Iterator[Path]:
    yield around
    for folder in (around, around / "rules"):
        if folder.is_dir():
            yield from (path for path in sorted(folder.iterdir()) if path.is_dir() and path.name != DRAFT)
