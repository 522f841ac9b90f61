"""Loading a rule book from a folder."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

from engine.book.book import Book
from engine.book.compile import CompiledBook, check_texts
from engine.book.folder import BookFiles, find_version, read_folder
from engine.book.looking_back import check_history
from engine.book.read import read_book
from engine.book.values import check_values, take_own_values
from engine.errors import BookErrors, Diagnostic


def load_book(path: str | Path) -> Book:
    """Load the book in a folder.

    Args:
        path: A book's folder (its active version, or the draft where none is published), a draft, or a
            published version.

    Raises:
        BookErrors: Every fault of every file; a book with a fault is not loaded.
    """
    book, faults = _load(Path(path), prefer_draft=False)
    if faults or book is None:
        raise BookErrors(faults)
    return book


def load_draft(path: str | Path) -> Book:
    """Load the book that people edit in a folder: its draft, or what the path points at.

    Raises:
        BookErrors: Every fault of every file.
    """
    book, faults = _load(Path(path), prefer_draft=True)
    if faults or book is None:
        raise BookErrors(faults)
    return book


def check_book(path: str | Path) -> list[Diagnostic]:
    """Every fault of the book in a folder, in the order of its files; empty if there is none.

    Args:
        path: A book's folder (its draft, or the active version where there is no draft), a draft, or a
            published version.
    """
    return _load(Path(path), prefer_draft=True)[1]


def check_files(files: BookFiles) -> list[Diagnostic]:
    """Every fault of a book whose files are at hand, in the order of its files; empty if there is none."""
    return _check(files)[1]


def _load(path: Path, *, prefer_draft: bool) -> tuple[Book | None, list[Diagnostic]]:
    folder = find_version(path, prefer_draft=prefer_draft)
    if isinstance(folder, Diagnostic):
        return None, [folder]
    return _check(read_folder(folder))


def _check(files: BookFiles) -> tuple[Book | None, list[Diagnostic]]:
    read = read_book(files)
    faults = list(read.diagnostics)
    if read.book is not None:
        found = {(fault.file, fault.row, fault.column) for fault in faults}
        further = _check_texts(read.book, {fault.file for fault in faults if fault.file})
        faults += [fault for fault in further if (fault.file, fault.row, fault.column) not in found]
    return read.book, faults


def _check_texts(book: Book, faulty: Container[str]) -> tuple[Diagnostic, ...]:
    checked = check_texts(book, faulty)
    if not isinstance(checked, CompiledBook):
        return checked
    values = take_own_values(checked)
    return (*check_values(checked, values), *check_history(book, checked.sheet.bind(values)))
