"""Faults as values, and the tree of errors raised at the rim.

    CarrybookError
    ├── BookErrors       a rule book, table or formula has faults; carries every Diagnostic
    ├── HistoryError     market history is missing, or not of the form asked for
    ├── LedgerError      the ledger cannot be kept or read as asked
    ├── RecordingError   a recording of cycles cannot be written or read as asked
    └── UsageError       a command was called in a way that cannot be carried out

Inside the engine a fault is a `Diagnostic`, collected and returned, so that a user sees all of
them at once; only the outermost caller raises.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault: what is wrong, where it stands, and what to do about it.

    Attributes:
        code: Stable identifier such as `name.unknown`, for tests and documentation.
        message: What is wrong, in one sentence.
        hint: What may have been meant, or what to do; empty if nothing helps.
        file: Name of the file or sheet.
        row: Line of the file, counted from 1 (the header is line 1).
        column: Header of the column.
        start: First character of the fault inside its text, counted from 0.
        end: Character after the fault.
    """

    code: str
    message: str
    hint: str = ""
    file: str | None = None
    row: int | None = None
    column: str | None = None
    start: int | None = None
    end: int | None = None

    def at(self, *, file: str, row: int | None = None, column: str | None = None) -> Diagnostic:
        """The same fault, placed in a file."""
        return replace(self, file=file, row=row, column=column)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """One line, as `entry.csv:7 [funding_apr] unknown name "x"; did you mean "y"?`."""
        place = self.file or ""
        if self.row is not None:
            place += f":{self.row}"
        if self.column is not None:
            place += f" [{self.column}]"
        elif self.file is None and self.start is not None:
            place += f"character {self.start + 1}:"
        text = f"{self.message}; {self.hint}" if self.hint else self.message
        return f"{place} {text}".strip()


class CarrybookError(Exception):
    """Root of every error that this package raises on purpose."""


class BookErrors(CarrybookError):
    """A rule book, a table or a formula has faults.

    Attributes:
        diagnostics: Every fault found, in reading order.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        super().__init__("\n".join(str(diagnostic) for diagnostic in self.diagnostics))


class HistoryError(CarrybookError):
    """Market history is missing, or is not of the form asked for."""


class LedgerError(CarrybookError):
    """The ledger cannot be kept or read as asked; says which event, account or file, and what to do."""


class RecordingError(CarrybookError):
    """A recording of cycles cannot be written or read as asked; says which file, and what to do."""


class RequestError(CarrybookError):
    """A request to a running engine cannot be written, read or put away; the message says which and why."""


class UsageError(CarrybookError):
    """A command was called in a way that cannot be carried out."""
