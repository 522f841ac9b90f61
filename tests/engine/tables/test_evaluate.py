from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from engine.errors import BookErrors
from engine.tables.bind import CompiledTable
from engine.tables.compile import compile_table
from engine.tables.read import parse_table

CASES = Path(__file__).resolve().parents[2] / "cases" / "tables" / "first.csv"
TEXT = "id,a,b,then y\nR1,> 5,-,1\nR2,-,<= 2,2\nR3,-,[4..5],1\n"
NUMBERS = {"a": pl.Float64, "b": pl.Float64, "c": pl.Float64}


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def compile_text(text: str, **settings: object) -> CompiledTable:
    table = parse_table(text, name="entry", hit_policy="FIRST", **settings)  # type: ignore[arg-type]
    return compile_table(table, NUMBERS)


def frame(**columns: list[float | None]) -> pl.DataFrame:
    rows = max(len(values) for values in columns.values())
    full = {name: columns.get(name, [None] * rows) for name in NUMBERS}
    return pl.DataFrame(full, schema=NUMBERS)


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case["id"])
def test_first(case: dict[str, str]) -> None:
    row = frame(**{name: [float(case[name]) if case[name] else None] for name in ("a", "b")})
    (result,) = compile_text(TEXT, defaults={"y": 0}).evaluate(row, tell=True).to_dicts()
    assert result == {
        "y": float(case["y"]) if case["y"] else None,
        "rule": case["rule"] or None,
        "state": case["state"],
        "possible": case["possible"].split(),
    }


def test_nan_is_unknown() -> None:
    result = compile_text(TEXT, defaults={"y": 0}).evaluate(frame(a=[float("nan")], b=[9.0]), tell=True)
    assert result["state"].to_list() == ["unknown"]


def test_an_output_is_a_formula() -> None:
    table = compile_text("id,a,then y\nR1,> 1,a * b\nR2,-,\n", defaults={"y": "-1"})
    result = table.evaluate(frame(a=[2.0, 3.0, 1.0], b=[5.0, None, 5.0]), tell=True)
    assert result["y"].to_list() == [10.0, None, -1.0]
    assert result["state"].to_list() == ["rule", "rule", "rule"]


@pytest.mark.parametrize(
    ("b", "c", "state"), [(4.0, 4.0, "rule"), (4.0, 5.0, "unknown"), (None, None, "unknown")]
)
def test_outputs_are_equal_by_value_and_unknown_equals_nothing(
    b: float | None, c: float | None, state: str
) -> None:
    table = compile_text("id,a,then y\nR1,> 1,b\nR2,-,c\n")
    assert table.evaluate(frame(a=[None], b=[b], c=[c]), tell=True)["state"].to_list() == [state]


def test_the_same_formula_is_equal_even_where_it_is_unknown() -> None:
    table = compile_text("id,a,then y\nR1,> 1,b\nR2,-,b\n")
    (result,) = table.evaluate(frame(a=[None], b=[None]), tell=True).to_dicts()
    assert (result["state"], result["rule"], result["y"]) == ("rule", "R2", None)


def test_every_output_must_agree() -> None:
    table = compile_text("id,a,then y,then z\nR1,> 1,1,7\nR2,-,1,8\n")
    (result,) = table.evaluate(frame(a=[None]), tell=True).to_dicts()
    assert result == {"y": None, "z": None, "rule": None, "state": "unknown", "possible": ["R1"]}


def test_outputs_of_other_kinds() -> None:
    text = 'id,a,then on,then word,then style\nR1,> 1,true,"""x""",limit\nR2,-,,,\n'
    table = compile_text(
        text,
        outputs={"on": "boolean", "word": "text", "style": "text"},
        allowed={"style": ["limit", "market"]},
        defaults={"on": False, "style": "market"},
    )
    result = table.evaluate(frame(a=[2.0, 0.0]), tell=True).select("on", "word", "style")
    assert result.rows() == [(True, "x", "limit"), (False, None, "market")]


def test_an_undeclared_output_has_the_kind_of_its_default_or_its_first_cell() -> None:
    table = compile_text('id,a,then x,then y\nR1,> 1,,"""b"""\nR2,-,"""c""",\n', defaults={"x": "low"})
    assert table.evaluate(frame(a=[2.0, 0.0]), tell=True).select("x", "y").rows() == [
        ("low", "b"),
        ("c", None),
    ]


def test_parameters_and_units() -> None:
    table = parse_table("id,age_hours,then y\nR1,> wait,1\nR2,> 1h,2\n", name="entry", hit_policy="FIRST")
    compiled = compile_table(table, {"age_hours": "hours"}, {"wait": "2d"})
    assert compiled.evaluate(pl.DataFrame({"age_hours": [48.5, 48.0, 1.0]}))["y"].to_list() == [1, 2, None]


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_a_table_without_tests_and_a_frame_without_rows(rows: int) -> None:
    result = compile_text("id,a,then y\nR1,-,1\n").evaluate(
        frame(a=[1.0] * rows) if rows else frame(a=[]), tell=True
    )
    assert result.to_dict(as_series=False) == {
        "y": [1.0] * rows,
        "rule": ["R1"] * rows,
        "state": ["rule"] * rows,
        "possible": [[] for _ in range(rows)],
    }


def test_no_rules_is_the_default() -> None:
    result = compile_text("id,a,then y\n", outputs={"y": "number"}, defaults={"y": 3}).evaluate(
        frame(a=[1.0])
    )
    assert (result["y"].to_list(), result["state"].to_list()) == ([3.0], ["default"])


def test_a_frame_without_a_column_is_refused_by_name() -> None:
    with pytest.raises(BookErrors) as raised:
        compile_text(TEXT).evaluate(pl.DataFrame({"a": [1.0]}))
    assert [(fault.code, '"b"' in fault.message) for fault in raised.value.diagnostics] == [
        ("frame.column", True)
    ]


@pytest.mark.parametrize(
    ("text", "code", "row", "column"),
    [
        ("id,aa,then y\nR1,> 1,1\n", "name.unknown", 1, "aa"),
        ("id,a,then y\nR1,> bb,1\n", "name.unknown", 2, "a"),
        ("id,a,then y\nR1,> 1,cc\n", "name.unknown", 2, "then y"),
        ("id,a,then y\nR1,> 1,true\n", "type.mismatch", 2, "then y"),
    ],
)
def test_faults_of_texts_are_placed(text: str, code: str, row: int, column: str) -> None:
    table = parse_table(text, name="entry", hit_policy="FIRST", outputs={"y": "number"})
    with pytest.raises(BookErrors) as raised:
        compile_table(table, NUMBERS)
    (fault,) = raised.value.diagnostics
    assert (fault.code, fault.file, fault.row, fault.column) == (code, "entry.csv", row, column)


def test_a_value_that_is_not_allowed() -> None:
    with pytest.raises(BookErrors) as raised:
        compile_text("id,a,then y\nR1,> 1,maket\n", allowed={"y": ["limit", "market"]})
    (fault,) = raised.value.diagnostics
    assert (fault.code, fault.row, fault.column) == ("output.allowed", 2, "then y")
    assert "market" in fault.hint


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("a", ["1", "2"]),
        ("a", [True, False]),
        ("t", [1, 2]),
        ("f", [1, 0]),
        ("d", ["2024-01-01", "2024-01-02"]),
    ],
)
def test_a_column_that_holds_something_else_is_refused_by_name(name: str, values: list[object]) -> None:
    schema = {"a": "number", "t": "text", "f": "boolean", "d": "date"}
    text = 'id,a,t,f,d,then y\nR1,> 1,not(null),true,"> date(""2024-01-01"")",1\n'
    table = compile_table(parse_table(text, name="entry", hit_policy="FIRST"), schema)
    row = {"a": [1.0, 2.0], "t": ["x", None], "f": [None, None], "d": [date(2024, 1, 2), None]}
    assert table.evaluate(pl.DataFrame(row))["state"].to_list() == ["default", "default"]
    with pytest.raises(BookErrors) as raised:
        table.evaluate(pl.DataFrame({**row, name: values}))
    (fault,) = raised.value.diagnostics
    assert (fault.code, fault.file, f'"{name}"' in fault.message) == ("frame.type", "entry.csv", True)


INTEGERS = [pl.Int8, pl.UInt8, pl.Int32, pl.UInt64, pl.Float32, pl.Decimal(10, 2)]


@pytest.mark.parametrize("dtype", [*INTEGERS, pl.Null])
def test_numbers_of_any_type(dtype: pl.DataType) -> None:
    values = [None, None, None] if dtype == pl.Null else [2, 0, None]
    found = compile_text("id,a,then y\nR1,> 1,a\n").evaluate(
        pl.DataFrame({"a": pl.Series(values, dtype=dtype)})
    )
    assert found["y"].to_list() == [float(value) if value else None for value in values]
    assert found.schema["y"] == pl.Float64


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum(["q", "x", "z"]), pl.Enum(["x", "q"])])
def test_texts_of_any_type(dtype: pl.DataType) -> None:
    text = 'id,t,then y\nR1,"""x"", ""other""",1\nR2,"not(""q"")",2\n'
    table = compile_table(parse_table(text, name="entry", hit_policy="FIRST"), {"t": "text"})
    found = table.evaluate(pl.DataFrame({"t": pl.Series(["x", "q", None], dtype=dtype)}))
    assert found["rule"].to_list() == ["R1", None, None]
    assert found["state"].to_list() == ["rule", "default", "unknown"]


def test_many_rows_are_decided_as_few() -> None:
    few = frame(a=[7.0, None, 1.0, 1.0], b=[1.0, 4.0, 9.0, None])
    table = compile_text(TEXT, defaults={"y": 0})
    many = table.evaluate(pl.concat([few] * 70_000), tell=True)
    assert many.equals(pl.concat([table.evaluate(few, tell=True)] * 70_000))


@pytest.mark.parametrize(
    ("cell", "missing"),
    [
        ("> lag(a, 8h)", ["pair", "ts"]),
        ("> rolling_mean(a, 1d)", ["pair", "ts", "step_s"]),
        ("> rank(a)", ["ts"]),
    ],
)
def test_functions_of_other_rows_name_the_columns_they_need(cell: str, missing: list[str]) -> None:
    table = compile_text(f'id,a,then y\nR1,"{cell}",1\n')
    with pytest.raises(BookErrors) as raised:
        table.evaluate(pl.DataFrame({"a": [1.0]}))
    assert [fault.message.split('"')[1] for fault in raised.value.diagnostics] == missing


def test_a_table_that_sees_other_rows_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.tables.bind._BLOCK", 2)
    times = [datetime(2024, 1, 1, hour, tzinfo=UTC) for hour in (0, 8, 16)]
    rows = pl.DataFrame({"a": [1.0, 2.0, 1.0], "pair": ["p"] * 3, "ts": times})
    table = compile_text('id,a,then y\nR1,"> lag(a, 8h)",1\n')
    assert table.evaluate(rows)["state"].to_list() == ["unknown", "rule", "default"]


def test_bounds_at_the_ends_of_the_numbers() -> None:
    table = compile_text("id,a,then y\nR1,<= -1e308,1\nR2,> 1e308,2\n")
    found = table.evaluate(frame(a=[-1.5e308, -1e307, 1.5e308, float("inf")]))
    assert found["state"].to_list() == ["rule", "default", "rule", "unknown"]
