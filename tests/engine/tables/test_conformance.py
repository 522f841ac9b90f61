"""The public conformance kit of the standard: its decision tables, each case with the result it must have."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from engine.tables.bind import CompiledTable
from engine.tables.compile import compile_table
from engine.tables.read import parse_table

DTYPES: dict[str, Any] = {"number": pl.Float64, "string": pl.String, "boolean": pl.Boolean}
LISTING = {"RULE ORDER", "OUTPUT ORDER", "COLLECT"}
ONLY = "result"
"""The name of a table's only output, which has none in the kit."""


def read_kit(shared: Path) -> list[dict[str, Any]]:
    path = shared / "conformance" / "dmn_tck_tables.json"
    if not path.is_file():
        pytest.skip("needs the decision tables of the conformance kit beside the checkout")
    tests: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["tests"]
    return [test for test in tests if test["profile"] == "table-core"]


def spell(name: str | None) -> str:
    """A name of the kit, which may hold spaces, as an identifier."""
    return re.sub(r"\W", "_", name or ONLY)


def cut_list(text: str | None) -> list[str]:
    return [word.strip() for word in text.split(",")] if text else []


def write_table(logic: dict[str, Any]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    outputs = [f"then {spell(output['name'])}" for output in logic["outputs"]]
    writer.writerow(["id", *(spell(each["expression"]) for each in logic["inputs"]), *outputs])
    for place, rule in enumerate(logic["rules"], 1):
        writer.writerow([place, *rule["inputs"], *rule["outputs"]])
    return file.getvalue()


def compile_logic(logic: dict[str, Any], schema: dict[str, Any]) -> CompiledTable:
    names = [spell(output["name"]) for output in logic["outputs"]]
    allowed = {
        name: cut_list(each["allowed_values"]) for name, each in zip(names, logic["outputs"], strict=True)
    }
    defaults = {name: each["default"] for name, each in zip(names, logic["outputs"], strict=True)}
    table = parse_table(
        write_table(logic),
        name="kit",
        hit_policy=logic["hit_policy"],
        aggregation=logic["aggregation"],
        allowed=allowed,
        defaults=defaults,
    )
    return compile_table(table, schema)


def shape(row: dict[str, Any], logic: dict[str, Any]) -> Any:
    """A row of results as the kit writes it: several outputs are an object, several hits a list."""
    names = [output["name"] for output in logic["outputs"]]
    if names == [None]:
        return row[ONLY]
    if logic["hit_policy"] not in LISTING:
        return {name: row[spell(name)] for name in names}
    hits = zip(*(row[spell(name)] for name in names), strict=True)
    return [dict(zip(names, hit, strict=True)) for hit in hits]


def list_tables(kit: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any], list[Any]]]:
    """Each table with the types of its inputs and its cases."""
    for test in kit:
        for model in test["models"]:
            schema = {spell(each["name"]): DTYPES[each["type"]] for each in model["inputs"]}
            for decision in model["decisions"]:
                cases = [case for case in test["cases"] if decision["name"] in case["results"]]
                pairs = [(case["inputs_plain"], case["results"][decision["name"]]) for case in cases]
                yield test["name"], decision["logic"], schema, pairs


def test_every_table_of_the_kit_gives_its_results(shared: Path) -> None:
    tables = list(list_tables(read_kit(shared)))
    assert {logic["hit_policy"] for _, logic, _, _ in tables} >= {"UNIQUE", "ANY", "PRIORITY", *LISTING}
    for name, logic, schema, cases in tables:
        rows = [{spell(key): value for key, value in inputs.items()} for inputs, _ in cases]
        found = compile_logic(logic, schema).evaluate(pl.DataFrame(rows, schema=schema, strict=False))
        assert [(name, shape(row, logic)) for row in found.to_dicts()] == [
            (name, result["expected_plain"]) for _, result in cases
        ]
        assert found["state"].is_in(["unknown", "violation"]).sum() == 0
        assert len(cases) >= 3
