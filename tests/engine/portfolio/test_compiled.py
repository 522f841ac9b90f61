"""Machine code gives the same bytes as plain Python, whatever is unknown."""

from __future__ import annotations

import inspect
import math
import struct
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numba.extending import register_jitable

from engine.market.sequence import FloatArray
from engine.portfolio import drawdown, margin, risk, series
from engine.portfolio.paper_tiers import build_paper_tiers

Function = Callable[..., Any]


def list_functions(module: ModuleType) -> Iterable[Function]:
    functions = [item for _, item in inspect.getmembers(module, inspect.isfunction)]
    return [item for item in functions if item.__module__ == module.__name__]


MODULES = (series, risk, drawdown, margin)
for each in MODULES:
    for function in list_functions(each):
        register_jitable(function)
COMPILED: dict[str, Function] = {
    function.__name__: numba.njit(function) for each in MODULES for function in list_functions(each)
}

numbers = st.one_of(
    st.floats(-0.2, 0.2),
    st.sampled_from([math.nan, 0.0, -0.0, 1.0, 1e-300, 1e300, -1e300, math.inf]),
)
amounts = st.one_of(st.floats(0, 1e6), st.sampled_from([math.nan, 0.0, -0.0, 5e-324, 1e300, math.inf, -1.0]))
usual_days = st.lists(st.floats(-0.2, 0.2), min_size=20, max_size=130)
days = st.one_of(usual_days, st.lists(numbers, max_size=60)).map(np.array)
sides = st.sampled_from([1.0, -1.0])


@st.composite
def books(draw: st.DrawFn) -> tuple[FloatArray, FloatArray, float]:
    """Daily returns by pair, notionals, equity."""
    pairs, length = draw(st.integers(0, 4)), draw(st.integers(0, 40))
    figure = draw(st.sampled_from([numbers, st.floats(-0.1, 0.1)]))
    rows = draw(st.lists(figure, min_size=pairs * length, max_size=pairs * length))
    notionals = draw(st.lists(amounts, min_size=pairs, max_size=pairs))
    return np.array(rows, dtype=np.float64).reshape(length, pairs), np.array(notionals), draw(amounts)


@st.composite
def schedules(draw: st.DrawFn) -> FloatArray:
    """Tiers, with padding now and then; some of them make no sense."""
    tiers = build_paper_tiers(draw(st.sampled_from([0.004, 0.01, 0.05])))
    padded = np.vstack([tiers, np.full((draw(st.integers(0, 2)), 3), math.nan)])
    for place in draw(st.lists(st.integers(0, padded.size - 1), max_size=2)):
        padded.flat[place] = draw(numbers)
    return padded[draw(st.integers(0, 1)) :]


def pack(result: Any) -> bytes:
    """The bytes of a result, with its shape."""
    if isinstance(result, tuple):
        return b"".join(map(pack, result))
    if isinstance(result, np.ndarray):
        return repr(result.shape).encode() + result.astype(np.float64).tobytes()
    return struct.pack("<d", result)


def agree(name: str, *arguments: Any) -> None:
    plain = next(getattr(each, name) for each in MODULES if hasattr(each, name))
    kept = [item.tobytes() for item in arguments if isinstance(item, np.ndarray)]
    assert pack(plain(*arguments)) == pack(COMPILED[name](*arguments)), (name, arguments)
    after = [item.tobytes() for item in arguments if isinstance(item, np.ndarray)]
    assert after == kept, f"{name} changed an argument"


@given(left=days, right=days)
def test_statistics_of_series(left: FloatArray, right: FloatArray) -> None:
    for name in ("keep_known", "describe_days", "annualise_volatility"):
        agree(name, left)
    for name in ("correlate", "find_beta", "compare_days"):
        agree(name, left, right)
    for name in ("find_historical_var", "find_normal_var"):
        agree(name, left)


@given(book=books(), market=days)
def test_risk_of_a_book(book: tuple[FloatArray, FloatArray, float], market: FloatArray) -> None:
    for name in ("simulate_returns", "measure_var", "measure_normal_var"):
        agree(name, *book)
    agree("measure_beta", *book, market)
    agree("measure_largest_correlation", *book[:2])
    agree("count_held", book[1])


@given(rows=st.lists(st.tuples(amounts, numbers), max_size=30))
def test_equity_over_time(rows: list[tuple[float, float]]) -> None:
    equity, flows = np.array(rows, dtype=np.float64).reshape(-1, 2).T
    agree("value_units", equity, flows)
    for name in ("list_returns", "list_drawdowns"):
        agree(name, equity)
    for one, other in rows:
        agree("raise_peak", one, other)
        agree("measure_drawdown", one, other)
        agree("grow_unit", 1.0, one, other, 0.1)


@given(
    side=sides,
    tiers=schedules(),
    position=st.tuples(amounts, amounts, st.one_of(amounts, numbers)),
    mark=amounts,
    inverse=st.booleans(),
)
def test_margin(
    side: float, tiers: FloatArray, position: tuple[float, float, float], mark: float, inverse: bool
) -> None:
    amount, entry, wallet = position
    liquidation = "find_inverse_liquidation_price" if inverse else "find_liquidation_price"
    agree(liquidation, side, *position, tiers)
    agree("find_inverse_profit" if inverse else "find_profit", side, amount, entry, mark)
    agree("measure_liquidation_distance", side, mark, wallet)
    agree("measure_leverage", amount, wallet)
    agree("find_top_up", amount, wallet, entry)
    agree("find_maintenance", amount, tiers)
    agree("fill_amounts", tiers)
    agree("count_tiers", tiers)
    agree("pick_tiers", np.stack([tiers, tiers]), mark)


def test_every_public_function_is_compared() -> None:
    """No function is left out above: those that only others call are compiled with them."""
    source = Path(__file__).read_text(encoding="utf-8")
    public = [name for name in COMPILED if not name.startswith("_")]
    assert [name for name in public if f'"{name}"' not in source] == []
