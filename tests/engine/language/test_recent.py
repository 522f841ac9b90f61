"""Metrics of some rows only, and carried from time to time, against the whole frame, bit for bit."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.metrics import BoundSheet, Metric, check_metrics
from engine.language.names import build_scope

START = datetime(2025, 1, 1, tzinfo=UTC)
SCHEMA: dict[str, Any] = {"ts": "instant", "pair": "text", "step_s": "s", "x": "number", "y": "number"}
DTYPES: dict[str, Any] = {
    "ts": pl.Datetime("us", "UTC"),
    "pair": pl.String,
    **dict.fromkeys(("step_s", "x", "y"), pl.Float64),
}
WIDTHS = ["1h", "8h", "1d", "90min", "3d"]
LOOKS = ["rolling_sum", "rolling_mean", "rolling_median", "rolling_std", "rolling_min", "rolling_max", "lag"]
SECTIONS = ["rank", "percentile", "zscore"]
STEPS = [60.0, 3600.0, 28800.0, 300000.0]

numbers = st.one_of(st.sampled_from([0.0, -0.0, 1e16, 1e308, 0.1, None]), st.floats(-10, 10))


@st.composite
def make_history(draw: st.DrawFn) -> pl.DataFrame:
    """Rows of a few pairs at irregular times, sorted by pair and time."""
    rows: list[dict[str, Any]] = []
    for pair in draw(st.sampled_from([["a"], ["a", "b"], ["a", "b", "c"]])):
        hour = draw(st.integers(0, 5))
        for gap in draw(st.lists(st.sampled_from([1, 1, 1, 1, 8, 24]), max_size=20)):
            hour += gap
            at = START + timedelta(hours=hour)
            step = draw(st.sampled_from([*STEPS, None]))
            rows.append({"ts": at, "pair": pair, "step_s": step, "x": draw(numbers), "y": draw(numbers)})
    return pl.DataFrame(rows, schema=DTYPES)


@st.composite
def write_sheet(draw: st.DrawFn) -> BoundSheet:
    """A few metrics that read each other, look back, and look across the market."""
    names = ["x", "y"]
    metrics: list[Metric] = []
    for place in range(draw(st.integers(1, 4))):
        first, second = draw(st.sampled_from(names)), draw(st.sampled_from(names))
        inner = draw(
            st.sampled_from([first, f"{first} - {second}", f"{first} / {second}", f"log({first})", "2"])
        )
        look = f"{draw(st.sampled_from(LOOKS))}({inner}, {draw(st.sampled_from(WIDTHS))})"
        outer = f"{draw(st.sampled_from(LOOKS))}({look}, {draw(st.sampled_from(WIDTHS))})"
        section = draw(st.sampled_from(SECTIONS))
        forms = [look, outer, f"{first} / {look} - 1", f"{section}({look})", f"{look} / 3"]
        forms += [f"rolling_mean({section}({first}), 1d)", f"if {first} > {look} then 1 else {outer}", inner]
        metrics.append(Metric(f"m{place}", draw(st.sampled_from(forms)), row=place + 2))
        names.append(f"m{place}")
    sheet = check_metrics(metrics, build_scope(SCHEMA))
    assert sheet.diagnostics == ()
    return sheet.bind({})


def to_bits(frame: pl.DataFrame) -> dict[str, Any]:
    """Each column as texts, times, or the bits of its numbers; null is unknown."""
    return {
        column.name: column.fill_null(math.nan).to_numpy().view(np.int64).tolist()
        if column.dtype == pl.Float64
        else column.to_list()
        for column in frame
    }


@given(sheet=write_sheet(), frame=make_history(), chosen=st.sets(st.integers(0, 60), max_size=3))
def test_some_rows_get_what_they_get_among_all(
    sheet: BoundSheet, frame: pl.DataFrame, chosen: set[int]
) -> None:
    times = [frame["ts"][place % frame.height] for place in chosen if frame.height]
    wanted = frame["ts"].is_in(pl.Series(times, dtype=DTYPES["ts"]).implode())
    whole = sheet.passes.evaluate(frame.clone()).filter(wanted)
    assert to_bits(sheet.recent.evaluate(frame, wanted).select(whole.columns)) == to_bits(whole)
    assert to_bits(sheet.evaluate(frame, wanted)) == to_bits(whole)
    assert sheet.evaluate(frame, wanted).schema == whole.schema


@given(sheet=write_sheet(), frame=make_history())
def test_what_comes_later_and_what_is_out_of_reach_change_nothing(
    sheet: BoundSheet, frame: pl.DataFrame
) -> None:
    if frame.is_empty():
        return
    at = frame["ts"][frame.height // 2]
    visible = frame.filter(pl.col("ts").is_between(at - sheet.recent.reach, at))
    whole = sheet.recent.evaluate(frame, frame["ts"] == at)
    assert to_bits(sheet.recent.evaluate(visible, visible["ts"] == at)) == to_bits(whole)


@given(sheet=write_sheet(), frame=make_history(), begins=st.integers(0, 5))
def test_time_by_time_is_what_the_whole_frame_says(
    sheet: BoundSheet, frame: pl.DataFrame, begins: int
) -> None:
    """Pairs come and go, and times are missing; the first may be taken in at once."""
    carried, times = sheet.carry(), frame["ts"].unique().sort()
    if begins:
        carried.see(frame.filter(pl.col("ts").is_in(times[:begins].implode())))
    for at in times[begins:]:
        whole = sheet.passes.evaluate(frame.clone()).filter(pl.col("ts") == at)
        found = carried.evaluate(frame.filter(pl.col("ts") == at))
        assert found.schema == whole.schema
        assert to_bits(found) == to_bits(whole), at


def test_times_only_rise(sheet_of_lags: BoundSheet) -> None:
    carried = sheet_of_lags.carry()
    row = {"ts": START, "pair": "a", "step_s": 3600.0, "x": 1.0, "y": 2.0}
    carried.evaluate(pl.DataFrame([row], schema=DTYPES))
    with pytest.raises(ValueError, match="not later"):
        carried.evaluate(pl.DataFrame([row], schema=DTYPES))
    later = row | {"ts": START + timedelta(hours=1)}
    with pytest.raises(ValueError, match="twice"):
        carried.evaluate(pl.DataFrame([later, later | {"x": 3.0}], schema=DTYPES))
    assert carried.evaluate(pl.DataFrame([], schema=DTYPES)).is_empty()


@pytest.fixture
def sheet_of_lags() -> BoundSheet:
    return check_metrics([Metric("before", "lag(x, 1h)")], build_scope(SCHEMA)).bind({})


def test_only_what_is_looked_at_is_computed_for_rows_that_are_seen() -> None:
    metrics = [
        Metric("looked_at", "x - y"),
        Metric("shown", "x / y"),
        Metric(
            "smooth", "rolling_mean(looked_at, 1d) + rolling_mean(x / 2, 8h) + rolling_mean(looked_at, 1d)"
        ),
    ]
    recent = check_metrics(metrics, build_scope(SCHEMA)).bind({}).recent
    assert recent.columns == ("pair", "ts", "step_s", "x", "y")
    assert [(look.value, look.seconds) for look in recent.looks] == [
        ("looked_at", 86400.0),
        ("·value 0", 28800.0),
    ]
    assert recent.seen.names == ("looked_at", "·value 0")
    assert recent.reach == timedelta(days=1)
