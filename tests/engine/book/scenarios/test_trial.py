from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from engine.book.compile import CompiledBook, compile_book
from engine.book.limits import Limit
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


def test_the_starter_book_passes_its_own_scenarios_and_each_rule_and_limit_decides_in_one() -> None:
    compiled = compile_book(load_book(find_starter()))
    tried = try_scenarios(compiled)
    assert [each.scenario.id for each in tried if not each.passed] == []
    assert {"N1", "N2", "N3", "N4", "N5", "N6"} <= {each.scenario.id for each in tried}
    for covered in measure_coverage(compiled.book, tried):
        assert (covered.not_hit, covered.never_decide) == ((), ()), covered.table


@pytest.mark.parametrize(("share", "ending"), [(0.02, ""), (-0.02, "-holds")], ids=["looser", "tighter"])
def test_each_limit_of_the_starter_book_is_tried_right_beside_its_bound(
    draft: Path, share: float, ending: str
) -> None:
    book = load_book(draft)
    moved = [replace(limit, must_be=move_bound(limit, share)) for limit in book.limits]
    tried = {
        each.scenario.id: each
        for each in try_scenarios(compile_book(replace(book, limits=tuple(moved))))
        if each.scenario.table == "limits"
    }
    for limit in book.limits:
        each = tried[f"L-{limit.id}{ending}"]
        expected = [word.strip() for word in each.scenario.expect.split(",")]
        assert (limit.id in each.decided) != (limit.id in expected), limit.id


def move_bound(limit: Limit, share: float) -> str:
    """The test of a limit with its bound moved by a share of it, so that a positive one lets more pass."""
    comparison, _, bound = limit.must_be.partition(" ")
    outwards = 1 if comparison.startswith("<") or bound.startswith("-") else -1
    whole = 15 if limit.id == "intents" else 1  # orders are counted: one more is a quarter more
    return f"{comparison} {bound} * {1 + outwards * whole * share:.6g}"


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
