"""The values that a rule saw, and those that were missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from engine.language.core import Core, columns_of
from engine.language.to_polars import to_polars
from engine.language.types import Type
from engine.tables.bind import CompiledTable
from engine.tables.explain.judging import select_columns


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


def list_seen(
    table: CompiledTable, frame: pl.DataFrame, rules: Sequence[str | None]
) -> list[tuple[Seen, ...]]:
    """What the rule of each row saw, for each input column that it tests; nothing for no rule.

    Args:
        table: The table.
        frame: The rows.
        rules: Id of a rule for each row, or None.
    """
    columns = select_columns(frame, [to_polars(subject) for subject in table.subjects])
    values = [column.to_list() for column in columns]
    return [() if rule is None else tuple(_see(table, rule, row, values)) for row, rule in enumerate(rules)]


def list_missing(
    table: CompiledTable, frame: pl.DataFrame, possible: Sequence[Sequence[str]]
) -> list[tuple[Missing, ...]]:
    """The tests that are unknown in each row, among those of the rules that are possible there.

    Args:
        table: The table.
        frame: The rows.
        possible: Ids of rules for each row.
    """
    asked = {rule: table.tests[_find_rule(table, rule)] for rules in possible for rule in rules}
    cores = list(dict.fromkeys(core for tests in asked.values() for core in tests.values()))
    columns = select_columns(frame, [to_polars(core) for core in cores])
    truths = {core: column.to_list() for core, column in zip(cores, columns, strict=True)}
    unknown = frame.select(_is_unknown(name, dtype) for name, dtype in frame.schema.items()).to_dict()
    return [
        tuple(missing for rule in rules for missing in _miss(table, rule, row, truths, unknown))
        for row, rules in enumerate(possible)
    ]


def _see(table: CompiledTable, rule: str, row: int, values: list[list[object]]) -> Iterator[Seen]:
    place = _find_rule(table, rule)
    for column in table.tests[place]:
        header = table.table.inputs[column].header
        text = table.table.rules[place].tests[column]
        yield Seen(header, text, values[column][row], table.subjects[column].type)


def _miss(
    table: CompiledTable,
    rule: str,
    row: int,
    truths: Mapping[Core, list[object]],
    unknown: Mapping[str, pl.Series],
) -> Iterator[Missing]:
    for column, core in table.tests[_find_rule(table, rule)].items():
        if truths[core][row] is None:
            names = tuple(name for name in columns_of(core) if unknown[name][row])
            yield Missing(rule, table.table.inputs[column].header, names)


def _is_unknown(name: str, dtype: pl.DataType) -> pl.Expr:
    missing = pl.col(name).is_null()
    return missing | pl.col(name).is_nan().fill_null(value=False) if dtype.is_float() else missing


def _find_rule(table: CompiledTable, rule: str) -> int:
    return next(place for place, each in enumerate(table.table.rules) if each.id == rule)
