"""Why a table decides as it does: the values that a rule saw, and those that were missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from engine.language.core import columns_of
from engine.language.to_polars import to_polars
from engine.language.types import Type
from engine.tables.bind import CompiledTable
from engine.tables.results import select_columns


@dataclass(frozen=True, slots=True)
class Seen:
    """What one rule saw in an input column.

    Attributes:
        header: The column.
        test: The text of the rule's cell.
        value: The value in the row; None is unknown.
        type: Its type and unit.
    """

    header: str
    test: str
    value: object
    type: Type


@dataclass(frozen=True, slots=True)
class Missing:
    """A test that missing data leaves open.

    Attributes:
        rule: Id of the rule.
        header: The input column.
        names: Columns of the frame that are unknown and that the test needs.
    """

    rule: str
    header: str
    names: tuple[str, ...]


def list_seen(table: CompiledTable, rule: str, row: pl.DataFrame) -> tuple[Seen, ...]:
    """What a rule saw in a row, for each input column that it tests.

    Args:
        table: The table.
        rule: Id of the rule.
        row: A frame of one row.
    """
    place = _find_rule(table, rule)
    tested = [column for column in range(len(table.subjects)) if table.tests[place].get(column) is not None]
    values = select_columns(row, [to_polars(table.subjects[column]) for column in tested])
    return tuple(
        Seen(
            table.table.inputs[column].header,
            table.table.rules[place].tests[column],
            value.item(),
            table.subjects[column].type,
        )
        for column, value in zip(tested, values, strict=True)
    )


def list_missing(table: CompiledTable, rule: str, row: pl.DataFrame) -> tuple[Missing, ...]:
    """The tests of a rule that are unknown in a row, with the columns that are missing.

    Args:
        table: The table.
        rule: Id of the rule.
        row: A frame of one row.
    """
    return tuple(_find_missing(table, _find_rule(table, rule), row))


def _find_missing(table: CompiledTable, place: int, row: pl.DataFrame) -> Iterator[Missing]:
    tests = table.tests[place]
    values = select_columns(row, [to_polars(test) for test in tests.values()])
    for column, value in zip(tests, values, strict=True):
        if value.item() is None:
            names = tuple(name for name in columns_of(tests[column]) if _is_unknown(row[name]))
            yield Missing(table.table.rules[place].id, table.table.inputs[column].header, names)


def _is_unknown(column: pl.Series) -> bool:
    value = column.item()
    return value is None or value != value  # noqa: PLR0124 - only NaN differs from itself


def _find_rule(table: CompiledTable, rule: str) -> int:
    return next(place for place, each in enumerate(table.table.rules) if each.id == rule)
