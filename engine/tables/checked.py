"""A table whose every text is checked, before parameters have values."""

from __future__ import annotations

from dataclasses import dataclass

from engine.language.core import Core
from engine.tables.model import Table


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """A table with checked texts.

    Attributes:
        table: As written.
        subjects: For each input column, what its cells test.
        tests: For each rule, a boolean for each input column; constant true where it accepts anything.
        results: For each rule, the value of each output.
        default: The value of each output where no rule fires.
    """

    table: Table
    subjects: tuple[Core, ...]
    tests: tuple[tuple[Core, ...], ...]
    results: tuple[tuple[Core, ...], ...]
    default: tuple[Core, ...]
