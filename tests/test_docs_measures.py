"""The page of measures: each has a place in it, with its refresh and its definition."""

from __future__ import annotations

import re
from pathlib import Path

from engine.book.measures import MEASURE_NAMES
from engine.portfolio.risk import RISK_DAYS
from engine.portfolio.series import MIN_DAYS

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "measures.md").read_text(encoding="utf-8")


def test_every_measure_has_a_refresh_and_a_definition() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (cycle|hour|day) \| [^|]+ \|$", PAGE, re.MULTILINE)
    assert {name for name, _ in rows} == MEASURE_NAMES
    assert len(rows) == len(MEASURE_NAMES)
    defined = re.findall(r"^- \*\*`(\w+)`\*\*", PAGE, re.MULTILINE)
    assert MEASURE_NAMES - set(defined) == set()


def test_the_bounds_are_those_of_the_code() -> None:
    assert f"latest {RISK_DAYS} days" in PAGE
    assert f"below {MIN_DAYS} known days" in PAGE


def test_every_file_that_the_page_names_is_there() -> None:
    root = Path(__file__).resolve().parents[1]
    named = re.findall(r"`((?:engine|tests)/[\w/.]+)`", PAGE)
    assert len(named) >= 6
    assert [name for name in named if not (root / name).exists()] == []
