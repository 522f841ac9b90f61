"""Trying the scenarios of a book."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.book.compile import compile_book
from engine.book.load import load_draft
from engine.book.scenarios.coverage import Coverage, measure_coverage
from engine.book.scenarios.trial import Tried, try_scenarios


@dataclass(frozen=True, slots=True)
class Trials:
    """What the scenarios of a book show.

    Attributes:
        path: The folder of the book.
        tried: Every scenario that tries a table.
        coverage: What they reach of each table.
        summary: One line for people.
    """

    path: Path
    tried: tuple[Tried, ...]
    coverage: tuple[Coverage, ...]
    summary: str

    @property
    def failed(self) -> tuple[Tried, ...]:
        """The scenarios whose table said something else than was expected."""
        return tuple(each for each in self.tried if not each.passed)


def try_rules(path: Path) -> Trials:
    """Try the scenarios of the book in a folder: of its draft, or of what the path points at.

    Raises:
        BookErrors: Every fault of the book.
    """
    compiled = compile_book(load_draft(path))
    tried = try_scenarios(compiled)
    passed = sum(each.passed for each in tried)
    summary = f"{path}: {passed} of {len(tried)} scenarios pass"
    if not tried:
        summary = f"{path}: the book has no scenarios"
    return Trials(path, tried, measure_coverage(compiled.book, tried), summary)
