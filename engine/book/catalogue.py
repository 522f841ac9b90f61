"""The names that a book may use: those of market data, typed for the language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.language.names import Scope
from engine.language.types import Kind, Name, Stage, Type
from engine.language.units import PLAIN, find_unit
from engine.market.catalogue import POSITION_NAMES, CatalogueName, names_for
from engine.model import Leg

STATUSES = frozenset({"trading", "halted", "closing", "delisted"})
"""Words for the state of an instrument."""

_POSITION = {entry.name for entry in POSITION_NAMES}


def build_catalogue(legs: Iterable[Leg]) -> Scope:
    """The reserved names of a book with these legs."""
    return Scope({entry.name: _type_name(entry) for entry in names_for(legs)})


def list_flat_values() -> dict[str, float]:
    """The value of every name about positions for a pair without one."""
    return dict(_read_flat_values())


def _type_name(entry: CatalogueName) -> Name:
    unit = find_unit(entry.unit) or PLAIN
    kind = Kind(entry.type)
    return Name(
        entry.name,
        Type(kind, unit) if kind is Kind.NUMBER else Type(kind),
        Stage.POSITION if entry.name in _POSITION else Stage.MARKET,
        STATUSES if entry.vocabulary == "status" else None,
        entry.meaning,
    )


def _read_flat_values() -> Iterator[tuple[str, float]]:
    for entry in POSITION_NAMES:
        if entry.flat_value is not None:
            yield entry.name, entry.flat_value
