"""`carrybook ledger`: what happened, entry by entry."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.amounts import format_amount
from engine.cli.console import AsJson, show, show_json, tell
from engine.cli.store import BookName, StorePlace, open_book
from engine.cli.times import read_time
from engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.ledger.posting import Entry, Posting

Start = Annotated[
    datetime | None,
    typer.Option("--from", parser=read_time, metavar="TIME", help="Events from then on, UTC."),
]
End = Annotated[
    datetime | None,
    typer.Option("--to", parser=read_time, metavar="TIME", help="Events before then, UTC, itself left out."),
]
Pair = Annotated[str | None, typer.Option("--pair", help="Only events of this pair.")]
Kind = Annotated[
    str | None,
    typer.Option("--kind", help="Only fill, funding, borrow, dust, transfer, deposit or withdrawal."),
]


def ledger(
    *,
    store: StorePlace = None,
    book: BookName = None,
    start: Start = None,
    end: End = None,
    pair: Pair = None,
    kind: Kind = None,
    as_json: AsJson = False,
) -> None:
    """Show the entries of the ledger: each event, and what it added to which account.

    The amounts of an entry sum to zero in every commodity. What was earned stands below zero in its account,
    since the wallet received it.
    """
    _check_kind(kind)
    with open_book(store, book) as (opened, name):
        entries = opened.read_entries(name, start=start, end=end, pair=pair, kind=kind)
    if as_json:
        show_json({"book": name, "entries": [_describe(entry) for entry in entries]})
        return
    tell(f"{name}: {len(entries)} {'entry' if len(entries) == 1 else 'entries'}")
    if entries:
        _show(entries)


def _check_kind(kind: str | None) -> None:
    from engine.language.names import suggest
    from engine.ledger.events import EVENTS

    kinds = [each.KIND for each in EVENTS]
    if kind is not None and kind not in kinds:
        raise UsageError(f'there is no kind "{kind}"; {suggest(kind, kinds) or ", ".join(kinds)}')


def _describe(entry: Entry) -> dict[str, Any]:
    from engine.ledger.codec import describe_event

    postings = [
        {
            "account": str(each.account),
            "wallet": each.wallet,
            "commodity": each.commodity,
            "amount": f"{each.amount:f}",
        }
        for each in entry.postings
    ]
    return {**describe_event(entry.event), "postings": postings}


def _show(entries: Sequence[Entry]) -> None:
    """A line for each posting; what is said of the event stands beside the first."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table("at", "event", "of", "account", box=SIMPLE_HEAD)
    table.add_column("amount", justify="right")
    table.add_column("commodity")
    for entry in entries:
        first = _tell_event(entry)
        for posting in entry.postings:
            table.add_row(
                *first, _name_account(posting), format_amount(posting.amount, signed=True), posting.commodity
            )
            first = ("", "", "")
    show(table)


def _tell_event(entry: Entry) -> tuple[str, str, str]:
    from engine.ledger.events import Fill, LegEvent

    event = entry.event
    what = f"{event.side} for {event.purpose}" if isinstance(event, Fill) else event.KIND
    of = f"{event.pair} {event.leg}" if isinstance(event, LegEvent) else event.account
    return f"{event.at:%Y-%m-%d %H:%M:%S}", what, of


def _name_account(posting: Posting) -> str:
    return f"{posting.account} {posting.wallet}".strip()
