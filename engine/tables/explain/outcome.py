"""Outcomes: what a cell says of a value."""

from __future__ import annotations

from enum import IntEnum


class Outcome(IntEnum):
    """What a cell, or a whole rule, says of a row; the number stands in arrays."""

    FAILED = 0
    PASSED = 1
    UNKNOWN = 2

    @property
    def word(self) -> str:
        """As people and JSON read it: `failed`, `passed`, `unknown`."""
        return self.name.lower()
