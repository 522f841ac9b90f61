"""Choices: the values that a column of a book offers while it is edited."""

from __future__ import annotations

from collections.abc import Mapping

from engine.book.roles import CONTRACTS
from engine.language.types import Kind

Choices = Mapping[tuple[str, str], tuple[str, ...]]
"""Values offered in a column, by its file and header."""


def list_choices() -> dict[tuple[str, str], tuple[str, ...]]:
    """What the roles of decision tables let a column offer: the two values of a boolean output."""
    return {
        (f"{contract.role}.csv", f"then {output.name}"): ("true", "false")
        for contract in CONTRACTS.values()
        for output in contract.outputs
        if output.type.kind is Kind.BOOLEAN
    }
