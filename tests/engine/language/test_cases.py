"""Formulas, cells and units by tables of cases, in all three targets."""

from __future__ import annotations

import csv
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from engine.language.bind import bind
from engine.language.check import check_cell
from engine.language.core import Apply, Column, Constant, Core, walk
from engine.language.formula import check_and_bind, compile_formula, read_parameters
from engine.language.functions.scalars import upper_bound
from engine.language.names import build_scope
from engine.language.passes import plan_passes
from engine.language.quantities import Quantity, read_quantity
from engine.language.to_polars import DTYPES, to_polars
from engine.language.to_program import Program, to_program
from engine.language.to_python import evaluate_row
from engine.language.types import BOOLEAN, Kind, Stage
from engine.language.units import COLUMN_UNITS

CASES = Path(__file__).parents[2] / "cases" / "language"
SCHEMA: dict[str, Any] = {
    **dict.fromkeys("abc", "number"),
    "t": "text",
    "age_hours": "hours",
    "basis_bps": "bps",
    "net_apr": "apr",
    "volume_usd": "usd",
    "ts": "instant",
}
COLUMNS: dict[str, Any] = {
    **{kind: kind for kind in ("number", "text", "boolean", "instant", "bps", "hours", "apr", "usd")},
    "coin": ["BTC", "ETH", "1INCH", "IN", "BTC/USDT:USDT"],
}


def read_cases(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_value(text: str, kind: Kind) -> Any:
    if text == "unknown":
        return None
    if kind is Kind.NUMBER:
        return float(text)
    if kind is Kind.BOOLEAN:
        return text == "true"
    return datetime.fromisoformat(text).astimezone(UTC) if kind is Kind.INSTANT else text.strip('"')


def read_row(case: dict[str, str]) -> dict[str, Any]:
    scope = build_scope(SCHEMA)
    given = dict(pair.split("=", 1) for pair in case["inputs"].split())
    return {name: read_value(text, scope.names[name].type.kind) for name, text in given.items()}


def frame_of(row: dict[str, Any], schema: dict[str, Any] | None = None) -> pl.DataFrame:
    scope = build_scope(schema or SCHEMA)
    dtypes = {name: DTYPES[scope.names[name].type.kind] for name in row}
    return pl.DataFrame([row], schema=dtypes) if row else pl.DataFrame({"a": [1.0]})


def assert_equal(actual: Any, expected: Any) -> None:
    assert actual == expected
    assert type(actual) is type(expected)


@pytest.mark.parametrize(
    "case", read_cases("formulas.csv"), ids=lambda case: f"{case['text']} | {case['inputs']}"
)
def test_formulas(case: dict[str, str]) -> None:
    core = check_and_bind(case["text"], SCHEMA)
    expected = read_value(case["expected"], core.type.kind)
    row = read_row(case)
    assert_equal(evaluate_row(core, row), expected)
    assert_equal(frame_of(row).select(value=compile_formula(case["text"], SCHEMA))["value"].item(), expected)
    clean = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in row.items()
    }
    assert_equal(plan_passes({"value": core}).evaluate(frame_of(clean))["value"].item(), expected)


@pytest.mark.parametrize(
    "case", read_cases("formulas.csv"), ids=lambda case: f"{case['text']} | {case['inputs']}"
)
def test_formulas_as_programs(case: dict[str, str]) -> None:
    core = check_and_bind(case["text"], SCHEMA)
    program = to_program(core)
    if core.type.kind not in (Kind.NUMBER, Kind.BOOLEAN):
        assert not isinstance(program, Program)
        return
    assert isinstance(program, Program)
    row = read_row(case)
    values = {**row, **{name: evaluate_row(part, row) for name, part in program.prepared.items()}}
    actual = program.run(
        [math.nan if values[name] is None else float(values[name]) for name in program.inputs]
    )
    expected = read_value(case["expected"], core.type.kind)
    assert math.isnan(actual) if expected is None else actual == float(expected)


@pytest.mark.parametrize(
    "case", read_cases("cells.csv"), ids=lambda case: f"{case['of']}: {case['cell']} | {case['value']}"
)
def test_cells(case: dict[str, str]) -> None:
    parameters = {"limit": 3}
    scope = build_scope({"x": COLUMNS[case["of"]]}, parameters)
    name = scope.names["x"]
    checked = check_cell(
        case["cell"], Column("x", name.type, Stage.MARKET), scope, vocabulary=name.vocabulary
    )
    assert checked.diagnostics == ()
    assert checked.core is not None
    assert checked.core.type == BOOLEAN
    core = bind(checked.core, read_parameters(parameters))
    row = {"x": read_value(case["value"], name.type.kind)}
    expected = read_value(case["expected"], Kind.BOOLEAN)
    assert evaluate_row(core, row) is expected
    frame = frame_of(row, {"x": COLUMNS[case["of"]]})
    assert frame.select(value=to_polars(core))["value"].item() is expected


@pytest.mark.parametrize("case", read_cases("units.csv"), ids=lambda case: f"{case['text']} in {case['of']}")
def test_literals_and_parameters_count_in_the_unit_they_meet(case: dict[str, str]) -> None:
    schema = {"x": case["of"]}
    expected = float(case["meets"])
    for text, parameters in ((f"x > {case['text']}", {}), ("x > p", {"p": case["text"]})):
        assert find_bound(check_and_bind(text, schema, parameters)) == upper_bound(expected)
    quantity = read_quantity("p", case["text"])
    assert isinstance(quantity, Quantity)
    assert float(quantity.count_in(COLUMN_UNITS[case["of"]])) == expected


def find_bound(core: Core) -> Any:
    """The constant that a comparison's column is compared with."""
    assert isinstance(core, Apply)
    return next(node.value for node in walk(core) if isinstance(node, Constant))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3bps", 0.0003),
        ("2d", 172800.0),
        ("12%", 0.12),
        ("20M", 2e7),
        ("if true then 3bps else 5bps", 0.0003),
        ("-1h", -3600.0),
    ],
)
def test_a_literal_by_itself_counts_in_the_base_unit(text: str, expected: float) -> None:
    assert pl.select(value=compile_formula(text, {}))["value"].item() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('if "-1.5" != null then "yes" else string("E" < t)', ["yes", "yes", "yes"]),
        ('if off then 1 else string length(t) + (if "a" < t then 1 else 0)', [1.0, 2.0, None]),
        ("if log(zero) > 1 then a else 2", [None, None, None]),
        ("2 < 1 / 0 / (1 / 0 * 0 + string length(t)) + a", [None, None, None]),
    ],
)
def test_fixed_parts_leave_a_value_for_every_row(text: str, expected: list[Any]) -> None:
    frame = pl.DataFrame({"a": [1.0, 2.0, 3.0], "t": ["a", "b", None]})
    expression = compile_formula(text, SCHEMA, {"off": False, "zero": 0})
    assert frame.select("a", value=expression)["value"].to_list() == expected
    assert frame.with_columns(value=expression)["value"].to_list() == expected
