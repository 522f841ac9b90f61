from __future__ import annotations

import csv
from pathlib import Path

import pytest

from engine.book.behaviour import compute_behaviour
from engine.book.compile import compile_book
from engine.book.load import load_book

CASES = Path(__file__).resolve().parents[2] / "cases" / "books" / "behaviour.csv"


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tell(draft: Path) -> tuple[str, str]:
    book = load_book(draft)
    return book.fingerprint, compute_behaviour(compile_book(book))


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case["id"])
def test_what_changes_the_behaviour(draft: Path, case: dict[str, str]) -> None:
    bytes_before, before = tell(draft)
    file = draft / case["file"]
    sound = file.read_text(encoding="utf-8")
    assert case["replace"] in sound, "the case no longer fits the starter book"
    file.write_text(sound.replace(case["replace"], case["by"], 1), encoding="utf-8")
    bytes_after, after = tell(draft)
    assert bytes_after != bytes_before
    assert (after == before) == (case["same"] == "yes")


def test_the_order_of_columns_and_of_lines_that_are_no_rules_is_none(draft: Path) -> None:
    _, before = tell(draft)
    for name in ("parameters.csv", "metrics.csv", "limits.csv", "targets.csv", "allocation.csv"):
        header, *lines = (draft / name).read_text(encoding="utf-8").splitlines()
        (draft / name).write_text("\n".join([header, *reversed(lines)]) + "\n", encoding="utf-8")
    for name in ("entry.csv", "exit.csv", "universe.csv"):
        with (draft / name).open(encoding="utf-8", newline="") as file:
            rows = [list(reversed(row)) for row in csv.reader(file)]
        with (draft / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    assert tell(draft)[1] == before


def test_the_order_of_rules_has_no_meaning_where_one_may_fire(draft: Path) -> None:
    manifest, sizing = draft / "book.toml", draft / "sizing.csv"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('sizing = "FIRST"', 'sizing = "ANY"'), encoding="utf-8")
    _, before = tell(draft)
    header, *lines = sizing.read_text(encoding="utf-8").splitlines()
    sizing.write_text("\n".join([header, *reversed(lines)]) + "\n", encoding="utf-8")
    assert tell(draft)[1] == before
