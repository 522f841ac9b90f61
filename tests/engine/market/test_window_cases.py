"""The look-back functions by examples."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from engine.market import window
from engine.market.sequence import FloatArray, IntArray

CASES = Path(__file__).parents[2] / "cases" / "market"
HOUR = 3_600_000_000


def read_cases(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(newline="") as file:
        return list(csv.DictReader(file))


def read_number(text: str) -> float:
    return math.nan if text in {"?", "unknown"} else float(text)


def read_row(case: dict[str, str]) -> tuple[IntArray, IntArray, FloatArray]:
    time = np.array([float(hour) * HOUR for hour in case["hours"].split()]).astype(np.int64)
    value = np.array([read_number(text) for text in case["values"].split()])
    return np.zeros(time.size, dtype=np.int64), time, value


@pytest.mark.parametrize("case", read_cases("window.csv"))
def test_value_of_the_last_row(case: dict[str, str]) -> None:
    group, time, value = read_row(case)
    step = np.full(time.size, int(case["step_h"]) * HOUR) if case["step_h"] else None
    function = getattr(window, case["function"])
    actual = function(group, time, value, int(case["width_h"]) * HOUR, step)[-1]
    np.testing.assert_equal(actual, read_number(case["expected"]), err_msg=case["note"])


@pytest.mark.parametrize("case", read_cases("lag.csv"))
def test_lag_of_the_last_row(case: dict[str, str]) -> None:
    actual = window.lag(*read_row(case), int(case["age_h"]) * HOUR)[-1]
    np.testing.assert_equal(actual, read_number(case["expected"]), err_msg=case["note"])
