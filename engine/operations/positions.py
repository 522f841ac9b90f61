"""Showing positions: what is held, what it is worth, and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.errors import UsageError
from engine.language.names import suggest
from engine.ledger.balances import Leg, LegKey
from engine.ledger.codec import describe_event
from engine.ledger.marks import Marks
from engine.ledger.positions import Position, list_positions
from engine.ledger.store import Store
from engine.ledger.valuation import list_stale, surplus_of


@dataclass(frozen=True, slots=True)
class PositionView:
    """A position, and what its open legs have gained since entry at the closing prices of the last cycle.

    Attributes:
        position: The position.
        surplus: By open leg, in the coin that it settles in.
        valued: When, for an open one.
        stale: Which of its prices are older than that.
    """

    position: Position
    surplus: Mapping[str, Decimal]
    valued: datetime | None
    stale: tuple[str, ...]


def view_positions(
    store: Store, book: str, *, pair: str | None = None, open_only: bool = False
) -> tuple[PositionView, ...]:
    """The positions of a book: open ones first, then closed ones, each in the order of opening.

    Args:
        store: Where the ledger is.
        book: Name of the book.
        pair: Only this pair.
        open_only: Leave out those that are closed.

    Raises:
        UsageError: The pair never had a position.
    """
    positions = list_positions(store.read_entries(book, pair=pair))
    if pair is not None and not positions:
        pairs = {each.pair for each in list_positions(store.read_entries(book))}
        raise UsageError(
            f'{book} never held the pair "{pair}"; {suggest(pair, sorted(pairs)) or "see positions"}'
        )
    shown = [each for each in positions if each.closed is None]
    if not open_only:
        shown += [each for each in positions if each.closed is not None]
    standing = store.read_standing(book)
    return tuple(_view(each, None if standing is None else standing.marks) for each in shown)


def describe_position(view: PositionView) -> dict[str, Any]:
    """A position as plain values; amounts as text, so that no digit is lost."""
    position = view.position
    return {
        "account": position.account,
        "pair": position.pair,
        "opened": position.opened,
        "closed": position.closed,
        "rule": position.rule,
        "version": position.version,
        "legs": [_describe_leg(name, leg, view) for name, leg in position.legs.items()],
        "earned": {
            str(account): {coin: f"{amount:f}" for coin, amount in sums.items()}
            for account, sums in position.earned.items()
        },
        "fills": [describe_event(fill) for fill in position.fills],
        "valued": view.valued,
        "stale": list(view.stale),
    }


def _describe_leg(name: str, leg: Leg, view: PositionView) -> dict[str, Any]:
    average = leg.average_entry
    return {
        "leg": name,
        "venue": leg.instrument.venue,
        "symbol": leg.instrument.symbol,
        "kind": leg.instrument.kind,
        "quantity": f"{leg.quantity:f}",
        "average_entry": None if average is None else f"{average:f}",
        "coin": leg.instrument.settle,
        "cost": f"{leg.cost:f}",
        "realised": f"{leg.realised:f}",
        "unrealised": f"{view.surplus[name]:f}" if name in view.surplus else None,
    }


def _view(position: Position, marks: Marks | None) -> PositionView:
    if not position.legs or marks is None:
        return PositionView(position, {}, None, ())
    legs = {LegKey(position.account, position.pair, name): leg for name, leg in position.legs.items()}
    surplus = {key.leg: surplus_of(key, leg, marks) for key, leg in legs.items()}
    return PositionView(position, surplus, marks.at, list_stale(legs, marks))
