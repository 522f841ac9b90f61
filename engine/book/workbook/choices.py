"""Choices: the values that a column of a book offers while it is edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.book import allocation, limits, metrics, parameters, targets
from engine.book.measures import SCOPES
from engine.book.roles import CONTRACTS, OutputTerm
from engine.book.scenarios import sheet as scenarios
from engine.book.scenarios.expectation import LIMITS
from engine.language.types import Kind
from engine.language.units import COLUMN_UNITS

Choices = Mapping[tuple[str, str], tuple[str, ...]]
"""Values offered in a column, by its file and header."""


def list_choices(legs: Sequence[str] = ()) -> dict[tuple[str, str], tuple[str, ...]]:
    """What the columns of a book can hold, where that is a list: words of a role, of a sheet, and units.

    Args:
        legs: Names of the legs of the book.
    """
    outputs = {
        (f"{contract.role}.csv", f"then {output.name}"): _list_values(output, legs)
        for contract in CONTRACTS.values()
        for output in contract.outputs
    }
    units = tuple(COLUMN_UNITS)
    sheets = {
        (parameters.FILE, "unit"): units,
        (metrics.FILE, "unit"): units,
        (limits.FILE, "scope"): SCOPES,
        (limits.FILE, "otherwise"): limits.SEVERITIES,
        (allocation.FILE, "use"): allocation.USES,
        (targets.FILE, "kpi"): tuple(targets.KPIS),
        (scenarios.FILE, scenarios.TABLE): (*CONTRACTS, LIMITS),
    }
    return {place: values for place, values in {**outputs, **sheets}.items() if values}


def _list_values(output: OutputTerm, legs: Sequence[str]) -> tuple[str, ...]:
    if output.type.kind is Kind.BOOLEAN:
        return ("true", "false")
    return tuple(legs) if output.of_legs else output.allowed
