"""Functions of other rows: against their scalar forms, point in time, and on recorded history."""

from __future__ import annotations

import math
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.formula import check_and_bind, compile_formula, find_axes
from engine.language.to_python import evaluate_rows

START = datetime(2025, 1, 1, tzinfo=UTC)
SCHEMA: dict[str, Any] = {"ts": "instant", "pair": "text", "x": "number", "y": "number"}
WITH_STEPS = {**SCHEMA, "step_s": "s"}
DTYPES: dict[str, Any] = {
    "ts": pl.Datetime("us", "UTC"),
    "pair": pl.String,
    "x": pl.Float64,
    "y": pl.Float64,
    "step_s": pl.Float64,
}
WINDOWS = ["1h", "8h", "1d", "90min", "0.1d", "3d"]
ROLLING = [
    "rolling_sum",
    "rolling_mean",
    "rolling_median",
    "rolling_std",
    "rolling_min",
    "rolling_max",
    "lag",
]
SECTIONS = ["rank", "percentile", "zscore"]

values = st.one_of(
    st.sampled_from([0.0, -0.0, 1e16, -1e16, 1e308, 0.1, None, math.nan, math.inf]), st.floats(-10, 10)
)


@st.composite
def make_history(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows of a few pairs, at irregular times, each pair at most once a time."""
    rows: list[dict[str, Any]] = []
    for pair in draw(st.sampled_from([["a"], ["a", "b"], ["a", "b", "c"]])):
        minute = 0
        for gap in draw(
            st.lists(st.sampled_from([1, 30, 60, 60, 60, 60, 480, 480, 1440, 5000]), max_size=15)
        ):
            minute += gap
            step = draw(st.sampled_from([60.0, 3600.0, 28800.0, 300000.0, None]))
            ts = START + timedelta(minutes=minute)
            rows.append({"ts": ts, "pair": pair, "x": draw(values), "y": draw(values), "step_s": step})
    return draw(st.permutations(rows)) if rows else rows


@st.composite
def write_formula(draw: st.DrawFn) -> str:
    inner = draw(st.sampled_from(["x", "y", "x - y", "x / y", "if x > 0 then y else null", "max(x, 0.5)"]))
    width = draw(st.sampled_from(WINDOWS))
    call = f"{draw(st.sampled_from(ROLLING))}({inner}, {width})"
    forms = [
        call,
        f"{draw(st.sampled_from(SECTIONS))}({inner})",
        f"x / {call} - 1",
        f"rolling_mean({call}, {draw(st.sampled_from(WINDOWS))})",
        f"rank({call})",
        f"lag(rank(x), {width})",
        f"if x > {call} then 1 else {call}",
    ]
    return draw(st.sampled_from(forms))


def evaluate(text: str, rows: list[dict[str, Any]], schema: dict[str, Any]) -> list[float | None]:
    frame = pl.DataFrame(rows, schema=DTYPES)
    return frame.select(value=compile_formula(text, schema))["value"].to_list()


def to_bits(value: float | None) -> bytes | None:
    return None if value is None else struct.pack("<d", value)


schemas = st.sampled_from([SCHEMA, WITH_STEPS])


@given(text=write_formula(), rows=make_history(), schema=schemas)
def test_history_agrees_with_its_scalar_form(
    text: str, rows: list[dict[str, Any]], schema: dict[str, Any]
) -> None:
    oracle = evaluate_rows(check_and_bind(text, schema), rows, find_axes(schema))
    for row, actual, expected in zip(rows, evaluate(text, rows, schema), oracle, strict=True):
        assert actual == expected, f"{text} at {row}"


@given(text=write_formula(), rows=make_history(), schema=schemas, place=st.integers(0, 50))
def test_the_future_changes_nothing(
    text: str, rows: list[dict[str, Any]], schema: dict[str, Any], place: int
) -> None:
    if not rows:
        return
    now = rows[place % len(rows)]["ts"]
    kept = [row["ts"] <= now for row in rows]
    whole = [value for value, keep in zip(evaluate(text, rows, schema), kept, strict=True) if keep]
    past = [row for row, keep in zip(rows, kept, strict=True) if keep]
    assert list(map(to_bits, whole)) == list(map(to_bits, evaluate(text, past, schema)))


@given(
    name=st.sampled_from(ROLLING),
    width=st.sampled_from(WINDOWS),
    rows=make_history(),
    schema=schemas,
    place=st.integers(0, 50),
)
def test_nothing_outside_the_window_changes_a_value(
    name: str, width: str, rows: list[dict[str, Any]], schema: dict[str, Any], place: int
) -> None:
    if not rows:
        return
    row = rows[place % len(rows)]
    hours = {"1h": 1.0, "8h": 8.0, "1d": 24.0, "90min": 1.5, "0.1d": 2.4, "3d": 72.0}[width]
    reach = timedelta(hours=hours * 1.2 if name == "lag" else hours)
    seen = [
        other
        for other in rows
        if other["pair"] == row["pair"]
        and row["ts"] - reach <= other["ts"] <= row["ts"]
        and (name == "lag" or other["ts"] > row["ts"] - reach)
    ]
    text = f"{name}(x, {width})"
    whole = evaluate(text, rows, schema)[place % len(rows)]
    assert to_bits(whole) == to_bits(evaluate(text, seen, schema)[seen.index(row)])


@given(text=write_formula(), rows=make_history(), schema=schemas, data=st.data())
def test_the_order_of_rows_does_not_matter(
    text: str, rows: list[dict[str, Any]], schema: dict[str, Any], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(rows))))
    straight = evaluate(text, rows, schema)
    shuffled = evaluate(text, [rows[place] for place in order], schema)
    assert [to_bits(straight[place]) for place in order] == [to_bits(value) for value in shuffled]


def test_windows_need_four_fifths_of_cover() -> None:
    rows = [
        {"ts": START + timedelta(hours=8 * place), "pair": "a", "x": value, "y": None, "step_s": 28800.0}
        for place, value in enumerate([1.0, 2.0, 3.0, None, 5.0])
    ]
    assert evaluate("rolling_mean(x, 24h)", rows, WITH_STEPS) == [None, None, 2.0, None, None]
    assert evaluate("rolling_mean(x, 40h)", rows, WITH_STEPS)[-1] == 2.75
    assert evaluate("lag(x, 8h)", rows, WITH_STEPS) == [None, 1.0, 2.0, 3.0, None]


@pytest.fixture(scope="module")
def settled(shared: Path) -> pl.DataFrame:
    """Settled funding of three symbols, as recorded."""
    path = shared / "data" / "funding.parquet"
    if not path.exists():
        pytest.skip("needs ../shared/data/funding.parquet")
    recorded = pl.read_parquet(path)
    symbols = recorded["symbol"].unique().sort().to_list()[::7][:3]
    return recorded.filter(pl.col("symbol").is_in(symbols))


def test_windows_over_recorded_funding(settled: pl.DataFrame) -> None:
    frame = settled.select(
        ts=pl.col("ts").cast(pl.Datetime("us", "UTC")),
        pair=pl.concat_str("venue", pl.lit(":"), "symbol"),
        x=pl.col("rate"),
    ).unique(["ts", "pair"], keep="first", maintain_order=True)
    assert frame.height > 300
    schema = {"ts": "instant", "pair": "text", "x": "number"}
    result = frame.with_columns(
        mean=compile_formula("rolling_mean(x, 3d)", schema), past=compile_formula("lag(x, 1d)", schema)
    )
    for _, rows in result.group_by("pair"):
        assert_recomputed(rows.sort("ts").rows(named=True)[:600])


def assert_recomputed(rows: list[dict[str, Any]]) -> None:
    """The windows of one pair, added up by hand."""
    for place, row in enumerate(rows):
        window = [other for other in rows[: place + 1] if other["ts"] > row["ts"] - timedelta(days=3)]
        known = [other["x"] for other in window if other["x"] is not None]
        span = (window[-1]["ts"] - window[0]["ts"]) / max(len(window) - 1, 1)
        covered = len(known) * span >= timedelta(days=3) * 0.8
        assert row["mean"] == (sum_in_order(known) / len(known) if covered else None)
        before = [other for other in rows[: place + 1] if other["ts"] <= row["ts"] - timedelta(days=1)]
        fresh = before and before[-1]["ts"] >= row["ts"] - timedelta(days=1.2)
        assert row["past"] == (before[-1]["x"] if fresh else None)


def sum_in_order(known: list[float]) -> float:
    total = 0.0
    for value in known:
        total += value
    return total


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lag(2, 8h)", [None, 2.0, 2.0]),
        ("rolling_mean(1 / 0, 16h)", [None, None, None]),
        ("rolling_max(5, 16h)", [None, 5.0, 5.0]),
        ("rank(3)", [1.0, 1.0, 1.0]),
    ],
)
def test_other_rows_of_a_value_that_is_the_same_everywhere(text: str, expected: list[float | None]) -> None:
    times = [datetime(2024, 1, 1, 8 * place, tzinfo=UTC) for place in range(3)]
    frame = pl.DataFrame({"ts": times})
    for rows in (3, 1, 0):
        found = frame.head(rows).with_columns(compile_formula(text, {"ts": "instant"}).alias("y"))
        assert found["y"].to_list() == expected[:rows]
