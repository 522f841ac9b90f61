"""Violations are named: the row of the data, the rules, and what to do."""

from __future__ import annotations

import polars as pl
import pytest

from engine.tables.bind import CompiledTable
from engine.tables.compile import compile_table
from engine.tables.read import parse_table

FRAME = pl.DataFrame({"a": [0.0, 2.0, None, 9.0], "b": [0.0, 2.0, 2.0, 1.0]})
TEXT = "id,a,b,then y\nR1,> 1,-,b\nR2,-,> 1,3\nR3,> 5,< 9,a - 1\n"


def compile_text(text: str, policy: str, aggregation: str | None = None, *allowed: object) -> CompiledTable:
    table = parse_table(text, name="size", hit_policy=policy, aggregation=aggregation, allowed={"y": allowed})
    return compile_table(table, {"a": "number", "b": "number"})


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        (
            "UNIQUE",
            [
                (2, None, "row 1 of the data: rules R1 (line 2), R2 (line 3) all fire"),
                (2, None, "row 3 of the data: rules R1 (line 2), R3 (line 4) all fire"),
            ],
        ),
        (
            "ANY",
            [
                (2, None, "row 1 of the data: rules R1 (line 2), R2 (line 3) fire with different outputs"),
                (2, None, "row 3 of the data: rules R1 (line 2), R3 (line 4) fire with different outputs"),
            ],
        ),
        ("FIRST", []),
        ("RULE ORDER", []),
    ],
)
def test_rules_that_clash_are_named(policy: str, found: list[tuple[int, str | None, str]]) -> None:
    faults = compile_text(TEXT, policy).find_violations(FRAME)
    assert [(fault.row, fault.column, fault.message) for fault in faults] == found
    assert {(fault.code, fault.file) for fault in faults} <= {("table.violation", "size.csv")}
    assert all(policy in fault.hint for fault in faults)


@pytest.mark.parametrize(
    ("policy", "aggregation", "found"),
    [
        ("FIRST", None, [("R1", 2)]),
        ("COLLECT", None, [("R1", 2), ("R3", 4)]),
        ("RULE ORDER", None, [("R1", 2), ("R3", 4)]),
        ("COLLECT", "max", [("R1", 2), ("R3", 4)]),
        ("COLLECT", "count", [("R1", 2), ("R3", 4)]),
    ],
)
def test_an_output_that_is_not_allowed_is_told_with_its_value(
    policy: str, aggregation: str | None, found: list[tuple[str, int]]
) -> None:
    faults = compile_text(TEXT, policy, aggregation, 2, 3).find_violations(FRAME)
    values = {"R1": 1.0, "R3": 8.0}
    assert [(fault.message, fault.row, fault.column) for fault in faults] == [
        (f"row 3 of the data: rule {rule} gives y = {values[rule]}", line, "then y") for rule, line in found
    ]
    assert {fault.hint for fault in faults} == {"it may be 2, 3"}


def test_a_fault_reads_as_one_line() -> None:
    (fault,) = compile_text(TEXT, "FIRST", None, 2, 3).find_violations(FRAME)
    assert str(fault) == "size.csv:2 [then y] row 3 of the data: rule R1 gives y = 1.0; it may be 2, 3"


def test_equal_outputs_that_are_not_allowed_are_no_clash() -> None:
    table = compile_text("id,a,b,then y\nR1,> 1,-,b\nR2,-,> 1,b\n", "ANY", None, 1)
    assert [fault.column for fault in table.find_violations(FRAME[1:2])] == ["then y", "then y"]


def test_one_of_several_outputs_is_not_allowed() -> None:
    text = 'id,a,then x,then y\nR1,> 1,a,"if b > 1 then ""much"" else ""odd"""\n'
    table = compile_table(
        parse_table(text, name="size", hit_policy="UNIQUE", allowed={"y": ["much", "little"]}),
        {"a": "number", "b": "number"},
    )
    result = table.evaluate(FRAME, tell=True)
    assert result.select("x", "y", "state").rows() == [
        (None, None, "default"),
        (2.0, "much", "rule"),
        (None, None, "unknown"),
        (None, None, "violation"),
    ]
    (fault,) = table.find_violations(FRAME)
    assert (fault.column, fault.message) == ("then y", "row 3 of the data: rule R1 gives y = odd")


def test_a_parameter_may_bring_what_is_not_allowed() -> None:
    table = parse_table("id,a,then y\nR1,> 1,cap\n", name="size", hit_policy="FIRST", allowed={"y": [1, 2]})
    schema = {"a": "number", "b": "number"}
    assert compile_table(table, schema, {"cap": 2}).find_violations(FRAME) == []
    assert len(compile_table(table, schema, {"cap": 5}).find_violations(FRAME)) == 2
