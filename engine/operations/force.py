"""What is in force: the tables of a book that a cycle obeys, and those that are only checked."""

from __future__ import annotations

from engine.book.book import Book
from engine.book.roles import DECIDING


def list_idle(book: Book) -> tuple[str, ...]:
    """The tables of a book that are checked and tried by scenarios, and that no cycle obeys yet."""
    sheets = {"targets": book.targets}
    decisions = [role for role in book.tables if role not in DECIDING]
    return (*decisions, *(name for name, rows in sheets.items() if rows))
