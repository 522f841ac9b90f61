"""The names that a book may use: those of market data, typed for the language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.language.names import Scope
from engine.language.types import Kind, Name, Stage, Type
from engine.language.units import PLAIN, find_unit
from engine.market.catalogue import POSITION_NAMES, CatalogueName, names_for
from engine.market.words import COINS, STATUSES, VENUES
from engine.model import Leg

WORDS = {"venue": VENUES, "coin": COINS, "status": STATUSES}
"""Words that stand without quotes, by the kind of text."""

_POSITION = {entry.name for entry in POSITION_NAMES}


def build_catalogue(legs: Iterable[Leg], words: Mapping[str, frozenset[str]] | None = None) -> Scope:
    """The reserved names of a book with these legs.

    Args:
        legs: The legs.
        words: Words that the book adds, by the kind of text.
    """
    return Scope({entry.name: _type_name(entry, words or {}) for entry in names_for(legs)})


def list_flat_values() -> dict[str, float]:
    """The value of every name about positions for a pair without one."""
    return dict(_read_flat_values())


def _type_name(entry: CatalogueName, more: Mapping[str, frozenset[str]]) -> Name:
    unit = find_unit(entry.unit) or PLAIN
    kind = Kind(entry.type)
    return Name(
        entry.name,
        Type(kind, unit) if kind is Kind.NUMBER else Type(kind),
        Stage.POSITION if entry.name in _POSITION else Stage.MARKET,
        _list_words(entry.vocabulary, more),
        open=entry.vocabulary != "status",
        meaning=entry.meaning,
    )


def _list_words(kind: str, more: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    return WORDS[kind] | more.get(kind, frozenset()) if kind in WORDS else None


def _read_flat_values() -> Iterator[tuple[str, float]]:
    for entry in POSITION_NAMES:
        if entry.flat_value is not None:
            yield entry.name, entry.flat_value
