from __future__ import annotations

import csv
from pathlib import Path

import pytest

from engine.errors import BookErrors
from engine.tables.read import parse_table

CASES = Path(__file__).resolve().parents[2] / "cases" / "tables" / "faults.csv"


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case["id"])
def test_a_fault_of_form_is_placed_and_explained(case: dict[str, str]) -> None:
    with pytest.raises(BookErrors) as raised:
        parse_table(case["text"], name="entry", hit_policy="FIRST", outputs={"y": "number", "z": "number"})
    faults = raised.value.diagnostics
    assert {fault.file for fault in faults} == {"entry.csv"}
    found = [fault for fault in faults if fault.code == case["code"]]
    assert found, faults
    assert (str(found[0].row), found[0].column or "") == (case["row"], case["column"])
    assert case["hint"] in found[0].hint


def test_every_fault_comes_at_once() -> None:
    text = "id,x,then y,then y\nR1,=5,3,1\n,5,3,1\nR3,5,3\n"
    with pytest.raises(BookErrors) as raised:
        parse_table(text, name="entry", hit_policy="FRIST", aggregation="sum")
    codes = [fault.code for fault in raised.value.diagnostics]
    assert codes == [
        "policy.unknown",
        "policy.aggregation",
        "header.duplicate",
        "cell.equals",
        "rule.id.missing",
        "row.ragged",
    ]
    assert raised.value.diagnostics[0].hint == 'did you mean "FIRST"?'
