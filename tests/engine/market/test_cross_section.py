"""Cross-section functions against a plain loop."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.market.cross_section import percentile, rank, zscore
from engine.market.sequence import FloatArray, IntArray


class Rows(NamedTuple):
    time: IntArray
    value: FloatArray

    def others(self, i: int) -> list[float]:
        """Known values of the same time, ascending."""
        same = self.value[self.time == self.time[i]]
        return sorted(float(number) for number in same if not math.isnan(number))


@st.composite
def rows_of_few_times(draw: st.DrawFn) -> Rows:
    count = draw(st.integers(1, 30))
    time = draw(st.lists(st.integers(-1, 2), min_size=count, max_size=count))
    number = st.one_of(st.sampled_from([-1.0, -0.0, 0.0, 0.1, 2.5]), st.floats(-1e9, 1e9), st.just(math.nan))
    value = draw(st.lists(number, min_size=count, max_size=count))
    return Rows(np.array(time, dtype=np.int64), np.array(value, dtype=np.float64))


def standardise(number: float, others: list[float]) -> float:
    if len(others) < 2 or others[0] == others[-1]:
        return math.nan
    total = 0.0
    for other in others:
        total += other
    mean = total / len(others)
    squares = 0.0
    for other in others:
        squares += (other - mean) * (other - mean)
    spread = math.sqrt(squares / (len(others) - 1))
    return (number - mean) / spread if spread > 0 else math.nan


@given(rows_of_few_times())
def test_rank_counts_the_larger(rows: Rows) -> None:
    expected = [
        math.nan if math.isnan(number) else 1.0 + sum(other > number for other in rows.others(i))
        for i, number in enumerate(rows.value.tolist())
    ]
    np.testing.assert_array_equal(rank(rows.time, rows.value), expected)


@given(rows_of_few_times())
def test_percentile_counts_the_not_larger(rows: Rows) -> None:
    expected = [
        math.nan
        if math.isnan(number)
        else sum(other <= number for other in rows.others(i)) / len(rows.others(i))
        for i, number in enumerate(rows.value.tolist())
    ]
    np.testing.assert_array_equal(percentile(rows.time, rows.value), expected)


@given(rows_of_few_times())
def test_zscore_equals_the_plain_loop(rows: Rows) -> None:
    expected = [
        math.nan if math.isnan(number) else standardise(number, rows.others(i))
        for i, number in enumerate(rows.value.tolist())
    ]
    np.testing.assert_array_equal(zscore(rows.time, rows.value), expected)


@given(rows_of_few_times(), st.data())
def test_row_order_does_not_matter(rows: Rows, data: st.DataObject) -> None:
    shuffled = np.array(data.draw(st.permutations(range(rows.value.size))), dtype=np.int64)
    for function in (rank, percentile, zscore):
        straight = function(rows.time, rows.value)
        np.testing.assert_array_equal(function(rows.time[shuffled], rows.value[shuffled]), straight[shuffled])


def test_equal_values_have_no_spread() -> None:
    time = np.zeros(3, dtype=np.int64)
    assert np.isnan(zscore(time, np.full(3, 0.1))).all()
    assert rank(time, np.full(3, 0.1)).tolist() == [1.0, 1.0, 1.0]
