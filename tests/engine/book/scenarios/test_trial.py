from __future__ import annotations

import csv
from pathlib import Path

import pytest

from engine.book.compile import CompiledBook, compile_book
from engine.book.load import load_book
from engine.book.scenarios.coverage import measure_coverage
from engine.book.scenarios.trial import Tried, try_scenarios
from engine.operations.starter import find_starter

CASES = Path(__file__).resolve().parents[3] / "cases" / "books" / "trials.csv"


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def compile_with(draft: Path, scenario: str) -> CompiledBook:
    """The starter book with one more scenario, given as `column=value; column=value`."""
    with (draft / "scenarios.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), list(reader.fieldnames or ())
    given = dict(part.strip().split("=", 1) for part in scenario.split(";"))
    columns += [name for name in given if name not in columns and name != "expect"]
    given["then expect"] = given.pop("expect")
    with (draft / "scenarios.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows([*rows, {"id": "tried", **given}])
    return compile_book(load_book(draft))


def attempt(draft: Path, scenario: str) -> Tried:
    return try_scenarios(compile_with(draft, scenario))[-1]


def test_the_starter_book_passes_its_own_scenarios_and_each_rule_decides_in_one() -> None:
    compiled = compile_book(load_book(find_starter()))
    tried = try_scenarios(compiled)
    assert [each.scenario.id for each in tried if not each.passed] == []
    assert {"N1", "N2", "N3", "N4", "N5", "N6"} <= {each.scenario.id for each in tried}
    covered = {each.table: each for each in measure_coverage(compiled.book, tried)}
    assert {
        name: each.not_hit + each.never_decide for name, each in covered.items() if name != "limits"
    } == dict.fromkeys(("universe", "entry", "exit", "sizing", "execution"), ())
    assert "day-stop" not in covered["limits"].never_decide
    assert "drawdown" in covered["limits"].not_hit
    assert "leverage" in covered["limits"].never_decide


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case["id"])
def test_a_scenario_says_what_it_found(draft: Path, case: dict[str, str]) -> None:
    tried = attempt(draft, case["scenario"])
    assert (tried.found, tried.passed) == (case["found"], case["passed"] == "yes")


def test_a_metric_that_is_given_stands_in_the_place_of_its_formula(draft: Path) -> None:
    tried = attempt(draft, "table=entry; like=N1; net_apr=20%; expect=E1")
    assert (tried.passed, tried.decided, tried.hit) == (True, ("E1",), ("E1",))


def test_a_market_without_rows_before_it_leaves_windows_unknown(draft: Path) -> None:
    tried = attempt(draft, "table=entry; like=N2; vol=null; expect=unknown")
    assert tried.passed
    assert tried.found == "unknown by E1"


def test_what_is_hit_and_never_decides_is_told(draft: Path) -> None:
    entry = draft / "entry.csv"
    text = entry.read_text(encoding="utf-8")
    strong = next(line for line in text.splitlines() if line.startswith("E1,"))
    entry.write_text(text.replace(strong, f"{strong}\n{strong.replace('E1,', 'E0,', 1)}"), encoding="utf-8")
    compiled = compile_book(load_book(draft))
    covered = {each.table: each for each in measure_coverage(compiled.book, try_scenarios(compiled))}
    assert covered["entry"].never_decide == ("E0",)
