"""Which quotes become candidates, and what a candidate says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from engine.market.pairing import pair_quotes
from engine.model import Leg, Pairing

MakeQuotes = Callable[..., pl.DataFrame]

SWAP = {"kind": "swap", "bid": 110.0, "ask": 111.0}


def test_legs_meet_at_equal_time_and_keys(make_quotes: MakeQuotes, carry: Pairing) -> None:
    quotes = make_quotes(
        {},
        SWAP,
        {"hour": 8},
        {**SWAP, "hour": 16},
        {"venue": "boreal"},
        {**SWAP, "base": "ETH"},
        {**SWAP, "quote": "USDC"},
    )
    pairs = pair_quotes(quotes, carry)
    assert pairs["pair"].to_list() == ["aster:BTC/USDT:USDT"]
    assert pairs.select("venue", "base", "quote", "spot_symbol").row(0) == (
        "aster",
        "BTC",
        "USDT",
        "BTC/USDT",
    )


def test_a_leg_opens_and_closes_at_the_price_of_its_side(make_quotes: MakeQuotes, carry: Pairing) -> None:
    pairs = pair_quotes(make_quotes({}, SWAP), carry)
    prices = pairs.select("spot_open", "spot_close", "perp_open", "perp_close").row(0)
    assert prices == (101.0, 100.0, 110.0, 111.0)


def test_a_missing_price_leaves_the_pair_in_place(make_quotes: MakeQuotes, carry: Pairing) -> None:
    pairs = pair_quotes(make_quotes({"bid": None}, SWAP), carry)
    assert pairs.select("spot_close", "spot_open").row(0) == (None, 101.0)


def test_a_pair_stands_for_the_step_of_its_swap(make_quotes: MakeQuotes, carry: Pairing) -> None:
    pairs = pair_quotes(make_quotes({"step_s": None}, {**SWAP, "step_s": 3600.0}), carry)
    assert pairs["step_s"].to_list() == [3600.0]


def test_a_spot_market_has_no_say_in_the_step_of_a_pair(make_quotes: MakeQuotes, carry: Pairing) -> None:
    quotes = make_quotes({"step_s": 3600.0}, {**SWAP, "step_s": 28800.0})
    assert pair_quotes(quotes, carry)["step_s"].to_list() == [28800.0]


def test_a_pair_without_a_step_of_its_swaps_takes_that_of_its_spot(
    make_quotes: MakeQuotes, carry: Pairing
) -> None:
    quotes = make_quotes({"step_s": 3600.0}, {**SWAP, "step_s": None})
    assert pair_quotes(quotes, carry)["step_s"].to_list() == [3600.0]


def test_one_instrument_is_never_on_two_legs(make_quotes: MakeQuotes) -> None:
    legs = (Leg("long", "swap", "buy"), Leg("short", "swap", "sell"))
    quotes = make_quotes(SWAP, {**SWAP, "venue": "boreal"})
    pairs = pair_quotes(quotes, Pairing(legs, ("base",)))
    assert pairs["pair"].to_list() == [
        "aster:BTC/USDT:USDT_boreal:BTC/USDT:USDT",
        "boreal:BTC/USDT:USDT_aster:BTC/USDT:USDT",
    ]
    assert pairs["short_venue"].to_list() == ["boreal", "aster"]


def test_three_legs_and_one_leg(make_quotes: MakeQuotes, carry: Pairing) -> None:
    quotes = make_quotes({}, SWAP, {"kind": "future", "symbol": "BTC/USDT:USDT-240329"})
    three = Pairing((*carry.legs, Leg("future", "future", "sell")), carry.keys)
    (pair,) = pair_quotes(quotes, three)["pair"]
    assert pair == "aster:BTC/USDT:USDT_aster:BTC/USDT:USDT-240329"
    alone = Pairing((Leg("spot", "spot", "buy"),), carry.keys)
    assert pair_quotes(quotes, alone)["pair"].to_list() == ["aster:BTC/USDT"]


def test_a_key_must_be_a_text_of_a_quote(make_quotes: MakeQuotes, carry: Pairing) -> None:
    with pytest.raises(ValueError, match="no text column of a quote: bid, colour"):
        pair_quotes(make_quotes(), Pairing(carry.legs, ("venue", "bid", "colour")))


def test_a_pairing_has_a_leg(make_quotes: MakeQuotes) -> None:
    with pytest.raises(ValueError, match="at least one leg"):
        pair_quotes(make_quotes(), Pairing((), ("venue",)))


def swaps(*facts: tuple[str, str, float, float]) -> list[dict[str, object]]:
    return [
        {"kind": "swap", "venue": venue, "quote": quote, "bid": bid, "ask": ask}
        for venue, quote, bid, ask in facts
    ]


LONG, SHORT = Leg("long", "swap", "buy"), Leg("short", "swap", "sell")


def test_legs_may_have_to_differ(make_quotes: MakeQuotes) -> None:
    quotes = make_quotes(*swaps(("aster", "USDT", 1, 2), ("aster", "USDC", 1, 2), ("boreal", "USDT", 1, 2)))
    pairs = pair_quotes(quotes, Pairing((LONG, SHORT), ("base",), differ=("venue",)))
    assert pairs["pair"].to_list() == [
        "aster:BTC/USDC:USDC_boreal:BTC/USDT:USDT",
        "aster:BTC/USDT:USDT_boreal:BTC/USDT:USDT",
        "boreal:BTC/USDT:USDT_aster:BTC/USDC:USDC",
        "boreal:BTC/USDT:USDT_aster:BTC/USDT:USDT",
    ]


def test_words_may_count_as_equal(make_quotes: MakeQuotes) -> None:
    quotes = make_quotes(*swaps(("aster", "USDT", 1, 2), ("boreal", "USD", 1, 2), ("cedar", "EUR", 1, 2)))
    dollars = {"quote": frozenset({"USDT", "USD"})}
    pairs = pair_quotes(quotes, Pairing((LONG, SHORT), ("base", "quote"), dollars))
    assert pairs.select("long_quote", "short_quote", "quote").rows() == [
        ("USDT", "USD", "USDT"),
        ("USD", "USDT", "USD"),
    ]


def test_spot_legs_are_told_where_quotes_are_equivalent(make_quotes: MakeQuotes, carry: Pairing) -> None:
    quotes = make_quotes({}, {"quote": "USD"}, SWAP)
    dollars = Pairing(carry.legs, carry.keys, {"quote": frozenset({"USDT", "USD"})})
    assert pair_quotes(quotes, dollars)["pair"].to_list() == [
        "aster:BTC/USDT_aster:BTC/USDT:USDT",
        "aster:BTC/USD_aster:BTC/USDT:USDT",
    ]


def test_prices_are_per_coin(make_quotes: MakeQuotes, carry: Pairing) -> None:
    thousand = {**SWAP, "symbol": "1000PEPE/USDT:USDT", "multiplier": 1000.0, "mark": 110.5}
    quotes = make_quotes({"bid": 0.1, "ask": 0.2, "mark": 0.1}, thousand)
    row = pair_quotes(quotes, carry).row(0, named=True)
    assert (row["spot_open"], row["perp_bid"], row["perp_mark"], row["perp_close"]) == (
        0.2,
        0.11,
        0.1105,
        0.111,
    )
    assert (row["spot_multiplier"], row["perp_multiplier"]) == (None, 1000.0)
    assert row["perp_bid"] * row["perp_multiplier"] == pytest.approx(110.0)


def test_the_best_instrument_of_a_leg_is_the_one_that_opens_it_best(make_quotes: MakeQuotes) -> None:
    quotes = make_quotes(
        *swaps(
            ("aster", "USDT", 5, 9), ("boreal", "USDT", 6, 8), ("cedar", "USDT", 6, 8), ("dune", "USDT", 4, 7)
        )
    )
    best = Pairing((replace(LONG, pick="best"), replace(SHORT, pick="best")), ("base",))
    assert pair_quotes(quotes, best)["pair"].to_list() == ["dune:BTC/USDT:USDT_boreal:BTC/USDT:USDT"]
    one = Pairing((replace(LONG, pick="best"), SHORT), ("base",), differ=("venue",))
    assert pair_quotes(quotes, one)["long_venue"].unique().to_list() == ["dune"]
    assert pair_quotes(quotes, one).height == 3


def test_an_unknown_price_is_never_the_best_but_stays_where_it_is_alone(make_quotes: MakeQuotes) -> None:
    best = Pairing((replace(LONG, pick="best"),), ("base",))
    known = make_quotes(*swaps(("aster", "USDT", 5, 9)), {**SWAP, "venue": "boreal", "ask": None})
    assert pair_quotes(known, best)["venue"].to_list() == ["aster"]
    assert pair_quotes(known.filter(pl.col("venue") == "boreal"), best)["long_open"].to_list() == [None]


def test_a_borrowed_coin_is_sold_against_its_perpetual(make_quotes: MakeQuotes) -> None:
    legs = (Leg("spot", "margin", "sell"), Leg("perp", "swap", "buy"))
    quotes = make_quotes({}, {"kind": "margin", "symbol": "BTC/USDT", "borrow_apr": 0.05}, SWAP)
    (row,) = pair_quotes(quotes, Pairing(legs, ("venue", "base", "quote"))).rows(named=True)
    assert (row["pair"], row["spot_borrow_apr"]) == ("aster:BTC/USDT_aster:BTC/USDT:USDT", 0.05)


@pytest.mark.parametrize(
    ("pairing", "fault"),
    [
        (Pairing((LONG, SHORT), ("base", "venue"), differ=("venue",)), "equal and different in venue"),
        (Pairing((LONG, SHORT), ("base",), {"quote": frozenset({"USD"})}), "no key: quote"),
        (Pairing((LONG, SHORT), ("base",), differ=("colour",)), "no text column of a quote: colour"),
    ],
)
def test_a_pairing_that_contradicts_itself_is_refused(
    make_quotes: MakeQuotes, pairing: Pairing, fault: str
) -> None:
    with pytest.raises(ValueError, match=fault):
        pair_quotes(make_quotes({}), pairing)
