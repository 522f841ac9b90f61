"""Equity over time, with and without what is paid in and out."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.market.sequence import FloatArray
from engine.portfolio.drawdown import list_drawdowns, list_returns, value_units

Numbers = Callable[[str], FloatArray]
equities = st.lists(st.one_of(st.floats(100, 5000), st.just(math.nan)), max_size=40).map(np.array)


def test_equity_by_examples(drawdown_case: dict[str, str], read_numbers: Numbers) -> None:
    equity, flows, units, drawdowns = (
        read_numbers(drawdown_case[name]) for name in ("equity", "flows", "units", "drawdowns")
    )
    actual = value_units(equity, flows)
    np.testing.assert_allclose(actual, units, rtol=1e-12)
    np.testing.assert_allclose(list_drawdowns(actual), drawdowns, rtol=1e-12, atol=1e-15)


@given(equity=equities)
def test_drawdowns_are_distances_from_the_running_highest(equity: FloatArray) -> None:
    peaks = np.fmax.accumulate(equity) if equity.size else equity
    np.testing.assert_allclose(list_drawdowns(equity), (peaks - equity) / peaks, rtol=1e-12, atol=1e-15)
    known = list_drawdowns(equity)[np.isfinite(equity)]
    assert ((known >= 0) & (known < 1)).all()


@given(equity=equities)
def test_without_flows_a_unit_is_equity_on_the_first(equity: FloatArray) -> None:
    units = value_units(equity, np.zeros(equity.size))
    known = equity[np.isfinite(equity)]
    np.testing.assert_allclose(units, equity / (known[0] if known.size else 1.0), rtol=1e-9)
    np.testing.assert_allclose(list_returns(units)[1:], equity[1:] / equity[:-1] - 1, rtol=1e-6, atol=1e-9)
    assert math.isnan(list_returns(units)[0]) if equity.size else list_returns(units).size == 0


@given(
    earned=st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=30),
    flows=st.lists(st.floats(-50, 500), min_size=30, max_size=30),
)
def test_flows_leave_the_unit_as_it_is(earned: list[float], flows: list[float]) -> None:
    """Whatever is paid in, a unit grows by what was earned."""
    equity = [1000.0]
    paid = [0.0, *flows[: len(earned)]]
    for change, flow in zip(earned, paid[1:], strict=True):
        equity.append(equity[-1] * (1 + change) + max(flow, -equity[-1] * 0.1))
    taken = [0.0] + [max(flow, -before * 0.1) for flow, before in zip(paid[1:], equity[:-1], strict=True)]
    units = value_units(np.array(equity), np.array(taken))
    np.testing.assert_allclose(units, np.cumprod([1.0, *(1 + np.array(earned))]), rtol=1e-6)


def test_an_unknown_flow_makes_the_unit_unknown() -> None:
    units = value_units(np.array([1.0, 2.0, 3.0]), np.array([0.0, math.nan, 0.0]))
    assert units.tolist() == [1.0, pytest.approx(math.nan, nan_ok=True), pytest.approx(math.nan, nan_ok=True)]
