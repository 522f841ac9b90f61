"""Tables of cases, read once for all tests of the portfolio."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from engine.market.sequence import FloatArray

CASES = Path(__file__).parents[2] / "cases" / "portfolio"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with an argument `<name>_case` runs once for each row of `<name>.csv`."""
    for argument in metafunc.fixturenames:
        if argument.endswith("_case"):
            text = (CASES / f"{argument.removesuffix('_case')}.csv").read_text(encoding="utf-8")
            rows = list(csv.DictReader(text.splitlines()))
            metafunc.parametrize(argument, rows, ids=[row["note"] for row in rows])


@pytest.fixture(scope="session")
def read_numbers() -> Callable[[str], FloatArray]:
    """Reads a cell with numbers; `?` and `unknown` are NaN, `%` is a hundredth."""

    def read(text: str) -> FloatArray:
        return np.array([read_number(word) for word in text.split()], dtype=np.float64)

    return read


def read_number(word: str) -> float:
    if word in {"?", "unknown"}:
        return math.nan
    return float(word.removesuffix("%")) / (100 if word.endswith("%") else 1)


@pytest.fixture(scope="session")
def desk(load_module: Callable[[Path, str], ModuleType]) -> Any:
    """The program beside this file that builds a market by hand and trades it."""
    return load_module(Path(__file__).with_name("desk.py"), "desk")


@pytest.fixture(scope="session")
def accounts(load_module: Callable[[Path, str], ModuleType]) -> Any:
    """The program beside this file that keeps an account of its own."""
    return load_module(Path(__file__).with_name("accounts.py"), "accounts")


@pytest.fixture(scope="session")
def cases(load_module: Callable[[Path, str], ModuleType], desk: Any) -> Any:
    """Books and markets at random."""
    return load_module(Path(__file__).with_name("drawn.py"), "drawn").cases(desk)
