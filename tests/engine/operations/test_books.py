"""The other books that come with the engine: sound, tried by their scenarios, and run on the made market."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import polars as pl
import pytest

from engine.book.bind import bind
from engine.book.compile import CompiledBook, compile_book
from engine.book.load import check_book, load_book
from engine.book.scenarios.coverage import measure_coverage
from engine.book.scenarios.trial import try_scenarios
from engine.cycle import Outcome
from engine.operations.lint import lint_book
from engine.operations.run import run_book
from engine.operations.sources import GeneratedSource
from engine.operations.starter import STARTER, find_starter
from engine.tables.lint.finding import Severity

OTHERS = ("cash-and-carry", "cross-venue-funding", "reverse-carry", "spot-arbitrage")
ROLES = ("universe", "entry", "exit", "sizing", "execution")
AT = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def compile_once(name: str) -> CompiledBook:
    return compile_book(load_book(find_starter(name)))


@cache
def run_hour(name: str) -> Outcome:
    (outcome,) = run_book(
        bind(compile_once(name)), GeneratedSource(8, AT, 1, bases=("BTC", "ETH", "SOL", "PEPE"))
    )
    return outcome


def test_these_are_the_books() -> None:
    folders = sorted(path.name for path in find_starter().parent.iterdir() if path.is_dir())
    assert folders == sorted([STARTER, *OTHERS])


@pytest.mark.parametrize("name", OTHERS)
def test_a_book_is_whole_and_sound(name: str) -> None:
    assert check_book(find_starter(name)) == []
    book = compile_once(name).book
    assert book.manifest.name == name
    assert set(book.tables) == set(ROLES)
    assert all(
        [book.parameters, book.metrics, book.limits, book.allocation, book.targets, book.scenarios.rows]
    )


@pytest.mark.parametrize("name", OTHERS)
def test_every_rule_and_every_limit_decides_in_a_scenario(name: str) -> None:
    compiled = compile_once(name)
    tried = try_scenarios(compiled)
    assert [each.scenario.id for each in tried if not each.passed] == []
    covered = measure_coverage(compiled.book, tried)
    assert {each.table: each.not_hit + each.never_decide for each in covered} == dict.fromkeys(
        [*ROLES, "limits"], ()
    )


@pytest.mark.parametrize("name", OTHERS)
def test_the_defaults_and_the_bounds_are_tried_too(name: str) -> None:
    tried = try_scenarios(compile_once(name))
    silent = {each.scenario.table for each in tried if each.found == "default"}
    assert silent >= {"universe", "entry", "exit", "limits"}
    assert any(each.found.startswith("unknown") for each in tried if each.scenario.table == "entry")


@pytest.mark.parametrize("name", OTHERS)
def test_lint_finds_nothing_worse_than_gaps_that_the_default_answers(name: str) -> None:
    assert {each.severity for each in lint_book(compile_once(name), ROLES)} == {Severity.INFO}


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("cash-and-carry", 8, 20),
        ("cross-venue-funding", 80, 200),
        ("reverse-carry", 10, 16),
        ("spot-arbitrage", 6, 12),
    ],
)
def test_a_book_finds_its_candidates_in_the_made_market(name: str, least: int, most: int) -> None:
    funnel = run_hour(name).funnel
    assert least <= funnel.pairs <= most
    assert 0 < funnel.universe <= funnel.pairs
    assert funnel.unknown <= funnel.pairs / 4


def test_perpetuals_of_two_venues_are_paired_both_ways_and_per_coin() -> None:
    pairs = run_hour("cross-venue-funding").pairs
    assert (pairs["long_venue"] != pairs["short_venue"]).all()
    turned = pairs.select(
        pl.concat_str("short_venue", "short_symbol", "long_venue", "long_symbol", separator=" ")
    ).to_series()
    straight = pl.concat_str("long_venue", "long_symbol", "short_venue", "short_symbol", separator=" ")
    assert set(turned) == set(pairs.select(straight).to_series())
    assert pairs["basis_in"].abs().max() < 0.02  # type: ignore[operator]
    assert {1.0, 1000.0} <= set(pairs["long_multiplier"])
    assert pairs.filter(pl.col("long_quote") != pl.col("short_quote")).height > 20


def test_futures_are_paired_with_the_spot_of_their_venue_and_quote() -> None:
    outcome = run_hour("cash-and-carry")
    pairs = outcome.pairs
    assert set(pairs["venue"]) == {"binance", "kraken"}
    assert pairs.group_by("venue", "base").len()["len"].unique().to_list() == [2]
    assert (pairs["future_expiry_days"] < 200).all()
    assert len(outcome.ranking) > 0


def test_a_borrowed_coin_is_sold_against_the_perpetual_of_its_venue() -> None:
    pairs = run_hour("reverse-carry").pairs
    assert pairs["spot_borrow_apr"].is_not_null().all()
    assert pairs["pair"].str.contains(r"^(\w+):(\w+)/USDT?_\w+:\w+/USDT?:USDT?$").all()


def test_the_best_spot_markets_of_a_coin_make_one_candidate() -> None:
    pairs = run_hour("spot-arbitrage").pairs
    assert pairs.select("base", "quote").is_unique().all()
    assert (pairs["cheap_venue"] != pairs["dear_venue"]).all()
    assert (pairs["basis_in"] < 0.01).all()
