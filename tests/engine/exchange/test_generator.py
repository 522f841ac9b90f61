"""The made market: the same again from anywhere, paid when it should be, and faulty enough."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from engine.exchange.generator import MARKET_ORIGIN, WARM_UP, GeneratedMarket, generate_market
from engine.exchange.generator.coins import list_coins
from engine.exchange.generator.listings import draw_lives, list_all
from engine.frames.quotes import QUOTE_COLUMNS
from engine.frames.settlements import validate_settlements
from engine.market.assembly import Candidates, assemble_candidates
from engine.market.catalogue import NEVER
from engine.market.clean import STALE_AFTER_S, clean_quotes
from engine.market.words import COINS, STATUSES, VENUES
from engine.model import Leg, Pairing

HOUR = timedelta(hours=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
CARRY = Pairing((Leg("spot", "spot", "buy"), Leg("perp", "swap", "sell")), ("venue", "base", "quote"))


@pytest.fixture(scope="module")
def market() -> GeneratedMarket:
    return generate_market(7, START, cycles=20)


@pytest.fixture(scope="module")
def candidates(market: GeneratedMarket) -> Candidates:
    return assemble_candidates(market.quotes, market.settlements, CARRY, start=market.start)


@pytest.fixture(scope="module")
def long() -> GeneratedMarket:
    """Half a year, in which intervals change, and coins are listed and delisted."""
    return generate_market(2, START + timedelta(days=150), cycles=1, warm_up=timedelta(days=180))


@cache
def make_from_its_origin(seed: int) -> GeneratedMarket:
    return generate_market(seed, START, cycles=525, warm_up=timedelta(0), origin=START)


def take(frame: pl.DataFrame, first: datetime, last: datetime) -> pl.DataFrame:
    return frame.filter(pl.col("ts").is_between(first, last))


def test_a_seed_gives_the_same_market_again(market: GeneratedMarket) -> None:
    again = generate_market(7, START, cycles=20)
    assert_frame_equal(again.quotes, market.quotes, check_exact=True)
    assert_frame_equal(again.settlements, market.settlements, check_exact=True)


def test_another_seed_gives_another_market(market: GeneratedMarket) -> None:
    other = generate_market(8, START, cycles=1).quotes
    key = ["ts", "venue", "symbol"]
    both = other.join(market.quotes.unique(key), on=key, suffix="_other").drop_nulls(["mark", "mark_other"])
    assert both.height > 100_000
    assert (both["mark"] != both["mark_other"]).mean() > 0.999  # type: ignore[operator]


@settings(max_examples=8)
@given(skipped=st.integers(0, 500), cycles=st.integers(1, 12), seed=st.integers(0, 3))
def test_a_stretch_does_not_depend_on_where_it_begins_and_ends(skipped: int, cycles: int, seed: int) -> None:
    start = START + (skipped + 12) * HOUR
    short = generate_market(seed, start, cycles=cycles, warm_up=12 * HOUR, origin=START)
    whole = make_from_its_origin(seed)
    last = short.start + (cycles - 1) * HOUR
    assert_frame_equal(take(whole.quotes, short.start - 12 * HOUR, last), short.quotes, check_exact=True)
    assert_frame_equal(take(whole.settlements, START, last), short.settlements, check_exact=True)


def test_a_run_may_go_on_two_days_later() -> None:
    later = generate_market(5, START + timedelta(days=2), cycles=5, warm_up=HOUR)
    whole = generate_market(5, START, cycles=53, warm_up=HOUR)
    assert_frame_equal(take(whole.quotes, later.quotes["ts"][0], START + 53 * HOUR), later.quotes)


def test_quotes_begin_with_the_warm_up_and_settlements_a_month_before(market: GeneratedMarket) -> None:
    times = market.quotes["ts"].unique().sort()
    assert market.start == START
    assert times.to_list() == [START - WARM_UP + hour * HOUR for hour in range(740)]
    assert market.settlements["ts"].min() == START - WARM_UP - timedelta(days=30)
    assert market.settlements["ts"].max() == START + 19 * HOUR


def test_a_start_between_two_hours_is_taken_down() -> None:
    within = generate_market(7, START + timedelta(minutes=59), cycles=1, warm_up=HOUR)
    assert within.start == START
    assert within.quotes["ts"].unique().sort().to_list() == [START - HOUR, START]


def test_the_first_possible_start_is_told() -> None:
    earliest = MARKET_ORIGIN + WARM_UP
    assert generate_market(7, earliest, cycles=1).quotes["ts"].min() == MARKET_ORIGIN
    with pytest.raises(ValueError, match=f"from {earliest:%Y-%m-%d %H:%M} on"):
        generate_market(7, earliest - HOUR, cycles=1)


@pytest.mark.parametrize("cycles", [0, -3])
def test_a_market_without_cycles_is_refused(cycles: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        generate_market(7, START, cycles=cycles)


def test_an_origin_within_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="no midnight"):
        generate_market(7, START, cycles=1, origin=START - timedelta(days=90, hours=5))


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="non-negative"):
        generate_market(-1, START, cycles=1)


def test_frames_are_of_the_agreed_form(market: GeneratedMarket) -> None:
    assert dict(market.quotes.schema) == QUOTE_COLUMNS
    validate_settlements(market.settlements)


def test_words_are_known(market: GeneratedMarket) -> None:
    assert {coin.base for coin in list_coins()} <= COINS
    assert set(market.quotes["venue"]) == {"binance", "coinbase", "kraken", "bitfinex", "kucoin"}
    assert set(market.quotes["venue"]) <= VENUES
    assert set(market.quotes["status"]) <= STATUSES


def test_several_hundred_instruments_are_traded(market: GeneratedMarket) -> None:
    now = market.quotes.filter(pl.col("ts") == START).unique(["venue", "kind", "symbol"])
    assert 750 <= now.height <= 850
    assert 95 <= now["base"].n_unique() <= 110
    boards = {(*each,) for each in now.select("venue", "kind", "quote").unique().rows()}
    assert boards >= {("binance", "swap", "USDC"), ("coinbase", "spot", "USD"), ("kraken", "swap", "USD")}
    assert boards >= {("bitfinex", "spot", "USD"), ("kucoin", "spot", "USDT"), ("coinbase", "swap", "USDC")}
    swaps = now.filter(pl.col("kind") == "swap", pl.col("multiplier") == 1)
    assert (swaps["symbol"] == swaps["base"] + "/" + swaps["quote"] + ":" + swaps["settle"]).all()


def test_windows_are_known_at_the_first_cycle(market: GeneratedMarket, candidates: Candidates) -> None:
    first = candidates.pairs.filter(pl.col("ts") == market.start)
    assert first.height >= 240
    young = first.filter(pl.col("perp_funding_apr_30d").is_null())
    assert (young["perp_listed_days"] < 30).all()
    assert young.height < 20


def test_prices_of_a_coin_are_nearly_equal_everywhere(market: GeneratedMarket) -> None:
    clean = clean_quotes(market.quotes).quotes.filter(pl.col("base") == "BTC", pl.col("kind") == "spot")
    middle = clean.with_columns(middle=(pl.col("bid") + pl.col("ask")) / 2).drop_nulls("middle")
    spread = middle.group_by("ts").agg(bp=(pl.col("middle").max() / pl.col("middle").min() - 1) * 1e4)
    assert 1 < spread["bp"].mean() < 12  # type: ignore[operator]


def test_bids_are_below_asks_and_numbers_above_zero(market: GeneratedMarket) -> None:
    clean = clean_quotes(market.quotes).quotes.drop_nulls(["bid", "ask"])
    assert (clean["bid"] < clean["ask"]).all()
    for name in ("volume_usd_24h", "depth_usd", "taker_fee"):
        assert (clean[name] > 0).all(), name
    assert clean["has_book"].all()
    assert clean["step_s"].unique().to_list() == [3600.0]


def test_a_payment_ends_an_interval_and_intervals_follow_each_other(long: GeneratedMarket) -> None:
    paid = long.settlements
    hour = pl.col("ts").dt.timestamp("ms") // 3_600_000
    whole = paid.select("venue", "symbol", "interval_hours", hour=hour).sort("venue", "symbol", "hour")
    assert (whole["hour"] % whole["interval_hours"] == 0).all()
    gaps = whole.with_columns(gap=pl.col("hour").diff().over("venue", "symbol")).drop_nulls()
    assert (gaps["gap"] == gaps["interval_hours"]).all()
    kinds = whole.group_by("venue").agg(pl.col("interval_hours").unique().sort()).rows()
    steady = {"coinbase": [1.0], "kraken": [1.0], "bitfinex": [8.0]}
    assert dict(kinds) == {**steady, "binance": [1.0, 4.0, 8.0], "kucoin": [1.0, 4.0, 8.0]}


def test_an_interval_is_shortened_by_a_rate_at_its_bound_and_comes_back(long: GeneratedMarket) -> None:
    moved = long.settlements.filter(pl.col("venue").is_in(["binance", "kucoin"])).with_columns(
        change=pl.col("interval_hours").diff().over("venue", "symbol"),
        before=pl.col("rate").shift().abs().over("venue", "symbol"),
        calm=pl.col("rate").abs().rolling_max(17).shift().over("venue", "symbol"),
    )
    shorter, longer = moved.filter(pl.col("change") < 0), moved.filter(pl.col("change") > 0)
    assert shorter.height >= 5
    assert (shorter["before"] >= 0.0015).all()
    assert longer.height >= 3
    assert (longer["calm"].drop_nulls() < 0.01).all()


def test_a_quote_tells_the_next_payment_as_well_as_it_can_be_known(market: GeneratedMarket) -> None:
    """Better the nearer it is, and never for certain: the payment is not looked up."""
    quotes = market.quotes.filter(pl.col("kind") == "swap", pl.col("venue") == "binance")
    paid = market.settlements.rename({"ts": "due"})
    interval = pl.duration(hours=pl.col("funding_interval_hours").cast(pl.Int64))
    step = pl.col("funding_interval_hours").cast(pl.Int64)
    hours = step - (pl.col("ts").dt.hour().cast(pl.Int64) % step)
    told = (
        quotes.unique(["ts", "venue", "symbol"])
        .with_columns(due=pl.col("ts") + pl.duration(hours=hours), left=hours, span=interval)
        .join(paid, on=["due", "venue", "symbol"])
        .filter(
            pl.col("interval_hours") == 8, (pl.col("rate") != 0.0001) | (pl.col("funding_rate") != 0.0001)
        )
    )
    error = (
        told.with_columns(error=(pl.col("rate") - pl.col("funding_rate")).abs())
        .group_by("left")
        .agg(pl.col("error").mean())
    )
    by_hour = dict(error.rows())
    assert by_hour[1] < by_hour[4] < by_hour[8]
    assert 0 < by_hour[1] < 0.00003
    assert by_hour[8] < 0.0003
    assert (told["rate"] != told["funding_rate"]).mean() > 0.5  # type: ignore[operator]


def test_a_known_past_gives_the_same_expected_rate(market: GeneratedMarket) -> None:
    """What is expected at a time depends on nothing after it."""
    short = generate_market(7, START, cycles=3)
    assert_frame_equal(take(market.quotes, START - WARM_UP, START + 2 * HOUR), short.quotes)


def test_faults_are_rare_and_of_every_sort(market: GeneratedMarket) -> None:
    quarantined = clean_quotes(market.quotes).quarantined
    assert set(quarantined["reason"]) == {"bid above ask", "quoted twice", "not renewed"}
    assert quarantined.height < 0.01 * market.quotes.height
    assert 0.0005 < market.quotes["bid"].null_count() / market.quotes.height < 0.005
    twice = quarantined.filter(pl.col("reason") == "quoted twice")
    told = twice.group_by("ts", "venue", "kind", "symbol").agg(
        pl.len(), pl.col("bid").n_unique().alias("bids")
    )
    assert told["len"].unique().to_list() == [2]
    assert set(told["bids"]) == {1, 2}


def test_a_stale_quote_shows_the_prices_of_the_hour_before(market: GeneratedMarket) -> None:
    key = ["venue", "kind", "symbol"]
    rows = market.quotes.unique(["ts", *key], keep="none").sort(*key, "ts")
    before = [
        pl.col(name).shift().over(key).alias(f"{name}_before") for name in ("bid", "ask", "mark", "age_s")
    ]
    stale = rows.with_columns(*before).filter(pl.col("age_s") > STALE_AFTER_S)
    assert stale.height > 200
    known = stale.filter(pl.col("age_s_before") < STALE_AFTER_S).drop_nulls(["bid_before", "ask_before"])
    straight = known.filter(pl.col("bid_before") < pl.col("ask_before"))
    assert (straight["bid"] == straight["bid_before"]).all()
    assert (straight["ask"] == straight["ask_before"]).all()
    fresh = rows.filter(pl.col("age_s") <= STALE_AFTER_S)["age_s"]
    assert fresh.max() < 60  # type: ignore[operator]


def test_coins_are_listed_and_delisted_on_the_way(long: GeneratedMarket) -> None:
    quotes = long.quotes.filter(pl.col("kind").is_in(["spot", "swap"])).unique(["ts", "venue", "symbol"])
    life = quotes.group_by("venue", "symbol").agg(
        first=pl.col("ts").min(),
        last=pl.col("ts").max(),
        born_days=pl.col("listed_days").min(),
        least=pl.col("hours_to_delisting").min(),
        closing=(pl.col("status") == "closing").sum(),
        gone=pl.col("ts").max() < long.start,
        notice=(pl.col("hours_to_delisting") < NEVER).sum(),
    )
    born = life.filter(pl.col("first") > quotes["ts"].min())
    assert born.height > 10
    assert (born["born_days"] == 0).all()
    gone = life.filter("gone")
    assert gone.height > 4
    assert (gone["least"] == 1).all()
    assert (gone["closing"] == gone["notice"]).all()
    assert gone["closing"].is_between(90, 248).all()
    paid = long.settlements.join(gone, on=["venue", "symbol"])
    assert (paid["ts"] <= paid["last"] + HOUR).all()
    kept = life.filter(~pl.col("gone"), pl.col("least") >= NEVER)
    assert kept.height > 500


def test_a_venue_lists_and_delists_all_instruments_of_a_coin_at_once() -> None:
    instruments = list_all()
    lives = draw_lives(3, instruments)
    place = instruments.venue * 1000 + instruments.coin
    for ends in (lives.listed, lives.announced, lives.delisted):
        by_place = {key: set(ends[place == key]) for key in np.unique(place)}
        assert {len(times) for times in by_place.values()} == {1}
        whole = ends[np.isfinite(ends)]
        assert (whole % 8 == 0).all()
    assert (lives.delisted > lives.listed).all()
