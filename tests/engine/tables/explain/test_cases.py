from __future__ import annotations

import csv
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from engine.language.to_polars import DTYPES
from engine.language.types import Kind
from engine.tables.compile import compile_table
from engine.tables.read import parse_table

CASES = Path(__file__).resolve().parents[3] / "cases" / "tables" / "explain.csv"
READ: dict[str, Callable[[str], Any]] = {
    "text": str,
    "boolean": lambda text: text == "true",
    "date": date.fromisoformat,
}


def list_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_value(kind: str, text: str) -> Any:
    return None if text in {"unknown", ""} else READ.get(kind, float)(text)


def name_case(case: dict[str, str]) -> str:
    return f"{case['type']} {case['value']} {case['cell']} {case['other']}".strip()


@pytest.mark.parametrize("case", list_cases(), ids=name_case)
def test_a_cell_is_explained(case: dict[str, str]) -> None:
    cell = case["cell"].replace('"', '""')
    text = f'id,x,other,then y\nR1,"{cell}",-,1\n'
    table = compile_table(
        parse_table(text, name="t", hit_policy="FIRST"), {"x": case["type"], "other": "number"}
    )
    kind = Kind(case["type"]) if case["type"] in READ else Kind.NUMBER
    frame = pl.DataFrame(
        {"x": [read_value(case["type"], case["value"])], "other": [read_value("number", case["other"])]},
        schema={"x": DTYPES[kind], "other": pl.Float64},
    )
    explained = table.explain(frame)
    shown = explained.row(0).rules[0].cells[0]
    assert shown.outcome.word == case["outcome"]
    assert shown.at_open_bound == (case["at_open_bound"] == "yes") == explained.at_open_bound[0, 0, 0]
    assert shown.too_large == (case["way"] == "over")
    if case["distance"]:
        assert shown.distance == pytest.approx(float(case["distance"]), rel=1e-11, abs=1e-15)
    else:
        assert shown.distance is None
        assert math.isnan(explained.distances[0, 0, 0])
