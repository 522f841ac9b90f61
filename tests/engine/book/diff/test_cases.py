from __future__ import annotations

import csv
from pathlib import Path

import pytest

from engine.book.diff.books import diff_books
from engine.book.folder import BookFiles

CASES = Path(__file__).resolve().parents[3] / "cases" / "books" / "diff.csv"
ABSENT = "*"


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def make_book(case: dict[str, str], side: str) -> BookFiles:
    """A book of the case's file, and of a manifest that tells its hit policy."""
    contents = {} if case[side] == ABSENT else {case["file"]: case[side]}
    if case["policy"]:
        role = case["file"].removesuffix(".csv")
        contents |= {"book.toml": f'hit_policy."{role}" = "{case["policy"]}"\n'}
    return BookFiles(side, {}, {name: text.encode() for name, text in contents.items()}, ())


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case["id"])
def test_a_change_is_told(case: dict[str, str]) -> None:
    changes = diff_books(make_book(case, "old"), make_book(case, "new"))
    assert [str(change) for change in changes] == case["changes"].splitlines()
    assert {change.file for change in changes} <= {case["file"]}
