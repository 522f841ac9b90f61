"""Risk of a book by what its positions would have made."""

from __future__ import annotations

import math
import statistics
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.market.sequence import FloatArray
from engine.portfolio import risk

figures = st.integers(-200, 200).map(lambda number: number / 10_000)
Book = tuple[FloatArray, FloatArray, float]


@st.composite
def books(draw: st.DrawFn) -> Book:
    """Daily returns by pair, notionals (some 0), equity."""
    pairs, days = draw(st.integers(0, 4)), draw(st.integers(15, 60))
    figure = draw(st.sampled_from([figures, st.one_of(*[figures] * 20, st.just(math.nan))]))
    rows = draw(st.lists(figure, min_size=pairs * days, max_size=pairs * days))
    notionals = draw(st.lists(st.sampled_from([0.0, 500.0, 1046.1, 8000.0]), min_size=pairs, max_size=pairs))
    return np.array(rows).reshape(days, pairs), np.array(notionals), draw(st.floats(500, 5000))


def simulate_plainly(day_returns: FloatArray, notionals: FloatArray, equity: float) -> FloatArray:
    held = notionals != 0
    total: FloatArray = day_returns[:, held] @ notionals[held] / equity
    return total


@given(book=books())
def test_the_book_earns_what_its_pairs_earn(book: Book) -> None:
    simulated = risk.simulate_returns(*book)
    np.testing.assert_allclose(simulated, simulate_plainly(*book), rtol=1e-9, atol=1e-15)


def regress(one: FloatArray, other: FloatArray) -> float:
    return float(statistics.linear_regression(other.tolist(), one.tolist()).slope)


@given(book=books(), seed=st.integers(0, 99))
def test_measures_are_those_of_the_simulated_days(book: Book, seed: int) -> None:
    day_returns, notionals, equity = book
    market = np.random.default_rng(seed).normal(0, 0.03, (day_returns.shape[0],))
    simulated = risk.simulate_returns(*book)
    known = np.isfinite(simulated)
    enough, held = known.sum() >= 20, bool(notionals.any())
    var = -np.quantile(simulated[known], 0.01, method="inverted_cdf") if enough else math.nan
    assert risk.measure_var(*book) == pytest.approx(var if held else 0.0, nan_ok=True)
    beta = regress(simulated[known], market[known]) if enough else math.nan
    assert risk.measure_beta(day_returns, notionals, equity, market) == pytest.approx(
        beta if held else 0.0, rel=1e-7, abs=1e-12, nan_ok=True
    )
    normal = (
        2.3263478740408408 * simulated[known].std(ddof=1) - simulated[known].mean() if enough else math.nan
    )
    assert risk.measure_normal_var(*book) == pytest.approx(
        normal if held else 0.0, rel=1e-7, abs=1e-12, nan_ok=True
    )


@given(book=books())
def test_the_largest_correlation_is_that_of_the_worst_two(book: Book) -> None:
    day_returns, notionals, _ = book
    held = [column for column, notional in enumerate(notionals.tolist()) if notional]
    correlations = []
    for one, other in combinations(held, 2):
        both = day_returns[:, [one, other]]
        both = both[np.isfinite(both).all(axis=1)].T
        enough = both.shape[1] >= 20 and all(len(set(row)) > 1 for row in both.tolist())
        correlations.append(statistics.correlation(*both.tolist()) if enough else math.nan)
    unknown = any(map(math.isnan, correlations))
    expected = math.nan if unknown else max(correlations, default=0.0)
    assert risk.measure_largest_correlation(day_returns, notionals) == pytest.approx(
        expected, rel=1e-7, abs=1e-9, nan_ok=True
    )


@given(book=books(), factor=st.sampled_from([2.0, 0.5, 4.0]))
def test_twice_the_notional_is_twice_the_risk(book: Book, factor: float) -> None:
    day_returns, notionals, equity = book
    once = risk.measure_var(day_returns, notionals, equity)
    np.testing.assert_equal(risk.measure_var(day_returns, notionals * factor, equity), once * factor)
    np.testing.assert_equal(risk.measure_var(day_returns, notionals, equity * factor), once / factor)


@given(book=books())
def test_pairs_that_are_not_held_do_not_matter(book: Book) -> None:
    day_returns, notionals, equity = book
    others = np.full((day_returns.shape[0], 1), math.nan)
    wider, more = np.hstack([others, day_returns]), np.concatenate([[0.0], notionals])
    for measure in (risk.measure_var, risk.measure_normal_var):
        np.testing.assert_equal(measure(wider, more, equity), measure(day_returns, notionals, equity))
    correlation = risk.measure_largest_correlation
    np.testing.assert_equal(correlation(wider, more), correlation(day_returns, notionals))


@pytest.mark.parametrize("equity", [0.0, -5.0, math.nan, math.inf])
def test_without_equity_the_risk_of_what_is_held_is_unknown(equity: float) -> None:
    day_returns = np.random.default_rng(1).normal(0, 0.01, (30, 1))
    assert math.isnan(risk.measure_var(day_returns, np.array([100.0]), equity))
    assert math.isnan(risk.measure_beta(day_returns, np.array([100.0]), equity, day_returns[:, 0]))
    assert risk.measure_var(day_returns, np.array([0.0]), equity) == 0


def test_a_position_of_unknown_size_makes_risk_unknown() -> None:
    day_returns = np.random.default_rng(1).normal(0, 0.01, (30, 2))
    notionals = np.array([100.0, math.nan])
    assert math.isnan(risk.measure_var(day_returns, notionals, 1000.0))
    assert risk.measure_largest_correlation(day_returns, notionals) == pytest.approx(
        statistics.correlation(*day_returns.T.tolist())
    )


def test_a_pair_listed_last_week_makes_risk_unknown() -> None:
    """19 days of it are known: too few to tell what one day in 100 would do."""
    day_returns = np.random.default_rng(1).normal(0, 0.01, (90, 2))
    day_returns[:71, 1] = math.nan
    assert math.isnan(risk.measure_var(day_returns, np.array([100.0, 100.0]), 1000.0))
    day_returns[70, 1] = 0.0
    assert risk.measure_var(day_returns, np.array([100.0, 100.0]), 1000.0) > 0
