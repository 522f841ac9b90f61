"""What is shown of one row: each rule with each cell, in words and plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from engine.language.types import Kind, Type, Value
from engine.tables.explain.outcome import Outcome


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell of a rule, and what it says of a value.

    Attributes:
        header: The input column.
        test: The text of the cell.
        value: The value in the row; None is unknown.
        type: Its type and unit.
        tested: Whether the cell asks anything.
        outcome: What it says.
        distance: How far the value is from passing, in its unit; None where that is not defined.
        too_large: Whether it is that much too large, not too small.
    """

    header: str
    test: str
    value: Value
    type: Type
    tested: bool
    outcome: Outcome
    distance: float | None
    too_large: bool

    @property
    def at_open_bound(self) -> bool:
        """Whether the value fails only for lying on a bound that is left out; its distance is 0."""
        return self.outcome is Outcome.FAILED and self.distance == 0.0


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule, and what it says of a row.

    Attributes:
        rule: Its id.
        cells: A cell for each input column.
    """

    rule: str
    cells: tuple[CellView, ...]

    @property
    def outcome(self) -> Outcome:
        """Passed if every cell is, failed if any is."""
        found = {cell.outcome for cell in self.cells}
        return next((each for each in (Outcome.FAILED, Outcome.UNKNOWN) if each in found), Outcome.PASSED)

    @property
    def failed(self) -> tuple[str, ...]:
        """Headers of the cells that fail."""
        return tuple(cell.header for cell in self.cells if cell.outcome is Outcome.FAILED)


@dataclass(frozen=True, slots=True)
class RowView:
    """One row, and what each rule says of it.

    Attributes:
        row: Its place in the frame, counted from 0.
        values: The value of each input column by header; None is unknown.
        rules: The rules, in the order of the table.
        nearest: The nearest rule; None if the table has no rules.
    """

    row: int
    values: dict[str, Value]
    rules: tuple[RuleView, ...]
    nearest: RuleView | None


def describe_row(view: RowView) -> dict[str, Any]:
    """A row as plain values for JSON; dates and times in ISO 8601."""
    return {
        "row": view.row,
        "nearest": None if view.nearest is None else view.nearest.rule,
        "failed": [] if view.nearest is None else list(view.nearest.failed),
        "values": {header: _to_plain(value) for header, value in view.values.items()},
        "rules": [describe_rule(rule) for rule in view.rules],
    }


def describe_rule(rule: RuleView) -> dict[str, Any]:
    """A rule as plain values for JSON; dates and times in ISO 8601."""
    return {
        "rule": rule.rule,
        "outcome": rule.outcome.word,
        "cells": [_describe_cell(cell) for cell in rule.cells],
    }


def _describe_cell(cell: CellView) -> dict[str, Any]:
    return {
        "header": cell.header,
        "test": cell.test,
        "value": _to_plain(cell.value),
        "unit": cell.type.unit.name if cell.type.kind is Kind.NUMBER else str(cell.type.kind),
        "outcome": cell.outcome.word,
        "distance": cell.distance,
        "too_large": cell.too_large,
        "at_open_bound": cell.at_open_bound,
    }


def _to_plain(value: Value) -> float | bool | str | None:
    return value.isoformat() if isinstance(value, (date, time)) else value
