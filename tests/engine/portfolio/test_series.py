"""Statistics of daily figures against NumPy and the standard library."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.market.sequence import FloatArray
from engine.portfolio.risk import NORMAL_99, find_historical_var, find_normal_var
from engine.portfolio.series import (
    annualise_volatility,
    correlate,
    describe_days,
    find_beta,
    keep_known,
)

Numbers = Callable[[str], FloatArray]
figures = st.integers(-2000, 2000).map(lambda number: number / 10_000)
figure = st.one_of(figures, figures, figures, st.just(math.nan))
many = st.lists(figure, min_size=40, max_size=250).map(np.array)
days = st.one_of(st.lists(figure, max_size=30).map(lambda numbers: np.array(numbers, dtype=np.float64)), many)


def clean(*series: FloatArray) -> FloatArray:
    """The days on which all are known."""
    length = min(each.size for each in series)
    stacked = np.stack([each[:length] for each in series]).reshape(len(series), length)
    known: FloatArray = stacked[:, np.isfinite(stacked).all(axis=0)]
    return known


def varies(known: FloatArray) -> bool:
    return len(set(known.tolist())) > 1


@given(returns=days)
def test_moments_equal_those_of_the_standard_library(returns: FloatArray) -> None:
    known = [number for number in returns.tolist() if not math.isnan(number)]
    count, mean, spread = describe_days(returns)
    assert count == len(known)
    assert mean == (
        pytest.approx(statistics.fmean(known), abs=1e-15) if known else pytest.approx(math.nan, nan_ok=True)
    )
    expected = statistics.stdev(known) if count > 1 else math.nan
    assert spread == pytest.approx(expected, rel=1e-9, abs=1e-17, nan_ok=True)
    volatility = expected * math.sqrt(365) if count >= 20 else math.nan
    assert annualise_volatility(returns) == pytest.approx(volatility, rel=1e-9, abs=1e-15, nan_ok=True)
    normal = statistics.NormalDist(mean, expected).inv_cdf(0.01) if count >= 20 and expected else math.nan
    if count < 20 or expected:
        assert find_normal_var(returns) == pytest.approx(-normal, rel=1e-9, abs=1e-12, nan_ok=True)


def test_the_quantile_of_the_normal_distribution() -> None:
    assert pytest.approx(statistics.NormalDist().inv_cdf(0.99), rel=1e-15) == NORMAL_99


@given(left=days, right=days)
def test_correlation_and_beta_equal_those_of_the_standard_library(
    left: FloatArray, right: FloatArray
) -> None:
    one, other = clean(left, right)
    enough = one.size >= 20 and varies(other)
    beta = statistics.linear_regression(other.tolist(), one.tolist()).slope if enough else math.nan
    assert find_beta(left, right) == pytest.approx(beta, rel=1e-7, abs=1e-9, nan_ok=True)
    expected = statistics.correlation(one.tolist(), other.tolist()) if enough and varies(one) else math.nan
    assert correlate(left, right) == pytest.approx(expected, rel=1e-7, abs=1e-9, nan_ok=True)


@given(left=days, right=days, places=st.lists(st.integers(0, 150), max_size=8))
def test_unknown_days_change_no_byte(left: FloatArray, right: FloatArray, places: list[int]) -> None:
    """Days that one of the two lacks may as well not be there."""
    one, other = clean(left, right)
    places = [min(place, one.size) for place in places]
    gapped = [np.insert(each, places, math.nan) for each in (one, other)]
    for function in (correlate, find_beta):
        assert np.float64(function(*gapped)).tobytes() == np.float64(function(one, other)).tobytes()
    assert keep_known(gapped[0]).tolist() == one.tolist()
    for single in (annualise_volatility, find_historical_var, find_normal_var):
        assert np.float64(single(gapped[0])).tobytes() == np.float64(single(one)).tobytes()


@given(returns=many, scale=st.integers(1, 50), shift=figures)
def test_a_series_is_one_with_itself(returns: FloatArray, scale: int, shift: float) -> None:
    assume(keep_known(returns).size >= 20 and varies(keep_known(returns)))
    scaled = returns * scale + shift
    assert correlate(returns, scaled) == pytest.approx(1)
    assert -1 <= correlate(returns, scaled) <= 1
    assert correlate(returns, -scaled) == pytest.approx(-1)
    assert find_beta(scaled, returns) == pytest.approx(scale)


@pytest.mark.parametrize("number", [0.1, 0.0003, -7.3])
def test_what_does_not_vary_correlates_with_nothing(number: float) -> None:
    """Not even by the rounding of its mean."""
    constant, other = np.full(30, number), np.linspace(-1, 1, 30)
    assert math.isnan(correlate(constant, other))
    assert math.isnan(find_beta(other, constant))
    assert find_beta(constant, other) == 0


@given(returns=days)
def test_historical_var_is_numpys_quantile(returns: FloatArray) -> None:
    known = returns[np.isfinite(returns)]
    expected = np.quantile(known, 0.01, method="inverted_cdf") if known.size >= 20 else math.nan
    np.testing.assert_equal(find_historical_var(returns), 0.0 - expected)


@pytest.mark.parametrize("count", [20, 99, 100, 101, 365, 700, 1000])
def test_one_day_in_a_hundred_is_at_least_as_bad(count: int) -> None:
    returns = np.random.default_rng(count).permutation(count) / count
    var = find_historical_var(returns)
    worse = sum(-number > var for number in returns.tolist())
    assert worse / count < 0.01
    assert sum(-number >= var for number in returns.tolist()) / count >= 0.01


def test_var_by_examples(var_case: dict[str, str], read_numbers: Numbers) -> None:
    losses = read_numbers(var_case["losses"])
    returns = np.full(int(var_case["days"]), 0.001)
    returns[3 : 3 + losses.size] = -losses
    np.testing.assert_equal(find_historical_var(returns), read_numbers(var_case["var"])[0])
