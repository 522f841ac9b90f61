"""Comparing two versions of a book, or a draft with what is in force."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.book.diff.books import diff_books
from engine.book.diff.change import Change
from engine.book.folder import ACTIVE, DRAFT, find_version, read_folder
from engine.book.manifest import FILE as MANIFEST
from engine.errors import BookErrors, Diagnostic


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs between two versions.

    Attributes:
        old: Folder of the version before.
        new: Folder of the version after.
        changes: What changed; empty if they say the same.
        summary: One line for people.
    """

    old: Path
    new: Path
    changes: tuple[Change, ...]
    summary: str


def compare_books(old: Path, new: Path | None = None) -> Compared:
    """Compare two versions of a book; faulty ones too, as far as their files can be read.

    Args:
        old: A book's folder (its draft, or the active version where there is no draft), a draft, or a
            published version.
        new: Another; None compares the active version of the book `old` with its draft.

    Raises:
        BookErrors: A path is no book, or nothing is published that a draft could be compared with.
    """
    if new is None:
        before, after = _find_draft(old)
    else:
        before, after = _find_folder(old), _find_folder(new)
    changes = diff_books(read_folder(before), read_folder(after))
    return Compared(before, after, changes, f"{before} → {after}: {_count(changes)}")


def _find_draft(path: Path) -> tuple[Path, Path]:
    """The active version of a book, and its draft."""
    book = path
    if (path / MANIFEST).is_file() and path.resolve().name == DRAFT:
        book = path.parent if path.name == DRAFT else path.resolve().parent
    draft = book / DRAFT
    if not draft.is_dir():
        hint = f"give the folder that holds `{DRAFT}`, or two versions"
        raise BookErrors([Diagnostic("book.missing", f"{path} is no book with a draft", hint)])
    if not (book / ACTIVE).is_file():
        message = f"{book} has no published version that its draft could be compared with"
        raise BookErrors([Diagnostic("book.active", message, "give a second book to compare it with")])
    return _find_folder(book, prefer_draft=False), draft


def _find_folder(path: Path, *, prefer_draft: bool = True) -> Path:
    found = find_version(path, prefer_draft=prefer_draft)
    if isinstance(found, Diagnostic):
        raise BookErrors([found])
    return found


def _count(changes: tuple[Change, ...]) -> str:
    if not changes:
        return "no difference"
    told = "1 change" if len(changes) == 1 else f"{len(changes)} changes"
    notes = sum(change.note_only for change in changes)
    if notes == len(changes):
        return f"{told}, in notes only"
    return f"{told}, {notes} of them in notes only" if notes else told
