"""The names that a book may use: those of market data and of positions, typed for the language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from engine.frames.quotes import FEE_COINS
from engine.language.names import Scope
from engine.language.types import NUMBER, Kind, Name, Stage, Type
from engine.language.units import PLAIN, find_unit
from engine.market.catalogue import CatalogueName, names_for, position_names_for
from engine.market.words import COINS, STATUSES, VENUES
from engine.model import Leg

WORDS = {"venue": VENUES, "coin": COINS, "status": STATUSES, "leg_coin": frozenset(FEE_COINS)}
"""Words that stand without quotes, by the kind of text."""

_CLOSED = ("status", "leg_coin")
"""Kinds of text that are never another word."""

CAPITAL_PER_NOTIONAL = Name(
    "capital_per_notional",
    NUMBER,
    Stage.PARAMETER,
    meaning="equity that all legs tie up per unit of notional, from the capital of each leg",
)
"""The one name that the manifest itself gives a value."""


def build_catalogue(legs: Iterable[Leg], words: Mapping[str, frozenset[str]] | None = None) -> Scope:
    """The reserved names of a book with these legs.

    Args:
        legs: The legs.
        words: Words that the book adds, by the kind of text.
    """
    legs = tuple(legs)
    about_positions = {entry.name for entry in position_names_for(legs)}
    names = {
        entry.name: _type_name(
            entry, words or {}, Stage.POSITION if entry.name in about_positions else Stage.MARKET
        )
        for entry in names_for(legs)
    }
    return Scope({**names, CAPITAL_PER_NOTIONAL.name: CAPITAL_PER_NOTIONAL})


def list_flat_values(legs: Sequence[Leg]) -> dict[str, float]:
    """The value of every name about positions for a pair without one."""
    named = position_names_for(legs)
    return {entry.name: entry.flat_value for entry in named if entry.flat_value is not None}


def list_fresh_values(legs: Sequence[Leg]) -> dict[str, float]:
    """The value, where it can be only one, of names about positions in the moment of an entry."""
    named = position_names_for(legs)
    return {entry.name: entry.fresh_value for entry in named if entry.fresh_value is not None}


def _type_name(entry: CatalogueName, more: Mapping[str, frozenset[str]], stage: Stage) -> Name:
    unit = find_unit(entry.unit) or PLAIN
    kind = Kind(entry.type)
    return Name(
        entry.name,
        Type(kind, unit) if kind is Kind.NUMBER else Type(kind),
        stage,
        _list_words(entry.vocabulary, more),
        open=entry.vocabulary not in _CLOSED,
        meaning=entry.meaning,
    )


def _list_words(kind: str, more: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    return WORDS[kind] | more.get(kind, frozenset()) if kind in WORDS else None
