"""Sheets of metrics: their order, their faults, their units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

from engine.language.metrics import Metric, Sheet, check_metrics
from engine.language.names import build_scope
from engine.language.quantities import Quantity, read_quantity
from engine.language.types import NUMBER, Name, Stage

SCHEMA: dict[str, Any] = {
    "x": "number",
    "age_hours": "hours",
    "rate": "ratio",
    "ts": "instant",
    "pair": "text",
    "gain": Name("gain", NUMBER, Stage.POSITION),
}


def check(parameters: Mapping[str, Any] | None = None, /, **formulas: str | tuple[str, str]) -> Sheet:
    rows = [(name, *(given if isinstance(given, tuple) else (given, ""))) for name, given in formulas.items()]
    metrics = [Metric(name, formula, unit, row=line) for line, (name, formula, unit) in enumerate(rows, 2)]
    return check_metrics(metrics, build_scope(SCHEMA, parameters or {}))


def faults(sheet: Sheet) -> list[tuple[str, int | None, str | None]]:
    return [(each.code, each.row, each.column) for each in sheet.diagnostics]


def evaluate(
    sheet: Sheet, parameters: dict[str, str] | None = None, **columns: list[Any]
) -> dict[str, list[Any]]:
    assert sheet.diagnostics == ()
    values = {name: read(name, text) for name, text in (parameters or {}).items()}
    frame = sheet.bind(values).evaluate(pl.DataFrame(columns))
    assert set(frame.columns) == {*columns, *sheet.formulas}
    return frame.to_dict(as_series=False)


def read(name: str, text: str) -> Quantity:
    quantity = read_quantity(name, text)
    assert isinstance(quantity, Quantity)
    return quantity


def test_metrics_are_evaluated_in_the_order_of_their_dependence() -> None:
    sheet = check(d="b + c", c="b * 2", b="a + 1", a="x")
    assert list(sheet.formulas).index("a") < list(sheet.formulas).index("b") < list(sheet.formulas).index("d")
    assert evaluate(sheet, x=[1.0, None])["d"] == [6.0, None]


def test_infinities_do_not_pass_from_metric_to_metric() -> None:
    sheet = check(a="x / 0", b="if a > 1 then 1 else 2", c="1 / (x * 1e308 * 10)", d="a = null")
    result = evaluate(sheet, x=[1.0, -1.0])
    assert result["a"] == result["b"] == result["c"] == [None, None]
    assert result["d"] == [True, True]


def test_a_constant_metric_divides_as_a_column_does() -> None:
    values = [number / 7 for number in range(-500, 500)]
    sheet = check(third="3", quotient="x / third", direct="x / 3", chosen="x / (if x > -1000 then 3 else 7)")
    result = evaluate(sheet, x=values)
    assert result["quotient"] == result["direct"] == result["chosen"] == [value / 3.0 for value in values]


@pytest.mark.parametrize(
    ("formulas", "circle"),
    [
        ({"a": "a + 1"}, "a → a"),
        ({"a": "b", "b": "a"}, "→"),
        ({"a": "b + x", "b": "c + x", "c": "lag(a, 1h)"}, "→"),
    ],
)
def test_a_circle_is_one_fault(formulas: dict[str, str], circle: str) -> None:
    sheet = check(**formulas)
    assert [each.code for each in sheet.diagnostics] == ["metric.cycle"]
    assert circle in sheet.diagnostics[0].message


def test_two_circles_and_a_metric_that_reads_them() -> None:
    sheet = check(a="a", b="c", c="b", d="a + b", e="x")
    assert sorted(code for code, _, _ in faults(sheet)) == ["metric.cycle", "metric.cycle"]
    assert list(sheet.formulas) == ["e"]


def test_a_fault_has_no_consequences() -> None:
    sheet = check(a="nonsense + 1", b="a * 2", c="b + a", d="fals + b")
    assert faults(sheet) == [("name.unknown", 2, "formula"), ("name.unknown", 5, "formula")]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("x", "name.reserved"),
        ("hold", "name.reserved"),
        ("two words", "metric.name"),
        ("", "metric.name"),
        ("if", "metric.name"),
    ],
)
def test_names_that_are_not_free(name: str, code: str) -> None:
    sheet = check_metrics([Metric(name, "1", row=2)], build_scope(SCHEMA, {"hold": "3d"}))
    assert faults(sheet) == [(code, 2, "name")]


def test_a_metric_stands_once() -> None:
    sheet = check_metrics([Metric("a", "x", row=2), Metric("a", "x + 1", row=3)], build_scope(SCHEMA))
    assert faults(sheet) == [("metric.twice", 3, "name")]


@pytest.mark.parametrize(
    ("formula", "unit", "expected"),
    [
        ("age_hours", "days", 0.5),
        ("age_hours", "hours", 12.0),
        ("age_hours / 24", "days", 0.5),
        ("x", "bps", 3.0),
        ("rate", "bps", 100.0),
        ("2d", "hours", 48.0),
        ("hold", "hours", 72.0),
        ("5bps", "", 0.0005),
        ("hold", "", 259200.0),
        ("age_hours / hold", "", 12 / 72),
        ("rate / (hold / 365d)", "apr", 0.01 * (365 / 3)),
    ],
)
def test_a_declared_unit_converts(formula: str, unit: str, expected: float) -> None:
    sheet = check({"hold": "3d"}, m=(formula, unit))
    result = evaluate(sheet, {"hold": "3d"}, age_hours=[12.0], x=[3.0], rate=[0.01])
    assert result["m"] == [pytest.approx(expected, rel=1e-15)]


@pytest.mark.parametrize(("formula", "unit"), [("age_hours", "usd"), ("rate", "hours"), ("hold", "bps")])
def test_a_declared_unit_that_measures_something_else_is_refused(formula: str, unit: str) -> None:
    assert faults(check({"hold": "3d"}, m=(formula, unit))) == [("unit.mismatch", 2, "formula")]


def test_an_unknown_unit_is_placed_in_its_column() -> None:
    assert faults(check(m=("x", "furlongs"))) == [("unit.unknown", 2, "unit")]


def test_a_value_of_a_position_has_no_history() -> None:
    assert faults(check(m="rolling_mean(gain, 3d)")) == [("metric.history", 2, "formula")]
    assert faults(check(a="gain + 1", b="rank(a)")) == [("metric.history", 3, "formula")]
    assert faults(check(m="gain - lag(x, 1h)")) == []


def test_every_fault_is_placed() -> None:
    sheet = check(a="1,5 +", b="sqtr(x) + y", c=("x", "furlongs"))
    assert {each.file for each in sheet.diagnostics} == {"metrics.csv"}
    assert {each.row for each in sheet.diagnostics} == {2, 3, 4}
    assert 'did you mean "sqrt"?' in {each.hint for each in sheet.diagnostics}
