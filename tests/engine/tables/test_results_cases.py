"""Results of every hit policy, case by case."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from engine.tables.bind import CompiledTable
from engine.tables.compile import compile_table
from engine.tables.read import parse_table

CASES = Path(__file__).resolve().parents[2] / "cases" / "tables"
SCHEMA = {"a": "number", "b": "number", "t": ["x", "y", "z"]}
DTYPES = {"a": pl.Float64, "b": pl.Float64, "t": pl.String}


def read_rows(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def compile_named() -> dict[str, CompiledTable]:
    return {row["name"]: compile_row(row) for row in read_rows("named.csv")}


def compile_row(row: dict[str, str]) -> CompiledTable:
    collects, _, aggregation = row["policy"].partition("COLLECT ")
    table = parse_table(
        row["text"],
        name="cases",
        hit_policy=collects or "COLLECT",
        aggregation=aggregation or None,
        outputs={"y": row["type"]},
        allowed={"y": row["allowed"].split(";")} if row["allowed"] else None,
        defaults={"y": row["default"]} if row["default"] else None,
    )
    return compile_table(table, SCHEMA)


def write_value(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(write_value(each) or "null" for each in value) or "[]"
    if isinstance(value, float):
        return f"{value:.15g}"
    return value or ""


@pytest.mark.parametrize("case", read_rows("results.csv"), ids=lambda case: case["id"])
def test_a_case_has_its_result(case: dict[str, str]) -> None:
    row = {name: float(case[name]) if case[name] else None for name in ("a", "b")}
    frame = pl.DataFrame([{**row, "t": case["t"] or None}], schema=DTYPES)
    table = compile_named()[case["table"]]
    (result,) = table.evaluate(frame, tell=True).to_dicts()
    assert write_value(result["y"]) == case["y"]
    assert (result["rule"] or "", result["state"]) == (case["rule"], case["state"])
    assert " ".join(result["possible"]) == case["possible"]


def test_every_table_is_tried() -> None:
    assert {case["table"] for case in read_rows("results.csv")} == set(compile_named())
