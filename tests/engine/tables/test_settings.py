"""The settings of `parse_table` in the forms that a program passes, and what is said of wrong ones."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from engine.errors import BookErrors
from engine.tables.bind import CompiledTable
from engine.tables.compile import compile_table
from engine.tables.read import parse_table

SCHEMA = {"a": "number", "style": ["limit", "market"], "cost_bps": "number bps"}
FRAME = pl.DataFrame(
    {"a": [2.0, 0.0], "style": ["limit", "market"], "cost_bps": [3.0, 4.0]},
    schema={"a": pl.Float64, "style": pl.String, "cost_bps": pl.Float64},
)


def compile_text(text: str, *, hit_policy: str = "FIRST", **settings: Any) -> CompiledTable:
    return compile_table(parse_table(text, name="entry", hit_policy=hit_policy, **settings), SCHEMA)


@pytest.mark.parametrize(
    ("cell", "settings", "values"),
    [
        ("5%", {"outputs": {"y": "number bps"}}, [500.0, None]),
        ("5%", {"outputs": {"y": ("number", "bps")}, "defaults": {"y": "1%"}}, [500.0, 100.0]),
        ("5%", {"outputs": {"y": "bps"}, "defaults": {"y": 7}}, [500.0, 7.0]),
        ("5%", {"outputs": {"y": "number"}}, [0.05, None]),
        ("5%", {"outputs": {"y": float}, "defaults": {"y": 1}}, [0.05, 1.0]),
        ("5%", {}, [0.05, None]),
        ("cost_bps", {"outputs": {"y": "ratio"}, "defaults": {"y": "cost_bps"}}, [3 * 0.0001, 4 * 0.0001]),
        ("2d", {"outputs": {"y": "hours"}}, [48.0, None]),
        ("true", {"outputs": {"y": bool}, "defaults": {"y": False}}, [True, False]),
        ("a > 1", {"outputs": {"y": "boolean"}, "defaults": {"y": True}}, [True, True]),
        ("", {"outputs": {"y": "text"}, "defaults": {"y": "hold"}}, ["hold", "hold"]),
        ("enter", {"allowed": {"y": ["enter", "hold"]}, "defaults": {"y": "hold"}}, ["enter", "hold"]),
        ("enter", {"allowed": {"y": ("enter", "hold")}, "defaults": {"y": '"hold"'}}, ["enter", "hold"]),
        ('"""enter"""', {"allowed": {"y": ['"enter"', '"hold"']}}, ["enter", None]),
        ("style", {"outputs": {"y": "text"}, "allowed": {"y": ["limit", "market"]}}, ["limit", None]),
        ("5%", {"allowed": {"y": [0.05, 0.1]}, "defaults": {"y": "10%"}}, [0.05, 0.1]),
        ("500bps", {"outputs": {"y": "ratio"}, "allowed": {"y": ["5%"]}}, [0.05, None]),
        ("1.0", {"allowed": {"y": [1, 2]}, "defaults": {"y": 2}}, [1.0, 2.0]),
        ("true", {"allowed": {"y": [True, False]}, "defaults": {"y": False}}, [True, False]),
        ("null", {"allowed": {"y": [1, 2]}, "defaults": {"y": 2}}, [None, 2.0]),
    ],
)
def test_outputs_allowed_values_and_defaults(cell: str, settings: dict[str, Any], values: list[Any]) -> None:
    result = compile_text(f"id,a,then y\nR1,> 1,{cell}\n", **settings).evaluate(FRAME)
    assert result["y"].to_list() == values


@pytest.mark.parametrize(
    ("cell", "settings", "code", "row", "said"),
    [
        ("entr", {"allowed": {"y": ["enter", "hold"]}}, "output.allowed", 2, 'did you mean "enter"?'),
        ("7", {"allowed": {"y": [1, 2]}}, "output.allowed", 2, "one of 1, 2"),
        ('"""x"""', {"allowed": {"y": ["enter", "hold"]}}, "output.allowed", 2, "one of enter, hold"),
        ("1", {"allowed": {"y": [1, 2]}, "defaults": {"y": 3}}, "output.allowed", 1, "one of 1, 2"),
        ("1", {"allowed": {"y": [1, 2]}, "defaults": {"y": "a"}}, "output.allowed", 1, "one of 1, 2"),
        ("1", {"allowed": {"y": [1, 1]}}, "output.allowed", 1, "leave one"),
        ("1", {"outputs": {"y": "number"}, "allowed": {"y": ["low"]}}, "name.unknown", 1, "low"),
        ("1", {"outputs": {"y": "nmber"}}, "type.unknown", 1, "number"),
        ("1", {"outputs": {"y": "text"}}, "type.mismatch", 2, "text"),
        ("style", {"allowed": {"y": ["style", "other"]}}, "word.ambiguous", 2, "in quotes"),
        ("2d", {"outputs": {"y": "bps"}}, "unit.mismatch", 2, "bps"),
        ("1", {"outputs": {"y": "number"}, "defaults": {"y": "zero"}}, "name.unknown", 1, "zero"),
        ("1", {"outputs": {"x": "number"}}, "table.output.unknown", 1, '"y"'),
        ("1", {"defaults": {"yy": 1}}, "table.output.unknown", 1, 'did you mean "y"?'),
        ("1", {"allowed": {"yy": [1]}}, "table.output.unknown", 1, 'did you mean "y"?'),
        ("1", {"hit_policy": "SUM"}, "policy.unknown", None, "UNIQUE"),
        ("1", {"hit_policy": "COLLECT", "aggregation": "average"}, "policy.unknown", None, "sum"),
        ("1", {"aggregation": "sum"}, "policy.aggregation", None, "COLLECT"),
        ('"""x"""', {"hit_policy": "COLLECT", "aggregation": "sum"}, "policy.aggregation", None, "number"),
        ("1", {"hit_policy": "PRIORITY"}, "policy.priority", None, "most wanted first"),
        ("a", {"hit_policy": "PRIORITY", "allowed": {"y": [1]}}, "policy.priority", 2, "one of 1"),
    ],
)
def test_a_wrong_setting_is_told(
    cell: str, settings: dict[str, Any], code: str, row: int | None, said: str
) -> None:
    with pytest.raises(BookErrors) as raised:
        compile_text(f"id,a,then y\nR1,> 1,{cell}\n", **settings)
    (fault,) = raised.value.diagnostics
    assert (fault.code, fault.file, fault.row) == (code, "entry.csv", row)
    assert said in str(fault)


@pytest.mark.parametrize("outputs", [None, {"y": "number"}])
@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (("5%", "cost_bps", "1"), [0.05, 3 * 0.0001, 1.0]),
        (("cost_bps", "5%", "1"), [3.0, 500.0, 1.0]),
        (("1", "cost_bps", "5%"), [1.0, 3.0, 500.0]),
    ],
)
def test_an_output_without_a_unit_takes_that_of_its_first_cell_with_one(
    cells: tuple[str, ...], values: list[float], outputs: dict[str, str] | None
) -> None:
    lines = "".join(f"R{place},> 1,{cell}\n" for place, cell in enumerate(cells))
    table = compile_text(f"id,a,then y\n{lines}", hit_policy="RULE ORDER", outputs=outputs)
    assert table.evaluate(FRAME)["y"].to_list()[0] == values


def test_an_aggregation_takes_one_output() -> None:
    with pytest.raises(BookErrors) as raised:
        compile_text("id,a,then x,then y\nR1,> 1,1,2\n", hit_policy="COLLECT", aggregation="sum")
    assert [fault.code for fault in raised.value.diagnostics] == ["policy.aggregation"]


def test_many_faults_come_at_once_with_row_and_column() -> None:
    text = "id,a,aa,then x,then y\nR1,> b,1,1,entr\nR2,1 >,1,true,enter\nR3,-,-,2d,c\n"
    settings = {"outputs": {"x": "number bps", "y": "text"}, "allowed": {"y": ["enter", "hold"]}}
    with pytest.raises(BookErrors) as raised:
        compile_text(text, hit_policy="FIRST", **settings)
    assert [(fault.row, fault.column, fault.code) for fault in raised.value.diagnostics] == [
        (1, "aa", "name.unknown"),
        (2, "a", "name.unknown"),
        (2, "then y", "output.allowed"),
        (3, "a", "text.incomplete"),
        (3, "then x", "type.mismatch"),
        (4, "then x", "unit.mismatch"),
        (4, "then y", "output.allowed"),
    ]
