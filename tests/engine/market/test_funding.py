"""Settled funding a year against a plain loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.frames.columns import INSTANT
from engine.market.assembly import assemble_candidates
from engine.market.funding import add_funding_aprs
from engine.model import Leg, Pairing

MakeQuotes = Callable[..., pl.DataFrame]
START = datetime(2024, 1, 1, tzinfo=UTC)
PERP = Leg("perp", "swap", "sell")


def tabulate(hours: list[int], **columns: Sequence[float | None]) -> pl.DataFrame:
    times = [START + timedelta(hours=hour) for hour in hours]
    frame = pl.DataFrame(
        {"ts": pl.Series(times, dtype=INSTANT), "venue": "aster", "symbol": "BTC/USDT:USDT"},
    )
    series = [pl.Series(name, values, dtype=pl.Float64) for name, values in columns.items()]
    return frame.with_columns(series)


def name_perp(moments: pl.DataFrame) -> pl.DataFrame:
    return moments.rename({"venue": "perp_venue", "symbol": "perp_symbol"})


@st.composite
def settlements(draw: st.DrawFn) -> pl.DataFrame:
    """Payments whose interval changes now and then, some of them unknown or absent."""
    intervals = draw(st.lists(st.sampled_from([1, 4, 8]), min_size=1, max_size=40))
    hours = [sum(intervals[: place + 1]) for place in range(len(intervals))]
    rate = st.one_of(st.none(), st.floats(-0.01, 0.01))
    rates = draw(st.lists(rate, min_size=len(hours), max_size=len(hours)))
    kept = draw(st.lists(st.integers(0, 9), min_size=len(hours), max_size=len(hours)))
    whole = tabulate(hours, rate=rates, interval_hours=[float(hour) for hour in intervals])
    return whole.filter(pl.Series(kept) > 0)


def annualise(paid: pl.DataFrame, moment: datetime, days: int) -> float | None:
    total, weight = 0.0, 0.0
    for ts, rate, hours in paid.sort("ts").select("ts", "rate", "interval_hours").rows():
        if moment - timedelta(days=days) < ts <= moment and rate is not None:
            total += rate
            weight += hours
    return total / weight * 8760 if weight / (days * 24) >= 0.8 * (1 - 1e-9) else None


@given(paid=settlements(), hours=st.lists(st.integers(0, 200), min_size=1, max_size=10, unique=True))
def test_funding_equals_the_plain_loop(paid: pl.DataFrame, hours: list[int]) -> None:
    pairs = add_funding_aprs(name_perp(tabulate(hours)), paid, [PERP])
    for days in (1, 3):
        expected = [annualise(paid, ts, days) for ts in pairs["ts"]]
        assert pairs[f"perp_funding_apr_{days}d"].to_list() == expected


@given(paid=settlements(), hour=st.integers(0, 200))
def test_later_payments_change_nothing(paid: pl.DataFrame, hour: int) -> None:
    moments = name_perp(tabulate([hour]))
    known = paid.filter(pl.col("ts") <= moments["ts"][0])
    whole, early = (add_funding_aprs(moments, rows, [PERP]) for rows in (paid, known))
    assert whole.rows() == early.rows()


def test_a_change_of_interval_weighs_right() -> None:
    """Eight hours at 0.01 % and sixteen at 0.01 % per hour are not a plain mean of rates."""
    hours = [8, *range(9, 25)]
    rates = [0.0001] * len(hours)
    paid = tabulate(hours, rate=rates, interval_hours=[8.0] + [1.0] * 16)
    pairs = add_funding_aprs(name_perp(tabulate([24])), paid, [PERP])
    assert pairs["perp_funding_apr_1d"][0] == pytest.approx(17 * 0.0001 / 24 * 8760, rel=1e-14)


def test_the_neutral_rate_is_10_95_percent_a_year() -> None:
    paid = tabulate([8, 16, 24], rate=[0.0001] * 3, interval_hours=[8.0] * 3)
    pairs = add_funding_aprs(name_perp(tabulate([24])), paid, [PERP])
    assert pairs["perp_funding_apr_1d"][0] == pytest.approx(0.1095, rel=1e-12)
    assert pairs["perp_funding_apr_3d"][0] is None


def test_candidates_are_cleaned_paired_and_funded(make_quotes: MakeQuotes, carry: Pairing) -> None:
    swap = {"kind": "swap", "hour": 24}
    quotes = make_quotes({"hour": 24}, swap, {**swap, "venue": "boreal", "bid": 200.0}, {"hour": 16})
    paid = tabulate([8, 16, 24], rate=[0.0001] * 3, interval_hours=[8.0] * 3)
    candidates = assemble_candidates(quotes, paid, carry, start=START + timedelta(hours=24))
    (row,) = candidates.pairs.rows(named=True)
    assert row["perp_funding_apr_1d"] == pytest.approx(0.1095)
    assert row["spot_funding_apr_1d"] is None
    assert row["warm_up"] is False
    assert candidates.quarantined["reason"].to_list() == ["bid above ask"]
