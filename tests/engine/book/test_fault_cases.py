from __future__ import annotations

import csv
from pathlib import Path

import pytest

from engine.book.load import check_book, load_book
from engine.errors import BookErrors

CASES = Path(__file__).resolve().parents[2] / "cases" / "books" / "faults.csv"


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def spoil(draft: Path, case: dict[str, str]) -> None:
    """Make the fault of a case: replace a text once, write a file that was not there, or delete one."""
    file = draft / case["file"]
    if case["replace"] == "*":
        file.unlink()
    elif case["replace"]:
        sound = file.read_text(encoding="utf-8")
        assert case["replace"] in sound, "the case no longer fits the starter book"
        file.write_text(sound.replace(case["replace"], case["by"], 1), encoding="utf-8")
    else:
        file.write_text(case["by"], encoding="utf-8")


def test_the_starter_book_is_sound(draft: Path) -> None:
    assert check_book(draft) == []
    assert load_book(draft).manifest.name == "funding-carry"


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case["id"])
def test_a_fault_is_placed_and_explained(draft: Path, case: dict[str, str]) -> None:
    spoil(draft, case)
    faults = check_book(draft)
    lines = [str(fault) for fault in faults if fault.code == case["code"]]
    fitting = [line for line in lines if line.startswith(f"{case['place']} ") and case["says"] in line]
    assert fitting, [(fault.code, str(fault)) for fault in faults]
    with pytest.raises(BookErrors) as raised:
        load_book(draft)
    assert list(raised.value.diagnostics) == faults
