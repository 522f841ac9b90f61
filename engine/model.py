"""Words that every room shares: the legs of a trade and how candidates are paired."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["spot", "swap", "future", "margin", "fx", "outcome", "item"]
Side = Literal["buy", "sell"]

KINDS: tuple[Kind, ...] = get_args(Kind)
SIDES: tuple[Side, ...] = get_args(Side)


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a trade: which kind of instrument is bought or sold to open it.

    Attributes:
        name: What the book calls the leg; its columns begin with it, as in `perp_bid`.
        kind: Kind of instrument.
        side: Whether the trade is opened by buying or by selling.
    """

    name: str
    kind: Kind
    side: Side


@dataclass(frozen=True, slots=True)
class Pairing:
    """How instruments become candidates: one per leg, equal in the keys.

    Attributes:
        legs: The legs, in the book's order.
        keys: Columns of a quote that must be equal on all legs.
    """

    legs: tuple[Leg, ...]
    keys: tuple[str, ...]
