"""A fault is told once: what only follows from it is not told as well."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from engine.book.load import check_book

CASES = Path(__file__).resolve().parents[2] / "cases" / "books" / "consequences.csv"


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case["id"])
def test_a_fault_is_told_without_what_follows_from_it(draft: Path, case: dict[str, str]) -> None:
    file = draft / case["file"]
    sound = file.read_text(encoding="utf-8")
    assert case["replace"] in sound, "the case no longer fits the starter book"
    file.write_text(sound.replace(case["replace"], case["by"], 1), encoding="utf-8")
    told = [str(fault).split(" ")[0] + f" {fault.code}" for fault in check_book(draft)]
    assert told == case["told"].split("; ")


def test_without_ids_no_scenario_is_blamed_for_naming_one(draft: Path) -> None:
    file = draft / "entry.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        rows = [row[1:] for row in csv.reader(opened)]
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, lineterminator="\n").writerows(rows)
    assert {(fault.file, fault.code) for fault in check_book(draft)} == {("entry.csv", "table.id.missing")}


def test_scenarios_of_limits_that_are_missing_name_the_file(draft: Path) -> None:
    (draft / "limits.csv").unlink()
    faults = check_book(draft)
    assert {(fault.file, fault.column, fault.code) for fault in faults} == {
        ("scenarios.csv", "table", "scenario.table")
    }
    assert all("limits.csv" in fault.message for fault in faults)
