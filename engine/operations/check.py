"""Checking a book, and saying what was found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.book.behaviour import compute_behaviour
from engine.book.book import Book
from engine.book.compile import compile_book
from engine.book.load import load_draft
from engine.errors import BookErrors, Diagnostic


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a book found.

    Attributes:
        path: The folder that was checked.
        diagnostics: Every fault; empty if the book is sound.
        summary: One line for people.
        fingerprint: Changes with any character of any file; None if the book has faults.
        behaviour: Changes only with what the book does; None if the book has faults.
    """

    path: Path
    diagnostics: tuple[Diagnostic, ...]
    summary: str
    fingerprint: str | None = None
    behaviour: str | None = None


def check_rules(path: Path) -> Checked:
    """Check the book in a folder: its draft, or what the path points at."""
    try:
        book = load_draft(path)
    except BookErrors as refused:
        faults = refused.diagnostics
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        return Checked(path, faults, f"{path}: {count}")
    behaviour = compute_behaviour(compile_book(book))
    return Checked(path, (), _summarise(book, behaviour), book.fingerprint, behaviour)


def _summarise(book: Book, behaviour: str) -> str:
    counts = {"parameters": len(book.parameters), "metrics": len(book.metrics)}
    counts |= {f"rules of {role}": len(table.rules) for role, table in book.tables.items()}
    told = ", ".join(f"{count} {what}" for what, count in counts.items())
    marks = f"bytes {book.fingerprint}, behaviour {behaviour}"
    return f"{book.manifest.name} {book.version} ({marks}): {told}; no fault"
