"""Checking a book, and saying what was found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.book.load import check_book, load_draft
from engine.errors import Diagnostic


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a book found.

    Attributes:
        path: The folder that was checked.
        diagnostics: Every fault; empty if the book is sound.
        summary: One line for people.
    """

    path: Path
    diagnostics: tuple[Diagnostic, ...]
    summary: str


def check_rules(path: Path) -> Checked:
    """Check the book in a folder: its draft, or what the path points at."""
    faults = tuple(check_book(path))
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        return Checked(path, faults, f"{path}: {count}")
    return Checked(path, (), _summarise(path))


def _summarise(path: Path) -> str:
    book = load_draft(path)
    counts = {"parameters": len(book.parameters), "metrics": len(book.metrics)}
    counts |= {f"rules of {role}": len(table.rules) for role, table in book.tables.items()}
    told = ", ".join(f"{count} {what}" for what, count in counts.items())
    return f"{book.manifest.name} {book.version} ({book.fingerprint}): {told}; no fault"
