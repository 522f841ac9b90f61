from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from engine.tables.compile import compile_table
from engine.tables.read import parse_table
from engine.tables.reference import Reading, read_first

COLUMNS = ("a", "b", "c")
VALUES = (0.0, 1.0, 2.0, 3.0)

# One value in five is unknown.
values = st.sampled_from([*VALUES, None])
cells = st.one_of(st.just("-"), st.sampled_from(VALUES).map(lambda value: f">= {value}"))
outputs = st.tuples(st.sampled_from(["1", "2", ""]), st.sampled_from(["true", "false", ""]))
rules = st.lists(st.tuples(st.tuples(cells, cells, cells), outputs), max_size=6)
rows = st.lists(st.tuples(values, values, values), min_size=1, max_size=8)


def hold(cell: str, value: float | None) -> bool | None:
    if cell == "-":
        return True
    return None if value is None else value >= float(cell.removeprefix(">= "))


def translate(output: tuple[str, str]) -> tuple[float, bool]:
    number, flag = output
    return float(number or 0), flag == "true"


def write(table: list[tuple[tuple[str, ...], tuple[str, ...]]]) -> str:
    lines = [f"R{place},{','.join((*tests, *results))}" for place, (tests, results) in enumerate(table)]
    return "\n".join([f"id,{','.join(COLUMNS)},then y,then z", *lines]) + "\n"


def describe(reading: Reading) -> dict[str, Any]:
    number, flag = reading.outputs if isinstance(reading.outputs, tuple) else (None, None)
    fired = None if reading.rule is None else f"R{reading.rule}"
    state = "unknown" if not reading.known else ("default" if fired is None else "rule")
    return {
        "y": number,
        "z": flag,
        "rule": fired if reading.known else None,
        "state": state,
        "possible": [] if reading.known else [f"R{place}" for place in reading.doubt],
    }


@given(rules, rows)
def test_first_equals_the_plain_loop(
    table: list[tuple[tuple[str, str, str], tuple[str, str]]],
    market: list[tuple[float | None, float | None, float | None]],
) -> None:
    terms = {"y": "number", "z": "boolean"}
    parsed = parse_table(
        write(list(table)), name="t", hit_policy="FIRST", outputs=terms, defaults={"y": 0, "z": False}
    )
    frame = pl.DataFrame(market, schema=dict.fromkeys(COLUMNS, pl.Float64), orient="row")
    found = compile_table(parsed, dict.fromkeys(COLUMNS, "number")).evaluate(frame, tell=True).to_dicts()
    results = [translate(output) for _, output in table]
    for row, result in zip(market, found, strict=True):
        tests = [[hold(cell, value) for cell, value in zip(cells, row, strict=True)] for cells, _ in table]
        assert result == describe(read_first(tests, results, (0.0, False)))


@given(rules, rows)
def test_what_becomes_known_never_contradicts(
    table: list[tuple[tuple[str, str, str], tuple[str, str]]],
    market: list[tuple[float | None, float | None, float | None]],
) -> None:
    """A result that is known stays the same whatever the missing values turn out to be."""
    parsed = parse_table(write(list(table)), name="t", hit_policy="FIRST", defaults={"y": 0, "z": False})
    schema = dict.fromkeys(COLUMNS, pl.Float64)
    compiled = compile_table(parsed, dict.fromkeys(COLUMNS, "number"))
    frame = pl.DataFrame(market, schema=schema, orient="row")
    before = compiled.evaluate(frame, tell=True)
    for value in VALUES:
        after = compiled.evaluate(frame.fill_null(value), tell=True)
        known = before["state"] != "unknown"
        assert after["state"].eq("unknown").sum() == 0
        assert before.filter(known).select("y", "z").equals(after.filter(known).select("y", "z"))
