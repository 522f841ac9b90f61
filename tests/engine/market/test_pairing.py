"""Which quotes become candidates, and what a candidate says."""

from __future__ import annotations

from collections.abc import Callable

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


def test_a_pair_stands_for_the_shortest_step_of_its_legs(make_quotes: MakeQuotes, carry: Pairing) -> None:
    pairs = pair_quotes(make_quotes({"step_s": None}, {**SWAP, "step_s": 3600.0}), carry)
    assert pairs["step_s"].to_list() == [3600.0]


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
