"""Findings: what lint has to say about a table, as values."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from engine.language.types import NUMBER, Type, Value
from engine.language.units import RATE, RATIO, Dimension, Unit

_WORD = re.compile(r"\w+")
_SIZES = ((Decimal(10**9), "B"), (Decimal(10**6), "M"), (Decimal(1000), "k"))
_SHORT = 7  # characters, beyond which an amount is not shorter with the letter of its size


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


_OF_BOXES = (FindingKind.GAP, FindingKind.OVERLAP, FindingKind.CONFLICT)


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
        types: Types of inputs, by which the values of the example are written.
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
    types: Mapping[str, Type] = field(default_factory=dict, repr=False, compare=False)

    def shown_by(self, row: Mapping[str, Value], certainty: Certainty) -> Finding:
        """The same finding with an example."""
        return replace(self, example=row, certainty=certainty)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        told = asdict(replace(self, types={}))
        del told["types"]
        return told

    def __str__(self) -> str:
        """One line, as `entry.csv:7 [spread] never fires: …; example a = 3, b unknown`.

        Where the message bounds inputs and leaves the others free, the example shows those that it bounds.
        """
        place = self.file or ""
        place += "" if self.row is None else f":{self.row}"
        place += "" if self.column is None else f" [{self.column}]"
        kind = self.kind if self.certainty is Certainty.EXACT else f"possible {self.kind}"
        row = self._choose_inputs()
        shown = f"; example {write_row(row, self.types)}" if row else ""
        return f"{place} {kind}: {self.message}{shown}".strip()

    def _choose_inputs(self) -> Mapping[str, Value]:
        row = self.example or {}
        if self.kind not in _OF_BOXES:
            return row
        words = _WORD.findall(self.message)
        named = (name for name in row if name in words or (not name.isidentifier() and name in self.message))
        return {name: row[name] for name in named} or row


def write_row(row: Mapping[str, Value], types: Mapping[str, Type]) -> str:
    """A row as people read it: `a = 3, b unknown`."""
    return ", ".join(
        f"{name} unknown" if value is None else f"{name} = {write_value(value, types.get(name, NUMBER))}"
        for name, value in row.items()
    )


def write_value(value: Value, type_: Type = NUMBER) -> str:
    """A known value as it is written in a cell of a column of this type: `5%`, `20M`, `"BTC"`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return _write_number(value, type_.unit)
    return f'"{value}"' if isinstance(value, str) else str(value)


def _write_number(value: float, unit: Unit) -> str:
    """Ratios in per cent, amounts of money by their size, other numbers as they are."""
    plain = f"{value:.15g}"
    if not math.isfinite(value) or value == 0:
        return plain
    exact = Decimal(plain)
    if unit in (RATIO, RATE):
        return f"{_spell(exact * 100)}%"
    if unit.dimension is not Dimension.MONEY:
        return plain
    shorter = (f"{_spell(exact / size)}{word}" for size, word in _SIZES if abs(exact) >= size)
    found = next(shorter, plain)
    return found if len(found) <= _SHORT else plain


def _spell(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
