"""The generated market: the same again, plausible, and faulty enough."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from engine.exchange.generator import GeneratedMarket, generate_market
from engine.frames.settlements import validate_settlements
from engine.market.assembly import Candidates, assemble_candidates
from engine.model import Leg, Pairing

START = datetime(2024, 6, 1, 3, tzinfo=UTC)
CARRY = Pairing((Leg("spot", "spot", "buy"), Leg("perp", "swap", "sell")), ("venue", "base", "quote"))


@pytest.fixture(scope="module")
def market() -> GeneratedMarket:
    return generate_market(7, START, cycles=20)


@pytest.fixture(scope="module")
def candidates(market: GeneratedMarket) -> Candidates:
    return assemble_candidates(market.quotes, market.settlements, CARRY, start=market.start)


def test_a_seed_gives_the_same_market_again(market: GeneratedMarket) -> None:
    again = generate_market(7, START, cycles=20)
    assert_frame_equal(again.quotes, market.quotes, check_exact=True)
    assert_frame_equal(again.settlements, market.settlements, check_exact=True)


def test_another_seed_gives_another_market(market: GeneratedMarket) -> None:
    other = generate_market(8, START, cycles=20)
    assert (other.quotes["mark"] != market.quotes["mark"]).all()


def test_more_cycles_only_add(market: GeneratedMarket) -> None:
    longer = generate_market(7, START, cycles=23).quotes
    last = market.quotes["ts"].max()
    assert_frame_equal(longer.filter(pl.col("ts") <= last), market.quotes, check_exact=True)
    assert longer["ts"].n_unique() == market.quotes["ts"].n_unique() + 3


def test_the_first_cycle_is_a_settlement_and_has_a_month_before_it(market: GeneratedMarket) -> None:
    assert market.start == datetime(2024, 6, 1, tzinfo=UTC)
    assert market.quotes["ts"].min() == market.start - timedelta(days=30)
    assert market.quotes["ts"].max() == market.start + 19 * timedelta(hours=8)


def test_windows_are_known_at_the_first_cycle(market: GeneratedMarket, candidates: Candidates) -> None:
    first = candidates.pairs.filter(~pl.col("warm_up")).filter(pl.col("ts") == market.start)
    assert first.height >= 40
    assert first["perp_funding_apr_30d"].null_count() == 0


def test_settlements_are_of_the_agreed_form(market: GeneratedMarket) -> None:
    validate_settlements(market.settlements)


def test_rates_are_mostly_neutral_and_sometimes_hot(market: GeneratedMarket) -> None:
    rates = market.settlements["rate"].to_numpy()
    assert np.median(rates) == 0.0001
    assert 0.4 < np.mean(rates == 0.0001) < 0.8
    assert 0.02 < np.mean(rates > 0.0003) < 0.25
    assert 0.02 < np.mean(rates < 0) < 0.4


def test_some_quotes_are_missing_and_some_crossed(market: GeneratedMarket, candidates: Candidates) -> None:
    assert 0.001 < market.quotes["bid"].null_count() / market.quotes.height < 0.02
    assert set(candidates.quarantined["reason"]) == {"bid above ask"}
    assert candidates.quarantined.height < 0.01 * market.quotes.height


@pytest.mark.parametrize("cycles", [0, -3])
def test_a_market_without_cycles_is_refused(cycles: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        generate_market(7, START, cycles=cycles)
