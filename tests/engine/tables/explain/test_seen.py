from __future__ import annotations

import polars as pl

from engine.language.types import Kind
from engine.tables.compile import compile_table
from engine.tables.explain.seen import Missing, list_missing, list_seen
from engine.tables.read import parse_table

TEXT = 'id,a,"max(a, b)",c,then y\nR1,> 1,<= b,-,1\nR2,-,-,> a,2\n'
FRAME = pl.DataFrame(
    {"a": [2.0, None, 0.0], "b": [3.0, 1.0, float("nan")], "c": [1.0, 1.0, None]},
    schema={"a": pl.Float64, "b": pl.Float64, "c": pl.Float64},
)
TABLE = compile_table(
    parse_table(TEXT, name="entry", hit_policy="FIRST"), dict.fromkeys(("a", "b", "c"), "number")
)


def test_a_rule_shows_what_it_saw() -> None:
    first, second, none = list_seen(TABLE, FRAME, ["R1", "R2", None])
    assert [(seen.header, seen.test, seen.value) for seen in first] == [
        ("a", "> 1", 2.0),
        ("max(a, b)", "<= b", 3.0),
    ]
    assert [(seen.header, seen.test, seen.value) for seen in second] == [("c", "> a", 1.0)]
    assert {seen.type.kind for seen in first} == {Kind.NUMBER}
    assert none == ()


def test_what_is_missing_is_named_by_rule_and_column() -> None:
    missing = list_missing(TABLE, FRAME, [[], ["R1", "R2"], ["R2"]])
    assert missing == [
        (),
        (Missing("R1", "a", ("a",)), Missing("R1", "max(a, b)", ("a",)), Missing("R2", "c", ("a",))),
        (Missing("R2", "c", ("c",)),),
    ]
