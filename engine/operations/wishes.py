"""What people may ask of a running engine, checked before it is handed over; and the limits that act now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from engine.book.load import load_book
from engine.errors import RequestError, UsageError
from engine.language.names import suggest
from engine.ledger.store import Store, open_store
from engine.portfolio.memory import Memory, read_memory
from engine.requests import Request, Wish, make_request
from engine.workspace import Workspace, find_workspace, read_workspace


def find_engine(start: Path) -> Workspace:
    """The workspace whose engine is meant.

    Raises:
        UsageError: The folder lies in none.
        BookErrors: Every fault of the settings.
    """
    root = find_workspace(start)
    if root is None:
        raise UsageError("which engine? run this in a workspace; `carrybook init` makes one")
    return read_workspace(root)


def choose_engine(workspace: Workspace, name: str | None) -> str:
    """The book whose engine is meant: the one that is named, else the workspace's own.

    Raises:
        BookErrors: Every fault of the book.
        UsageError: The workspace runs no such book.
    """
    own = load_book(workspace.book).manifest.name
    named = {use.book for account in workspace.accounts for use in account.uses}
    known = [own, *sorted(named - {own})]
    if name is not None and name not in known:
        hint = suggest(name, known) or f"there is {', '.join(known)}"
        raise UsageError(f'no book "{name}" runs here; {hint}')
    return name or own


def ask_for_money(
    workspace: Workspace, book: str, wish: Wish, amount_usd: Decimal, account: str | None, ident: UUID
) -> Request:
    """Ask that money comes or goes at the next cycle.

    Args:
        workspace: Where the engine runs.
        book: The book whose money it is.
        wish: `deposit` or `withdrawal`.
        amount_usd: How much, above zero.
        account: Which account; None is the only one.
        ident: Names the request for good.

    Raises:
        UsageError: The amount is not above zero, or there is no such account.
        RequestError: The disk refuses.
    """
    if not amount_usd.is_finite() or amount_usd <= 0:
        raise UsageError(f"{amount_usd} is no amount; write one above zero, such as 500")
    known = _list_accounts(workspace, book)
    if account is None and len(known) != 1:
        raise UsageError(
            f"which account? give --account, one of {', '.join(known) or 'those of the first run'}"
        )
    chosen = known[0] if account is None else account
    if chosen not in known:
        hint = suggest(chosen, known) or f"there are {', '.join(known) or 'none yet; run a cycle first'}"
        raise UsageError(f'there is no account "{chosen}"; {hint}')
    request = Request(str(ident), datetime.now(UTC), wish, book, chosen, amount_usd)
    make_request(workspace.root, request)
    return request


def ask_for_release(workspace: Workspace, book: str, limit: str, entity: str, ident: UUID) -> Request:
    """Ask that a limit ceases to act at the next cycle; it begins again if it is still breached then.

    Raises:
        UsageError: The limit does not act on that.
        RequestError: The disk refuses.
    """
    acting = [(latch["limit"], latch["entity"]) for latch in list_acting(workspace, book)]
    if (limit, entity) not in acting:
        told = ", ".join(f"{name} on {whom}" if whom else name for name, whom in acting)
        whom = f" on {entity}" if entity else ""
        raise UsageError(f"{limit} does not act{whom}; what acts is {told or 'nothing'}")
    request = Request(str(ident), datetime.now(UTC), "release", book, limit=limit, entity=entity)
    make_request(workspace.root, request)
    return request


def list_acting(workspace: Workspace, book: str) -> list[Mapping[str, Any]]:
    """The limits that act after the last cycle: `limit`, `entity`, `since`, `last` (seen breached).

    Raises:
        LedgerError: The store cannot be read.
    """
    memory = _recall(workspace, book)
    latches = () if memory is None else memory.latches
    return [_tell(asdict(latch)) for latch in latches if latch.active is not None]


def _tell(latch: Mapping[str, Any]) -> dict[str, Any]:
    times = {"since": latch["active"], "last": latch["last"]}
    told = {name: None if time is None else datetime.fromtimestamp(time, UTC) for name, time in times.items()}
    return {"limit": latch["limit"], "entity": latch["entity"], **told}


def _list_accounts(workspace: Workspace, book: str) -> list[str]:
    if workspace.accounts:
        beside = book != load_book(workspace.book).manifest.name
        uses = [(account.name, account.find_use(book, beside=beside)) for account in workspace.accounts]
        return [name for name, use in uses if use is not None]
    memory = _recall(workspace, book)
    return [] if memory is None else list(memory.wallets)


def _recall(workspace: Workspace, book: str) -> Memory | None:
    if not workspace.store.is_file():
        return None
    with open_store(workspace.store) as store:
        return _read(store, book)


def _read(store: Store, book: str) -> Memory | None:
    last = store.read_last_cycle(book)
    if last is None:
        return None
    try:
        return read_memory(last[1])
    except (ValueError, KeyError, TypeError) as error:
        raise RequestError(f"what the store remembers of {book} cannot be read: {error}") from error
