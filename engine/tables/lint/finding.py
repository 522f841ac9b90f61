"""Findings: what lint has to say about a table, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from engine.language.types import Value


class FindingKind(StrEnum):
    """What was found."""

    GAP = "gap"
    UNKNOWN_GAP = "unknown gap"
    OVERLAP = "overlap"
    CONFLICT = "conflict"
    NEVER_FIRES = "never fires"
    UNKNOWN_ONLY = "fires only by unknown"
    REDUNDANT = "redundant"
    UNUSED_COLUMN = "column never matters"
    CHURN = "churn"
    NOT_ANALYSED = "not analysed"


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Certainty(StrEnum):
    """Whether a finding is proven, or follows only if inputs that depend on each other take such values."""

    EXACT = "exact"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that lint found.

    Attributes:
        kind: What it is.
        severity: How much it matters.
        certainty: Whether it is proven.
        message: What was found and what to do about it, in one sentence.
        rules: Ids of the rules it speaks of; of a rule that never fires, it and then those that cover it.
        file: The table's file.
        row: Line of the file of the first rule, if it speaks of one.
        column: Header of the column, if it speaks of one.
        example: A row that shows it: the value of each input, None for unknown. None for what is said of
            all rows, such as that a rule never fires.
    """

    kind: FindingKind
    severity: Severity
    certainty: Certainty
    message: str
    rules: tuple[str, ...] = ()
    file: str | None = None
    row: int | None = None
    column: str | None = None
    example: Mapping[str, Value] | None = None

    def shown_by(self, row: Mapping[str, Value], certainty: Certainty) -> Finding:
        """The same finding with an example."""
        return replace(self, example=row, certainty=certainty)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """One line, as `entry.csv:7 [spread] never fires: …; example a = 3, b unknown`."""
        place = self.file or ""
        place += "" if self.row is None else f":{self.row}"
        place += "" if self.column is None else f" [{self.column}]"
        kind = self.kind if self.certainty is Certainty.EXACT else f"possible {self.kind}"
        shown = "" if not self.example else f"; example {write_row(self.example)}"
        return f"{place} {kind}: {self.message}{shown}".strip()


def write_row(row: Mapping[str, Value]) -> str:
    """A row as people read it: `a = 3, b unknown`."""
    return ", ".join(
        f"{name} unknown" if value is None else f"{name} = {write_value(value)}"
        for name, value in row.items()
    )


def write_value(value: Value) -> str:
    """A known value as it is written in a cell."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.15g}"
    return f'"{value}"' if isinstance(value, str) else str(value)
