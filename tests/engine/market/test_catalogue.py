"""The reserved names."""

from __future__ import annotations

import re

from engine.market.catalogue import NEVER, names_for
from engine.market.words import COINS, STATUSES, VENUES
from engine.model import Leg

LEGS = (Leg("spot", "spot", "buy"), Leg("perp", "swap", "sell"))


def test_names_are_expanded_for_every_leg() -> None:
    names = {entry.name: entry for entry in names_for(LEGS)}
    assert names["spot_bid"].unit == "price"
    assert names["perp_funding_apr_7d"].unit == "apr"
    assert names["perp_hours_to_delisting"].type == "number"
    assert "perp" in names["perp_open"].meaning
    assert not any("{" in name + entry.meaning for name, entry in names.items())


def test_no_name_is_given_twice() -> None:
    names = [entry.name for entry in names_for(LEGS)]
    assert len(names) == len(set(names))


def test_only_text_has_a_vocabulary() -> None:
    assert all((entry.type == "text") == bool(entry.vocabulary) for entry in names_for(LEGS))


def test_position_names_have_a_value_without_a_position() -> None:
    names = {entry.name: entry for entry in names_for(LEGS)}
    assert names["hours_since_exit"].flat_value == NEVER
    assert names["perp_bid"].flat_value is None


def test_the_words_of_cells_are_words_of_the_language() -> None:
    for words in (COINS, VENUES, STATUSES):
        assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9/:._-]*", word) for word in words)
    assert {"BTC", "1INCH", "USDT"} <= COINS
    assert {"binance", "hyperliquid"} <= VENUES
