from __future__ import annotations

from itertools import product
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.types import NUMBER, Name
from engine.tables.compile import compile_table
from engine.tables.lint.churn import find_churn
from engine.tables.lint.finding import Certainty, Finding, FindingKind
from engine.tables.model import Table
from engine.tables.read import parse_table

SCHEMA = {name: Name(name, NUMBER, minimum=0, maximum=4) for name in ("a", "b")}
VALUES = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, None]
ROWS = pl.DataFrame(list(product(VALUES, VALUES)), schema=["a", "b"], orient="row").cast(pl.Float64)


def read(text: str, name: str, policy: str = "FIRST") -> Table:
    defaults: dict[str, Any] = {"enter": False} if name == "entry" else {"keep": 1}
    return parse_table(text, name=name, hit_policy=policy, defaults=defaults)


def find(entry: str, leave: str) -> list[Finding]:
    return find_churn(read(entry, "entry"), read(leave, "exit"), SCHEMA)


def test_what_is_entered_and_closed_at_once() -> None:
    (finding,) = find("id,a,then enter\nE1,> 2,true\n", "id,a,b,then keep\nX1,> 3,< 1,0\nX2,< 1,-,0\n")
    assert (finding.kind, finding.rules, finding.row) == (FindingKind.CHURN, ("E1", "X1"), 2)
    assert str(finding) == (
        "entry.csv:2 churn: it enters where X1 of exit.csv (line 2) closes it at once; example a = 4, b = 0"
    )


def test_what_is_reduced_at_once() -> None:
    (finding,) = find("id,a,then enter\nE1,> 2,true\n", "id,a,then keep\nX1,> 3,0.5\n")
    assert "keeps 0.5 of it at once" in finding.message


@pytest.mark.parametrize(
    ("entry", "leave"),
    [
        ("E1,> 2,true", "X1,<= 2,0"),
        ("E1,> 2,false", "X1,> 2,0"),
        ("E1,> 2,true", "X1,> 2,1"),
        ("E1,> 2,true", "X0,> 2,1\nX1,> 2,0"),
        ("E0,> 1,false\nE1,> 2,true", "X1,> 2,0"),
    ],
)
def test_no_churn(entry: str, leave: str) -> None:
    assert find(f"id,a,then enter\n{entry}\n", f"id,a,then keep\n{leave}\n") == []


def test_tables_without_an_input_in_common() -> None:
    (finding,) = find("id,a,then enter\nE1,> 2,true\n", "id,b,then keep\nX1,> 3,0\n")
    assert finding.example == {"a": 3.0, "b": 4.0}


cells = st.sampled_from(["-", "> 1", "<= 2", "[1..3)", "3", "null"])
entries = st.lists(st.tuples(cells, cells, st.sampled_from(["true", "false"])), max_size=4)
leaves = st.lists(st.tuples(cells, cells, st.sampled_from(["0", "0.5", "1"])), max_size=4)


@given(entries, leaves)
def test_churn_is_found_where_the_tables_say_so_and_nowhere_else(
    entry: list[tuple[str, str, str]], leave: list[tuple[str, str, str]]
) -> None:
    first = read(write(entry, "E", "enter"), "entry")
    second = read(write(leave, "X", "keep"), "exit")
    both = pl.concat(
        [
            compile_table(first, SCHEMA).evaluate(ROWS).select("enter", entered="rule"),
            compile_table(second, SCHEMA).evaluate(ROWS).select("keep", left="rule"),
        ],
        how="horizontal",
    )
    rows = both.filter((pl.col("enter") == True) & (pl.col("keep") < 1))  # noqa: E712 - null is not true
    found = find_churn(first, second, SCHEMA)
    assert {finding.rules for finding in found} == set(rows.select("entered", "left").iter_rows())
    assert all(finding.certainty is Certainty.EXACT for finding in found)
    for finding in found:
        row = pl.DataFrame([{"a": None, "b": None, **(finding.example or {})}], schema=ROWS.schema)
        assert compile_table(first, SCHEMA).evaluate(row)["rule"].to_list() == [finding.rules[0]]
        assert compile_table(second, SCHEMA).evaluate(row)["rule"].to_list() == [finding.rules[1]]


def write(rules: list[tuple[str, str, str]], prefix: str, output: str) -> str:
    lines = [f"{prefix}{place},{','.join(rule)}" for place, rule in enumerate(rules)]
    return "\n".join([f"id,a,b,then {output}", *lines]) + "\n"
