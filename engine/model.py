"""Words that every room shares: the legs of a trade and how candidates are paired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal["spot", "swap", "future", "margin", "fx", "outcome", "item"]
Side = Literal["buy", "sell"]
Pick = Literal["all", "best"]

KINDS: tuple[Kind, ...] = get_args(Kind)
SIDES: tuple[Side, ...] = get_args(Side)
PICKS: tuple[Pick, ...] = get_args(Pick)


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a trade: which kind of instrument is bought or sold to open it.

    Attributes:
        name: What the book calls the leg; its columns begin with it, as in `perp_bid`.
        kind: Kind of instrument.
        side: Whether the trade is opened by buying or by selling.
        pick: Whether every instrument with the same keys makes candidates, or the best at each time: the
            one that opens the leg at the best price per coin.
    """

    name: str
    kind: Kind
    side: Side
    pick: Pick = "all"


@dataclass(frozen=True, slots=True)
class Pairing:
    """How instruments become candidates: one per leg, equal in the keys.

    Attributes:
        legs: The legs, in the book's order.
        keys: Columns of a quote that must be equal on all legs.
        equivalent: Of some keys, words that count as equal to each other.
        differ: Columns of a quote that must be different on any two legs.
    """

    legs: tuple[Leg, ...]
    keys: tuple[str, ...]
    equivalent: Mapping[str, frozenset[str]] = field(default_factory=dict)
    differ: tuple[str, ...] = ()
