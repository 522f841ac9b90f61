"""The table of docs/market.md: what was measured, what is made, and how near the two have to be."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
PAGE = (REPOSITORY / "docs" / "market.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([^|]+) \| (-?[\d.]+) \| (-?[\d.]+) \| ([\d.]+) \|$", re.MULTILINE)

TABLE = {
    name: (float(measured), float(made), float(band)) for name, measured, made, band in ROW.findall(PAGE)
}
"""Figure: measured, made, band."""

SAME = 0.0051
"""Figures stand in the page with two decimals."""


@pytest.fixture(scope="module")
def figures(load_module: Callable[[Path, str], ModuleType]) -> ModuleType:
    """The program that measures the figures."""
    return load_module(REPOSITORY / "tests" / "benchmarks" / "market.py", "figures_of_the_market")


@pytest.fixture(scope="module")
def made(figures: ModuleType) -> dict[str, float]:
    whole: dict[str, float] = figures.measure_made()
    return whole


def is_told(told: float, value: float) -> bool:
    """Whether a figure of the page is this value; the last digit of large ones may differ by the machine."""
    return math.isclose(told, value, rel_tol=1e-4, abs_tol=SAME)


def test_the_page_has_every_figure(made: dict[str, float]) -> None:
    assert len(TABLE) > 60
    assert TABLE.keys() == made.keys()


@pytest.mark.parametrize("name", TABLE)
def test_what_is_made_is_within_its_band_of_what_was_measured(name: str) -> None:
    measured, made, band = TABLE[name]
    assert abs(made - measured) <= band


def test_the_made_market_has_the_figures_of_the_page(made: dict[str, float]) -> None:
    assert {name: made[name] for name, (_, told, _) in TABLE.items() if not is_told(told, made[name])} == {}


def test_the_record_has_the_figures_of_the_page(figures: ModuleType, shared: Path) -> None:
    recorded: dict[str, float] = figures.measure_recorded(shared / "data")
    different = {
        name: recorded[name] for name, (told, _, _) in TABLE.items() if not is_told(told, recorded[name])
    }
    assert different == {}
