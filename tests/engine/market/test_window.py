"""Window functions against a plain loop, bit for bit."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.market import aggregate, window
from engine.market.sequence import FloatArray, IntArray

Rolling = Callable[[IntArray, IntArray, FloatArray, int, IntArray | None], FloatArray]
HOUR = 3_600_000_000


class Rows(NamedTuple):
    group: IntArray
    time: IntArray
    value: FloatArray
    step: IntArray

    def take(self, rows: IntArray | slice) -> Rows:
        return Rows(self.group[rows], self.time[rows], self.value[rows], self.step[rows])


def add_up(known: list[float]) -> float:
    total = 0.0
    for number in known:
        total += number
    return total


def deviate(known: list[float]) -> float:
    if len(known) < 2:
        return math.nan
    mean = add_up(known) / len(known)
    squares = add_up([(number - mean) * (number - mean) for number in known])
    return math.sqrt(squares / (len(known) - 1)) if math.isfinite(squares) else math.nan


ORACLES: dict[str, Callable[[list[float]], float]] = {
    "rolling_sum": add_up,
    "rolling_mean": lambda known: add_up(known) / len(known),
    "rolling_std": deviate,
    "rolling_median": statistics.median,
    "rolling_min": min,
    "rolling_max": max,
}


def roll_plainly(name: str, rows: Rows, width: int, *, stepped: bool) -> list[float]:
    """The definition, row by row."""
    results = []
    for i in range(rows.value.size):
        seen = sorted(
            (int(rows.time[j]), float(rows.value[j]), int(rows.step[j]))
            for j in range(rows.value.size)
            if rows.group[j] == rows.group[i] and rows.time[i] - width < rows.time[j] <= rows.time[i]
        )
        known = [number for _, number, _ in seen if not math.isnan(number)]
        if stepped:
            covered = float(sum(step for _, number, step in seen if not math.isnan(number)))
        else:
            covered = len(known) * ((seen[-1][0] - seen[0][0]) / max(len(seen) - 1, 1))
        unknown = not known or covered / width < 0.8 * (1 - 1e-9)
        result = math.nan if unknown else ORACLES[name](known)
        results.append(result if math.isfinite(result) else math.nan)
    return results


numbers = st.one_of(
    st.floats(-1e6, 1e6),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300),
    st.just(math.nan),
)


@st.composite
def markets(draw: st.DrawFn) -> Rows:
    count = draw(st.integers(1, 25))
    keys = draw(
        st.lists(
            st.tuples(st.integers(0, 2), st.integers(0, 12)),
            min_size=count,
            max_size=count,
            unique=True,
        )
    )
    value = draw(st.lists(numbers, min_size=count, max_size=count))
    step = draw(st.lists(st.sampled_from([1, 2, 4]), min_size=count, max_size=count))
    return Rows(
        np.array([group for group, _ in keys], dtype=np.int64),
        np.array([hour * HOUR for _, hour in keys], dtype=np.int64),
        np.array(value, dtype=np.float64),
        np.array(step, dtype=np.int64) * HOUR,
    )


def roll(name: str, rows: Rows, width: int, *, stepped: bool) -> FloatArray:
    function: Rolling = getattr(window, name)
    return function(rows.group, rows.time, rows.value, width, rows.step if stepped else None)


def assert_same(actual: FloatArray, expected: FloatArray | list[float]) -> None:
    """Equal bit for bit, unknown where unknown."""
    np.testing.assert_array_equal(actual, np.asarray(expected, dtype=np.float64), strict=True)


@pytest.mark.parametrize("name", sorted(ORACLES))
@given(rows=markets(), width=st.integers(1, 9), stepped=st.booleans())
def test_window_equals_the_plain_loop(name: str, rows: Rows, width: int, stepped: bool) -> None:
    actual = roll(name, rows, width * HOUR, stepped=stepped)
    assert_same(actual, roll_plainly(name, rows, width * HOUR, stepped=stepped))


@pytest.mark.parametrize("name", sorted(ORACLES))
@given(rows=markets(), width=st.integers(1, 9), stepped=st.booleans(), end=st.integers(0, 12))
def test_later_rows_change_nothing(name: str, rows: Rows, width: int, stepped: bool, end: int) -> None:
    early = np.flatnonzero(rows.time <= end * HOUR)
    whole = roll(name, rows, width * HOUR, stepped=stepped)
    assert_same(roll(name, rows.take(early), width * HOUR, stepped=stepped), whole[early])


@pytest.mark.parametrize("name", sorted(ORACLES))
@given(rows=markets(), width=st.integers(1, 9), stepped=st.booleans())
def test_rows_of_the_last_window_suffice(name: str, rows: Rows, width: int, stepped: bool) -> None:
    last = int(np.argmax(rows.time))
    inside = np.flatnonzero((rows.group == rows.group[last]) & (rows.time > rows.time[last] - width * HOUR))
    whole = roll(name, rows, width * HOUR, stepped=stepped)
    alone = roll(name, rows.take(inside), width * HOUR, stepped=stepped)
    assert_same(alone[inside == last], whole[[last]])


@pytest.mark.parametrize("name", sorted(ORACLES))
@given(rows=markets(), width=st.integers(1, 9), repeats=st.integers(1, 3), data=st.data())
def test_row_order_does_not_matter(
    name: str, rows: Rows, width: int, repeats: int, data: st.DataObject
) -> None:
    coarse = rows._replace(time=rows.time // (repeats * HOUR) * HOUR)
    shuffled = np.array(data.draw(st.permutations(range(rows.value.size))), dtype=np.int64)
    straight = roll(name, coarse, width * HOUR, stepped=True)
    assert_same(roll(name, coarse.take(shuffled), width * HOUR, stepped=True), straight[shuffled])


@pytest.mark.parametrize("name", sorted(ORACLES))
def test_windows_across_blocks(name: str) -> None:
    """Long enough for several blocks; compared on rows round the seams."""
    random = np.random.default_rng(7)
    count = 20_000
    rows = Rows(
        np.repeat(np.arange(2), count // 2),
        np.tile(np.arange(count // 2), 2) * HOUR,
        np.where(random.random(count) < 0.05, np.nan, random.normal(size=count)),
        np.full(count, HOUR),
    )
    whole = roll(name, rows, 90 * HOUR, stepped=True)
    for seam in (8192, 10_000, 16_384):
        nearby = slice(max(seam - 120, 10_000 if seam > 10_000 else 0), seam + 60)
        expected = roll_plainly(name, rows.take(nearby), 90 * HOUR, stepped=True)
        assert_same(whole[nearby][100:], expected[100:])


@pytest.mark.parametrize("name", sorted(ORACLES))
@given(
    rows=markets(), width=st.integers(1, 9), coarse=st.integers(1, 3), stepped=st.booleans(), data=st.data()
)
def test_some_rows_get_what_they_get_among_all(
    name: str, rows: Rows, width: int, coarse: int, stepped: bool, data: st.DataObject
) -> None:
    rows = rows._replace(time=rows.time // (coarse * HOUR) * HOUR)
    places = data.draw(st.lists(st.integers(0, rows.value.size - 1), max_size=9))
    asked = np.array(places, dtype=np.int64)
    step = rows.step if stepped else None
    function: Callable[..., FloatArray] = getattr(window, name)
    some = function(rows.group, rows.time, rows.value, width * HOUR, step, asked)
    assert some.tobytes() == roll(name, rows, width * HOUR, stepped=stepped)[asked].tobytes()


@pytest.mark.parametrize("name", sorted(ORACLES))
def test_some_rows_across_blocks(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregate, "_BLOCK_CELLS", 300)
    random = np.random.default_rng(7)
    value = np.where(random.random(400) < 0.1, np.nan, random.normal(size=400))
    rows = Rows(np.repeat(np.arange(4), 100), np.tile(np.arange(100), 4) * HOUR, value, np.full(400, HOUR))
    asked = np.arange(0, 400, 7)
    function: Callable[..., FloatArray] = getattr(window, name)
    some = function(rows.group, rows.time, rows.value, 90 * HOUR, rows.step, asked)
    assert some.tobytes() == roll(name, rows, 90 * HOUR, stepped=True)[asked].tobytes()
    assert np.isfinite(some).any()


@given(rows=markets(), age=st.integers(0, 12 * 60), data=st.data())
def test_lag_of_some_rows(rows: Rows, age: int, data: st.DataObject) -> None:
    asked = np.array(data.draw(st.lists(st.integers(0, rows.value.size - 1), max_size=9)), dtype=np.int64)
    given_rows = rows.group, rows.time, rows.value, age * HOUR // 60
    assert window.lag(*given_rows, asked).tobytes() == window.lag(*given_rows)[asked].tobytes()


@given(rows=markets(), age=st.integers(0, 12 * 60))
def test_lag_equals_the_plain_loop(rows: Rows, age: int) -> None:
    age_us = age * HOUR // 60
    expected = []
    for i in range(rows.value.size):
        earlier = [
            (int(rows.time[j]), float(rows.value[j]))
            for j in range(rows.value.size)
            if rows.group[j] == rows.group[i] and rows.time[j] <= rows.time[i] - age_us
        ]
        time, number = max(earlier, key=lambda row: row[0], default=(0, math.nan))
        fresh = earlier and rows.time[i] - time <= age_us * 1.2
        expected.append(number if fresh else math.nan)
    assert_same(window.lag(rows.group, rows.time, rows.value, age_us), expected)


def test_no_rows_give_no_results() -> None:
    none = np.empty(0, dtype=np.int64)
    assert window.rolling_mean(none, none, np.empty(0), HOUR).size == 0
    assert window.lag(none, none, np.empty(0), HOUR).size == 0


def test_empty_width_is_refused() -> None:
    one = np.zeros(1, dtype=np.int64)
    with pytest.raises(ValueError, match="below the least"):
        window.rolling_mean(one, one, np.zeros(1), 0)


def test_width_beyond_any_history_is_unknown() -> None:
    time = np.arange(4) * HOUR
    result = window.rolling_sum(np.zeros(4, dtype=np.int64), time, np.ones(4), 10**30)
    assert np.isnan(result).all()
