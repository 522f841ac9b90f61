"""Pairs equal those of plain nested loops over every combination of quotes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations, groupby, product
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from engine.frames.quotes import QUOTE_COLUMNS
from engine.market.pairing import pair_quotes
from engine.model import Leg, Pairing

START = datetime(2024, 1, 1, tzinfo=UTC)
Row = dict[str, Any]

BASES, QUOTES, VENUES, KINDS = ("BTC", "PEPE"), ("USDT", "USDC", "USD"), ("aster", "boreal"), ("spot", "swap")
COLUMNS = ("venue", "base", "quote", "settle")

prices = st.one_of(st.none(), st.sampled_from([1.0, 2.0, 3.0, 1000.0]))


@st.composite
def draw_quotes(draw: st.DrawFn) -> list[Row]:
    """Instruments at one or two times; few names, so that many meet."""
    named = draw(
        st.lists(
            st.tuples(
                *(st.integers(0, 1), st.sampled_from(VENUES), st.sampled_from(KINDS), st.sampled_from(BASES)),
                *(st.sampled_from(QUOTES), st.sampled_from([1.0, 1000.0, None]), prices, prices),
            ),
            max_size=14,
            unique_by=lambda each: each[:6],
        )
    )
    return [
        {
            "ts": START + timedelta(hours=hour),
            "venue": venue,
            "kind": kind,
            "base": base,
            "quote": quote,
            "settle": None if kind == "spot" else quote,
            "symbol": f"{multiplier or ''}{base}/{quote}" + ("" if kind == "spot" else f":{quote}"),
            "multiplier": multiplier,
            "bid": bid,
            "ask": ask,
        }
        for hour, venue, kind, base, quote, multiplier, bid, ask in named
    ]


@st.composite
def draw_pairings(draw: st.DrawFn) -> Pairing:
    count = draw(st.integers(1, 3))
    legs = tuple(
        Leg(
            name,
            draw(st.sampled_from(["spot", "swap"])),
            draw(st.sampled_from(["buy", "sell"])),
            draw(st.sampled_from(["all", "best"])),
        )
        for name in ("one", "two", "three")[:count]
    )
    keys = tuple(draw(st.lists(st.sampled_from(COLUMNS), unique=True)))
    others = [column for column in COLUMNS if column not in keys]
    differ = tuple(draw(st.lists(st.sampled_from(others), unique=True))) if others else ()
    words = draw(st.sets(st.sampled_from(QUOTES), min_size=2))
    equivalent = {"quote": frozenset(words)} if "quote" in keys and draw(st.booleans()) else {}
    return Pairing(legs, keys, equivalent, differ)


def key_of(row: Row, pairing: Pairing) -> tuple[Any, ...]:
    return (
        row["ts"],
        *("any of them" if row[key] in pairing.equivalent.get(key, ()) else row[key] for key in pairing.keys),
    )


def price_of(row: Row, name: str) -> float | None:
    return None if row[name] is None else row[name] / (row["multiplier"] or 1.0)


def take_leg(rows: list[Row], leg: Leg, pairing: Pairing) -> list[Row]:
    of_kind = [row for row in rows if row["kind"] == leg.kind]
    if leg.pick == "all":
        return of_kind

    def goodness(row: Row) -> tuple[Any, ...]:
        price = price_of(row, "ask" if leg.side == "buy" else "bid")
        worth = 0.0 if price is None else price if leg.side == "buy" else -price
        return price is None, worth, row["venue"], row["symbol"]

    by_key = sorted(of_kind, key=lambda row: str(key_of(row, pairing)))
    return [min(group, key=goodness) for _, group in groupby(by_key, key=lambda row: key_of(row, pairing))]


def pair_by_loops(rows: list[Row], pairing: Pairing) -> Iterator[tuple[Any, ...]]:
    for chosen in product(*(take_leg(rows, leg, pairing) for leg in pairing.legs)):
        both = list(combinations(chosen, 2))
        keys = [key_of(row, pairing) for row in chosen]
        unknown = any(value is None for key in keys for value in key) and len(chosen) > 1
        if unknown or any(key != keys[0] for key in keys):
            continue
        if any(
            (one["venue"], one["symbol"], one["kind"]) == (b["venue"], b["symbol"], b["kind"])
            for one, b in both
        ):
            continue
        if any(None in (a[c], b[c]) or a[c] == b[c] for a, b in both for c in pairing.differ):
            continue
        opens = ["ask" if leg.side == "buy" else "bid" for leg in pairing.legs]
        told = tuple(price_of(row, name) for row, name in zip(chosen, opens, strict=True))
        yield (chosen[0]["ts"], *(f"{row['venue']} {row['symbol']}" for row in chosen), *told)


@given(rows=draw_quotes(), pairing=draw_pairings())
def test_pairs_are_those_of_nested_loops(rows: list[Row], pairing: Pairing) -> None:
    pairs = pair_quotes(pl.DataFrame(rows, schema=QUOTE_COLUMNS), pairing)
    names = [leg.name for leg in pairing.legs]
    told = pairs.select(
        "ts",
        *(pl.concat_str(f"{name}_venue", f"{name}_symbol", separator=" ") for name in names),
        *(f"{name}_open" for name in names),
    )
    assert sorted(told.rows(), key=str) == sorted(pair_by_loops(rows, pairing), key=str)


@given(rows=draw_quotes(), pairing=draw_pairings())
def test_a_candidate_has_a_name_of_its_own(rows: list[Row], pairing: Pairing) -> None:
    pairs = pair_quotes(pl.DataFrame(rows, schema=QUOTE_COLUMNS), pairing)
    told = [f"{leg.name}_{name}" for leg in pairing.legs for name in ("venue", "symbol")]
    spots = {"venue", "base", "quote"} <= set(pairing.keys) - set(pairing.equivalent)
    multiplied = {row["multiplier"] for row in rows if row["kind"] == "spot"} - {None, 1.0}
    if not (spots and multiplied):  # a venue has one spot market for a base and a quote
        assert pairs.select("ts", "pair").n_unique() == pairs.select("ts", *told).n_unique() == pairs.height
