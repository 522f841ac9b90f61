from __future__ import annotations

import json
import math

import polars as pl
import pytest

from engine.errors import BookErrors
from engine.tables.bind import CompiledTable
from engine.tables.compile import compile_table
from engine.tables.explain.nearest import measure_spread
from engine.tables.explain.outcome import Outcome
from engine.tables.read import parse_table

TEXT = 'id,net_apr,volume_usd,quote,then y\nE1,>= 5%,>= 20M,"""USDT""",1\nE2,> 12%,-,-,2\n'
SCHEMA = {"net_apr": "apr", "volume_usd": "usd", "quote": "text"}
FRAME = pl.DataFrame(
    {
        "net_apr": [0.049, 0.12, 0.2, None],
        "volume_usd": [30e6, 18e6, 40e6, 10e6],
        "quote": ["USDT", "USDC", "USDT", "USDT"],
    }
)


def compile_text(text: str) -> CompiledTable:
    return compile_table(parse_table(text, name="entry", hit_policy="FIRST"), SCHEMA)


TABLE = compile_text(TEXT)


def test_arrays_are_rows_by_rules_by_columns() -> None:
    explained = TABLE.explain(FRAME)
    assert explained.outcomes.shape == explained.distances.shape == (4, 2, 3)
    assert explained.outcomes[:, 0].tolist() == [[0, 1, 1], [1, 0, 0], [1, 1, 1], [2, 0, 1]]
    assert explained.outcomes[:, 1].tolist() == [[0, 1, 1], [0, 1, 1], [1, 1, 1], [2, 1, 1]]
    assert explained.tested.tolist() == [[True, True, True], [True, False, False]]
    assert explained.distances[0, 0, 0] == pytest.approx(0.001, abs=1e-12)
    assert explained.distances[1, 0, 1] == 2e6
    assert explained.at_open_bound[1, 1, 0]
    assert [values.to_list() for values in explained.values] == [FRAME[name].to_list() for name in SCHEMA]


def test_the_nearest_rule_has_the_fewest_failed_cells_and_then_the_least_distance() -> None:
    nearest = TABLE.explain(FRAME).nearest
    assert nearest.to_dicts() == [
        {"rule": "E1", "failed": ["net_apr"], "unknown": []},
        {"rule": "E2", "failed": ["net_apr"], "unknown": []},
        {"rule": "E1", "failed": [], "unknown": []},
        {"rule": "E2", "failed": [], "unknown": ["net_apr"]},
    ]


def test_distances_of_several_columns_are_measured_by_their_spread() -> None:
    table = compile_text("id,net_apr,volume_usd,quote,then y\nA,> 10%,-,-,1\nB,-,> 100M,-,2\n")
    frame = pl.DataFrame(
        {"net_apr": [0.0, 0.1, 0.2], "volume_usd": [5e7, 6e7, 7e7], "quote": ["a", "b", "c"]}
    )
    explained = table.explain(frame)
    assert explained.spreads[:2] == pytest.approx([0.1, 1e7])
    assert math.isnan(explained.spreads[2])
    # In the first row 0.1 is one spread away, and 50M are five.
    assert explained.nearest["rule"].to_list() == ["A", "A", "A"]
    far = frame.with_columns(net_apr=pl.Series([-0.9, 0.1, 0.2]))
    assert table.explain(far).nearest["rule"].to_list()[0] == "A"
    assert table.explain(far.with_columns(volume_usd=pl.Series([9.9e7, 0.0, 1e8]))).nearest["rule"][0] == "B"


def test_of_rules_that_miss_what_cannot_be_measured_the_nearest_misses_least_in_the_rest() -> None:
    table = compile_text("id,net_apr,volume_usd,then y\nA,> 12%,> 1M,1\nB,> 5%,> 1M,2\n")
    frame = pl.DataFrame(
        {"net_apr": [0.04], "volume_usd": [None]}, schema_overrides={"volume_usd": pl.Float64}
    )
    assert table.explain(frame).nearest["rule"].to_list() == ["B"]


def test_a_rule_that_passes_is_nearer_than_one_that_may() -> None:
    table = compile_text("id,net_apr,volume_usd,then y\nA,-,> 1M,1\nB,> 5%,-,2\n")
    frame = pl.DataFrame(
        {"net_apr": [0.06], "volume_usd": [None]}, schema_overrides={"volume_usd": pl.Float64}
    )
    assert table.explain(frame).nearest["rule"].to_list() == ["B"]


@pytest.mark.parametrize(
    ("numbers", "spread"),
    [
        ([1.0, 2.0, 3.0, 4.0, 5.0], 2.0),
        ([1.0, float("nan"), 2.0], 0.5),
        ([-8.0], 8.0),
        ([3.0, 3.0, 3.0, 3.0, 99.0], 3.0),
        ([0.0, 0.0], 1.0),
        ([0.3, 0.1 + 0.2], 0.3),
        ([float("nan")], 1.0),
        ([], 1.0),
        ([-1.7e308, 1.7e308, -1.7e308, 1.7e308], math.inf),
    ],
)
def test_the_spread_of_a_column(numbers: list[float], spread: float) -> None:
    assert measure_spread(pl.Series(numbers, dtype=pl.Float64).to_numpy()) == pytest.approx(spread, rel=1e-15)


def test_a_row_is_shown_with_each_rule_and_each_cell() -> None:
    view = TABLE.explain(FRAME).row(1)
    assert view.values == {"net_apr": 0.12, "volume_usd": 18e6, "quote": "USDC"}
    first, second = view.rules
    assert (first.rule, first.outcome, first.failed) == ("E1", Outcome.FAILED, ("volume_usd", "quote"))
    assert view.nearest is second
    assert [(cell.test, cell.tested, cell.outcome.word) for cell in first.cells] == [
        (">= 5%", True, "passed"),
        (">= 20M", True, "failed"),
        ('"USDT"', True, "failed"),
    ]
    assert [cell.tested for cell in second.cells] == [True, False, False]


@pytest.mark.parametrize("row", [-1, 4])
def test_a_row_that_is_not_there(row: int) -> None:
    with pytest.raises(IndexError, match="the frame has 4"):
        TABLE.explain(FRAME).row(row)
    with pytest.raises(IndexError, match="the frame has 4"):
        TABLE.explain(FRAME).view_rule(row, 0)


def test_as_plain_values_for_json() -> None:
    told = TABLE.explain(FRAME).as_dict(3)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert {key: told[key] for key in ("row", "nearest", "failed", "values")} == {
        "row": 3,
        "nearest": "E2",
        "failed": [],
        "values": {"net_apr": None, "volume_usd": 10e6, "quote": "USDT"},
    }
    assert told["rules"][0]["outcome"] == "failed"
    assert told["rules"][0]["cells"][:2] == [
        {
            "header": "net_apr",
            "test": ">= 5%",
            "value": None,
            "unit": "apr",
            "outcome": "unknown",
            "distance": None,
            "too_large": False,
            "at_open_bound": False,
        },
        {
            "header": "volume_usd",
            "test": ">= 20M",
            "value": 10e6,
            "unit": "usd",
            "outcome": "failed",
            "distance": 10e6,
            "too_large": False,
            "at_open_bound": False,
        },
    ]


def test_numbers_beyond_every_bound_stay_finite() -> None:
    table = compile_table(
        parse_table("id,x,then y\nR1,> 1.7e308,1\n", name="t", hit_policy="FIRST"), {"x": "number"}
    )
    frame = pl.DataFrame({"x": [-1.7e308, 0.0, float("inf"), float("nan")]})
    explained = table.explain(frame)
    assert explained.distances[:2, 0, 0].tolist() == [1.7976931348623157e308, 1.7e308]
    assert explained.outcomes[2:, 0, 0].tolist() == [Outcome.UNKNOWN, Outcome.UNKNOWN]


def test_more_cells_than_are_judged_at_once() -> None:
    lines = [f"R{place},> {place}" for place in range(600)]
    text = "\n".join(["id,x,then y", *(f"{line},1" for line in lines)])
    table = compile_table(parse_table(text, name="t", hit_policy="FIRST"), {"x": "number"})
    explained = table.explain(pl.DataFrame({"x": [299.5]}))
    assert explained.distances[0, :, 0].tolist() == [max(0.0, place - 299.5) for place in range(600)]
    assert explained.nearest["rule"].to_list() == ["R0"]


def test_parameters_are_bounds_as_they_are_bound() -> None:
    table = compile_table(
        parse_table("id,net_apr,then y\nR1,>= least,1\n", name="t", hit_policy="FIRST"),
        {"net_apr": "apr"},
        {"least": "5%"},
    )
    assert table.explain(pl.DataFrame({"net_apr": [0.02]})).distances[0, 0, 0] == pytest.approx(
        0.03, abs=1e-15
    )


def test_without_rows_rules_or_inputs() -> None:
    empty = TABLE.explain(FRAME.clear())
    assert empty.nearest.height == 0
    no_rules = compile_text("id,net_apr,volume_usd,quote,then y\n").explain(FRAME)
    assert no_rules.nearest.to_dicts() == [{"rule": None, "failed": [], "unknown": []}] * 4
    assert no_rules.as_dict(0)["nearest"] is None
    no_inputs = compile_text("id,then y\nR1,1\nR2,2\n").explain(FRAME)
    assert no_inputs.nearest["rule"].to_list() == ["R1"] * 4


def test_a_column_that_no_cell_asks_for_may_be_missing() -> None:
    table = compile_text("id,net_apr,quote,then y\nR1,> 0,-,1\n")
    explained = table.explain(FRAME.select("net_apr"))
    assert explained.row(0).values == {"net_apr": 0.049, "quote": None}
    other = FRAME.with_columns(quote=pl.lit(1.0))
    assert table.explain(other).row(0).values == {"net_apr": 0.049, "quote": None}
    assert table.explain(FRAME).row(0).values == {"net_apr": 0.049, "quote": "USDT"}
    with pytest.raises(BookErrors, match='no column "net_apr"'):
        table.explain(FRAME.select("quote"))
