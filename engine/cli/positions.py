"""`carrybook positions`: what is held, and what was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.amounts import format_amount
from engine.cli.console import AsJson, fits, show, show_json, tell
from engine.cli.store import BookName, StorePlace, open_book

if TYPE_CHECKING:
    from rich.table import Table

    from engine.operations.positions import PositionView

Pair = Annotated[str | None, typer.Option("--pair", help="Only this pair, with each of its fills.")]
OpenOnly = Annotated[bool, typer.Option("--open", help="Only what is held now.")]

_HEADER = ("pair", "opened", "closed", "rule", "version", "fills", "funding", "fees", "price", "other")


def positions(
    *,
    store: StorePlace = None,
    book: BookName = None,
    pair: Pair = None,
    open_only: OpenOnly = False,
    as_json: AsJson = False,
) -> None:
    """Show positions: when each was opened and closed, by which rule, its legs, and what it earned.

    Amounts are in coins. `price` is what was gained by closing, `other` is interest and dust; what open legs
    have gained at the closing prices of the last cycle stands beside them.
    """
    from engine.operations.positions import describe_position, view_positions

    with open_book(store, book) as (opened, name):
        views = view_positions(opened, name, pair=pair, open_only=open_only)
    if as_json:
        show_json({"book": name, "positions": [describe_position(view) for view in views]})
        return
    tell(f"{name}: {sum(view.position.closed is None for view in views)} open")
    if views:
        _show(views, details=pair is not None)


def _show(views: Sequence[PositionView], *, details: bool) -> None:
    table = _tabulate(_HEADER, [_list_cells(view) for view in views])
    show(table if fits(table) else "\n".join(_tell(view) for view in views))
    legs = [cells for view in views for cells in _list_legs(view)]
    if legs:
        show(_tabulate(("pair", "leg", "symbol", "quantity", "average entry", "unrealised"), legs))
    if details:
        show(
            _tabulate(
                ("at", "leg", "purpose", "rule", "side", "quantity", "price", "fee"), _list_fills(views)
            )
        )


def _list_cells(view: PositionView) -> list[str]:
    from engine.ledger.posting import Account

    position, earned = view.position, view.position.earned
    other = [earned[Account.BORROW], earned[Account.DUST]]
    return [
        *(position.pair, f"{position.opened:%Y-%m-%d %H:%M}"),
        f"{position.closed:%Y-%m-%d %H:%M}" if position.closed else "open",
        *(position.rule, position.version, str(len(position.fills))),
        *(_show_sums(earned[each]) for each in (Account.FUNDING, Account.FEES, Account.GAINS)),
        ", ".join(filter(None, map(_show_sums, other))),
    ]


def _tell(view: PositionView) -> str:
    cells = dict(zip(_HEADER, _list_cells(view), strict=True))
    rest = ", ".join(f"{name} {cell}" for name, cell in cells.items() if name != "pair" and cell)
    return f"{cells['pair']}\n  {rest}"


def _list_legs(view: PositionView) -> list[list[str]]:
    return [
        [
            *(
                view.position.pair,
                name,
                f"{leg.instrument.venue} {leg.instrument.symbol}",
                format_amount(leg.quantity),
            ),
            "" if leg.average_entry is None else format_amount(leg.average_entry),
            _show_sums({leg.instrument.settle: view.surplus[name]}) + (" (old price)" if view.stale else ""),
        ]
        for name, leg in view.position.legs.items()
    ]


def _list_fills(views: Sequence[PositionView]) -> list[list[str]]:
    return [
        [
            *(f"{fill.at:%Y-%m-%d %H:%M:%S}", fill.leg, fill.purpose, fill.rule, fill.side),
            *(
                format_amount(fill.quantity),
                format_amount(fill.price),
                f"{format_amount(fill.fee)} {fill.fee_coin}",
            ),
        ]
        for view in views
        for fill in view.position.fills
    ]


def _show_sums(sums: Mapping[str, Decimal]) -> str:
    return ", ".join(
        f"{format_amount(amount, signed=True)} {coin}" for coin, amount in sums.items() if amount
    )


def _tabulate(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(*header, box=SIMPLE_HEAD)
    for row in rows:
        table.add_row(*row)
    return table
