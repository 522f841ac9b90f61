"""Changes: one thing that differs between two versions of a book, as a value."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class ChangeKind(StrEnum):
    """What happened."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"
    MOVED = "moved"
    NOT_COMPARED = "not compared"


class Subject(StrEnum):
    """What it happened to."""

    FILE = "file"
    SETTING = "setting"
    COLUMN = "column"
    ROW = "row"
    CELL = "cell"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs.

    Attributes:
        kind: What happened.
        subject: What it happened to.
        file: Name of the file.
        row: What names the row in the new version, in the old one if it was removed, such as a rule's id.
        column: Header of the column in the new version, in the old one if it was removed; of a setting of
            the manifest its key with those above it, such as `legs.spot.side`.
        old: Before: the text of a cell, a setting as it is written, a name that was changed, a place
            counted from 1, or why the file cannot be compared; None where there was nothing.
        new: The same after the change.
        line: Line of the new file; None for what is not there.
        cells: Of a row or column that was added or removed: its cells with something in them, by header or
            by row. Rows that were added or removed too tell the cells of a column themselves.
        note_only: Whether only texts for people changed: notes, and the title.
        same_value: Whether both sides are one value, written in two ways.
    """

    kind: ChangeKind
    subject: Subject
    file: str
    row: str | None = None
    column: str | None = None
    old: str | None = None
    new: str | None = None
    line: int | None = None
    cells: tuple[tuple[str, str], ...] = ()
    note_only: bool = False
    same_value: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self) | {"cells": [list(cell) for cell in self.cells]}

    def __str__(self) -> str:
        """One line, as `entry.csv E2 [net_apr]: > 5% → > 6%`."""
        place = self.file
        place += "" if self.row is None else f" {self.row or '(no name)'}"
        place += "" if self.column is None else f" [{self.column}]"
        marks = " (note only)" * self.note_only + " (same value)" * self.same_value
        return " ".join(f"{place}{self._tell()}{marks}".splitlines())

    def _tell(self) -> str:
        """What is said behind the place."""
        step = f"{_show(self.old)} → {_show(self.new)}"
        if self.kind is ChangeKind.CHANGED:
            return " file changed" if self.subject is Subject.FILE else f": {step}"
        if self.kind is ChangeKind.RENAMED:
            return f" renamed: {step}"
        if self.kind is ChangeKind.MOVED:
            return f" moved: place {step}"
        if self.kind is ChangeKind.NOT_COMPARED:
            sides = [f"{side}: {why}" for side, why in (("old", self.old), ("new", self.new)) if why]
            return f" cannot be compared; {'; '.join(sides)}"
        told = [self.new if self.old is None else self.old] if self.subject is Subject.SETTING else []
        told += [f"{name} {cell}" for name, cell in self._head_cells()]
        what = f" {self.subject}" if self.subject is not Subject.SETTING else ""
        return f"{what} {self.kind}" + (f": {', '.join(map(str, told))}" if told else "")

    def _head_cells(self) -> list[tuple[str, str]]:
        return [(f"[{name}]" if self.subject is Subject.ROW else name, cell) for name, cell in self.cells]


def _show(text: str | None) -> str:
    return text or "(empty)"
