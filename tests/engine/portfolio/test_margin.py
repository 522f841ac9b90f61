"""Margin and liquidation: worked figures, and prices that are stepped to."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.market.sequence import FloatArray
from engine.portfolio.margin import (
    fill_amounts,
    find_inverse_liquidation_price,
    find_inverse_profit,
    find_liquidation_price,
    find_maintenance,
    find_profit,
    find_top_up,
    measure_leverage,
    measure_liquidation_distance,
)
from engine.portfolio.paper_tiers import build_paper_tiers

Numbers = Callable[[str], FloatArray]
TIERS = np.array([[0.0, 0.01, 0.0], [1000.0, 0.05, 40.0], [5000.0, 0.2, 790.0]])
STEPPED = np.array([[0.0, 0.01, 0.0], [1000.0, 0.05, 0.0], [5000.0, 0.2, 0.0]])
"""The same rates on the whole notional, without amounts: margin jumps at a floor."""


def test_margin_by_examples(margin_case: dict[str, str], read_numbers: Numbers) -> None:
    case = {
        name: float(read_numbers(text)[0])
        for name, text in margin_case.items()
        if name not in {"case", "note"}
    }
    tiers = build_paper_tiers(case["first_rate"])
    side, coins, entry, wallet, mark = (case[name] for name in ("side", "coins", "entry", "wallet", "mark"))
    equity, notional = wallet + find_profit(side, coins, entry, mark), coins * mark
    liquidation = find_liquidation_price(side, coins, entry, wallet, tiers)
    assert measure_leverage(notional, equity) == pytest.approx(case["leverage"], rel=2e-4)
    assert liquidation == pytest.approx(case["liquidation"], rel=2e-6)
    distance = measure_liquidation_distance(side, mark, liquidation)
    assert distance == pytest.approx(case["distance"], abs=1e-4)
    assert find_top_up(notional, equity, case["top_up_to"]) == pytest.approx(case["top_up"], abs=0.01)


def test_the_margin_that_five_times_asks_for_is_used_up_as_told() -> None:
    """81.4 % at 95,400 and 85.0 % at 96,200: leverage on the 5 that the margin is for."""
    for mark, used in ((95_400, 0.814), (96_200, 0.850)):
        equity = 261.007 + find_profit(-1, 0.011, 95_100, mark)
        assert measure_leverage(0.011 * mark, equity) / 5 == pytest.approx(used, abs=5e-4)


def test_inverse_contracts_by_examples(inverse_case: dict[str, str], read_numbers: Numbers) -> None:
    side, face, entry, wallet, rate, price = (
        float(read_numbers(inverse_case[name])[0])
        for name in ("side", "face", "entry", "wallet", "rate", "price")
    )
    tiers = np.array([[0.0, rate, 0.0]])
    actual = find_inverse_liquidation_price(side, face, entry, wallet, tiers)
    assert actual == pytest.approx(price, rel=1e-9)
    if 0 < price < math.inf:
        left = wallet + find_inverse_profit(side, face, entry, price)
        assert left == pytest.approx(face / price * rate, abs=1e-9)


def is_closed(
    side: float, coins: float, entry: float, wallet: float, price: float, tiers: FloatArray
) -> bool:
    """Whether the equity of a position no longer exceeds its maintenance margin, from the definition."""
    notional = coins * price
    rate, amount = next(
        (rate, amount) for floor, rate, amount in reversed(tiers.tolist()) if floor <= notional
    )
    equity: float = wallet + side * coins * (price - entry)
    return equity <= notional * float(rate) - float(amount) + 1e-9


@given(
    side=st.sampled_from([1.0, -1.0]),
    coins=st.sampled_from([1.0, 4.0, 12.0]),
    wallet=st.floats(-100, 2500),
    tiers=st.sampled_from([TIERS, STEPPED]),
)
def test_the_price_is_found_by_stepping_to_it(
    side: float, coins: float, wallet: float, tiers: FloatArray
) -> None:
    """A short is open at every price below it and closed just above; a long the other way round."""
    entry, step = 100.0, 0.5
    liquidation = find_liquidation_price(side, coins, entry, wallet, tiers)
    prices = np.arange(0, 3000, step)
    closed = [price for price in prices.tolist() if is_closed(side, coins, entry, wallet, price, tiers)]
    if side < 0:
        assert (closed[0] if closed else math.inf) == pytest.approx(min(liquidation, 3000), abs=step + 1e-6)
    else:
        highest = closed[-1] if closed else 0.0
        assert highest == pytest.approx(liquidation, abs=step + 1e-6)


@given(
    side=st.sampled_from([1.0, -1.0]),
    face=st.sampled_from([100.0, 1000.0]),
    leverage=st.floats(1.1, 30),
    rate=st.sampled_from([0.004, 0.01]),
)
def test_an_inverse_price_is_found_by_stepping_to_it(
    side: float, face: float, leverage: float, rate: float
) -> None:
    entry, tiers = 50_000.0, np.array([[0.0, rate, 0.0]])
    wallet = face / entry / leverage
    assume(1 / leverage > rate)
    liquidation = find_inverse_liquidation_price(side, face, entry, wallet, tiers)
    price = entry
    while wallet + side * face * (1 / entry - 1 / price) > face / price * rate and 1 < price < 1e6:
        price *= 1 - side * 0.0005
    expected = min(max(liquidation, 1), 1e6)
    assert price == pytest.approx(expected, rel=6e-4)


@given(
    side=st.sampled_from([1.0, -1.0]),
    first_rate=st.sampled_from([0.004, 0.005, 0.01, 0.025, 0.05]),
    notional=st.floats(10, 5e7),
    leverage=st.floats(1, 10),
)
def test_at_the_price_equity_is_the_maintenance_margin(
    side: float, first_rate: float, notional: float, leverage: float
) -> None:
    tiers, entry = build_paper_tiers(first_rate), 20.0
    coins, wallet = notional / entry, notional / leverage
    price = find_liquidation_price(side, coins, entry, wallet, tiers)
    equity = wallet + find_profit(side, coins, entry, price)
    if price > 0:
        assert equity == pytest.approx(find_maintenance(coins * price, tiers), rel=1e-6, abs=1e-9 * notional)
    else:
        assert equity >= 0
    more = find_liquidation_price(side, coins, entry, wallet * 1.1, tiers)
    assert side * (price - more) >= 0, "more margin never brings it nearer"


@given(notional=st.floats(0, 1e9), margin=st.floats(-1e6, 1e9), target=st.floats(0.5, 20))
def test_a_top_up_brings_leverage_to_its_target(notional: float, margin: float, target: float) -> None:
    top_up = find_top_up(notional, margin, target)
    assert top_up >= 0
    if top_up > 0 and notional > 1:
        assert measure_leverage(notional, margin + top_up) == pytest.approx(target, rel=1e-5)
    elif top_up == 0:
        assert measure_leverage(notional, margin) <= target * (1 + 1e-12)


@pytest.mark.parametrize("first_rate", [0.004, 0.0045, 0.005, 0.01, 0.025, 0.05, 0.08])
def test_paper_tiers_rise_without_a_step(first_rate: float) -> None:
    tiers = build_paper_tiers(first_rate)
    floors, rates = tiers[:, 0], tiers[:, 1]
    assert floors[0] == 0
    assert (np.diff(floors) > 0).all()
    assert (np.diff(rates) >= 0).all()
    assert first_rate <= rates[0] <= max(first_rate, 2 * first_rate)
    for floor in floors[1:].tolist():
        below, above = (find_maintenance(floor * factor, tiers) for factor in (1 - 1e-12, 1 + 1e-12))
        assert below == pytest.approx(above, rel=1e-9)


@pytest.mark.parametrize("rate", [0.0, -0.1, 1.0, math.nan])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="no ratio between 0 and 1"):
        build_paper_tiers(rate)


def test_padding_is_no_tier() -> None:
    padded = np.vstack([TIERS, np.full((3, 3), math.nan)])
    np.testing.assert_allclose(fill_amounts(padded)[:3], TIERS, rtol=1e-14)
    for side in (1.0, -1.0):
        position = (side, 4.0, 100.0, 50.0)
        assert find_liquidation_price(*position, padded) == find_liquidation_price(*position, TIERS)
    assert math.isnan(find_liquidation_price(1.0, 4.0, 100.0, 50.0, padded[3:]))
    assert math.isnan(find_maintenance(100.0, padded[3:]))


@pytest.mark.parametrize("place", range(1, 4))
def test_what_is_unknown_stays_unknown(place: int) -> None:
    numbers = [-1.0, 1.0, 100.0, 20.0]
    numbers[place] = math.nan
    side, amount, entry, wallet = numbers
    assert math.isnan(find_liquidation_price(side, amount, entry, wallet, TIERS))
    assert math.isnan(find_inverse_liquidation_price(side, amount, entry, wallet, TIERS))
    assert math.isnan(measure_leverage(math.nan, 1.0))
    assert math.isnan(measure_leverage(1.0, math.nan))
    assert math.isnan(find_top_up(1.0, 1.0, 0.0))
    assert math.isnan(measure_liquidation_distance(-1.0, math.nan, 1.0))
    assert math.isnan(measure_liquidation_distance(-1.0, 1.0, math.nan))


def test_never_and_always_have_a_distance() -> None:
    assert measure_liquidation_distance(-1.0, 100.0, math.inf) == 1e9
    assert measure_liquidation_distance(1.0, 100.0, math.inf) == -1e9
    assert measure_liquidation_distance(1.0, 100.0, 0.0) == 1
