"""Whole lots, and the step in which a contract of lots that are no more is closed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.portfolio.lots import find_common_step, floor_lots


@pytest.mark.parametrize(
    ("amount", "step", "common"),
    [
        (0.046, 0.01, 0.002),
        (0.046, 0.001, 0.001),
        (0.03, 0.01, 0.01),
        (0.1 + 0.2, 0.1, 0.1),
        (0.009, 0.002, 0.001),
        (0.5, 1.0, 0.5),
        (7.0, 5.0, 1.0),
    ],
)
def test_a_common_step_by_examples(amount: float, step: float, common: float) -> None:
    assert find_common_step(amount, step) == common


@given(held=st.integers(1, 10**6), opened=st.integers(1, 10**4), now=st.integers(1, 10**4))
def test_a_common_step_holds_all_of_both(held: int, opened: int, now: int) -> None:
    amount, step = held * opened / 1e6, now / 1e6
    common = find_common_step(amount, step)
    assert abs(common * 1e6 - round(common * 1e6)) < 1e-6
    assert floor_lots(amount, common) * common == pytest.approx(amount, rel=1e-9)
    assert floor_lots(step, common) * common == pytest.approx(step, rel=1e-9)
