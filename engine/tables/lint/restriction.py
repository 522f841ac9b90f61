"""Restriction: an entry table as it acts behind the table that says which rows it may see at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.language.check.comparisons import TRUE, boolean
from engine.language.core import Constant, Core
from engine.language.functions import logic
from engine.tables.checked import CheckedTable
from engine.tables.model import HitPolicy, InputColumn, Rule

_Cells = Mapping[Core, tuple[Core, str]]
_SINGLE = (HitPolicy.FIRST, HitPolicy.UNIQUE, HitPolicy.ANY)


def restrict_table(table: CheckedTable, gate: CheckedTable, output: str) -> CheckedTable:
    """One table of the policy FIRST that says what two say in turn.

    A rule of the gate that lets a row pass is followed by the rules of the table with the gate's cells added;
    one that does not gives the table's default. Where rules of the gate give no fixed answer, or either
    table gives more than one result, the table comes back as it was.

    Args:
        table: The table behind the gate.
        gate: The table that lets rows pass.
        output: The gate's output that says so.
    """
    place = [column.name for column in gate.table.outputs].index(output)
    answers, otherwise = [row[place] for row in gate.results], gate.default[place]
    fixed = all(isinstance(each, Constant) and each.value is not None for each in answers)
    shut = isinstance(otherwise, Constant) and otherwise.value is False
    if not fixed or not shut or not {table.table.hit_policy, gate.table.hit_policy} <= set(_SINGLE):
        return table
    headers = _list_headers(gate) | _list_headers(table)
    rules: list[tuple[Rule, _Cells, tuple[Core, ...]]] = []
    for number, answer in enumerate(answers):
        above = _read_cells(gate, number)
        if isinstance(answer, Constant) and answer.value is True:
            for rule, results in enumerate(table.results):
                rules.append((table.table.rules[rule], _join(above, _read_cells(table, rule)), results))
        rules.append((gate.table.rules[number], above, table.default))
    return _rebuild(table, headers, rules)


def _list_headers(table: CheckedTable) -> dict[Core, str]:
    return {
        subject: column.header for subject, column in zip(table.subjects, table.table.inputs, strict=True)
    }


def _read_cells(table: CheckedTable, rule: int) -> _Cells:
    texts = table.table.rules[rule].tests
    return {
        subject: (test, text)
        for subject, test, text in zip(table.subjects, table.tests[rule], texts, strict=True)
    }


def _join(one: _Cells, other: _Cells) -> _Cells:
    joined = {**one, **other}
    for subject in one.keys() & other.keys():
        (first, text), (second, more) = one[subject], other[subject]
        both = second if first == TRUE else first if second == TRUE else boolean(logic.AND, first, second)
        joined[subject] = both, f"{text} and {more}"
    return joined


def _rebuild(
    table: CheckedTable, headers: Mapping[Core, str], rules: list[tuple[Rule, _Cells, tuple[Core, ...]]]
) -> CheckedTable:
    any_value = (TRUE, "-")
    written = tuple(
        replace(
            rule,
            tests=tuple(cells.get(subject, any_value)[1] for subject in headers),
            outputs=("",) * len(table.table.outputs),
        )
        for rule, cells, _ in rules
    )
    inputs = tuple(InputColumn(header) for header in headers.values())
    return CheckedTable(
        replace(table.table, inputs=inputs, rules=written, hit_policy=HitPolicy.FIRST),
        tuple(headers),
        tuple(tuple(cells.get(subject, any_value)[0] for subject in headers) for _, cells, _ in rules),
        tuple(results for _, _, results in rules),
        table.default,
    )
