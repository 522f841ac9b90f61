"""`carrybook deposit | withdraw | limits`: what people ask of a running engine, and which limits act."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.console import AsJson, show, show_json, tell
from engine.errors import UsageError

if TYPE_CHECKING:
    from engine.requests import Wish

Amount = Annotated[str, typer.Argument(metavar="USD", help="How much, such as 500.")]
AccountName = Annotated[
    str | None, typer.Option("--account", help="Which account; needed if there are several.")
]
Limit = Annotated[str, typer.Argument(help="The limit, as `carrybook limits` names it.")]
On = Annotated[str, typer.Option("--on", help="Whom it acts on; nothing means the book.")]

OfBook = Annotated[
    str | None,
    typer.Option("--book", metavar="NAME", help="Which book; default: the workspace's own."),
]

app = typer.Typer(help="Limits that act, and releasing them by hand.", no_args_is_help=False)


def deposit(
    amount: Amount, *, account: AccountName = None, book: OfBook = None, as_json: AsJson = False
) -> None:
    """Bring money in at the next cycle: it is no profit."""
    _ask_for_money("deposit", amount, account, book, as_json=as_json)


def withdraw(
    amount: Amount, *, account: AccountName = None, book: OfBook = None, as_json: AsJson = False
) -> None:
    """Take money out at the next cycle: it is no loss, and no drawdown.

    What is not free then is refused: margin, coins, and what waiting orders need.
    """
    _ask_for_money("withdrawal", amount, account, book, as_json=as_json)


def _ask_for_money(wish: Wish, amount: str, account: str | None, book: str | None, *, as_json: bool) -> None:
    from uuid import uuid4

    from engine.operations.wishes import ask_for_money, choose_engine, find_engine

    try:
        number = Decimal(amount)
    except InvalidOperation:
        raise UsageError(f'"{amount}" is no amount; write a number such as 500') from None
    workspace = find_engine(Path.cwd())
    request = ask_for_money(workspace, choose_engine(workspace, book), wish, number, account, uuid4())
    if as_json:
        show_json({"id": request.id, "wish": wish, "account": request.account, "amount_usd": f"{number:f}"})
    else:
        tell(f"{wish} of {number:f} USD, account {request.account}: taken in at the next cycle")


@app.callback(invoke_without_command=True)
def limits(context: typer.Context, *, book: OfBook = None, as_json: AsJson = False) -> None:
    """List the limits that act after the last cycle: since when, and when last seen breached."""
    from engine.operations.wishes import choose_engine, find_engine, list_acting

    if context.invoked_subcommand is not None:
        return
    workspace = find_engine(Path.cwd())
    acting = list_acting(workspace, choose_engine(workspace, book))
    if as_json:
        show_json(acting)
        return
    for latch in acting:
        whom = f" on {latch['entity']}" if latch["entity"] else ""
        show(f"{latch['limit']}{whom}: since {latch['since']:%Y-%m-%d %H:%M}, breached {latch['last']:%H:%M}")
    if not acting:
        tell("no limit acts")


@app.command()
def release(limit: Limit, *, on: On = "", book: OfBook = None, as_json: AsJson = False) -> None:
    """Let a limit cease to act at the next cycle; it begins again if it is still breached then."""
    from uuid import uuid4

    from engine.operations.wishes import ask_for_release, choose_engine, find_engine

    workspace = find_engine(Path.cwd())
    request = ask_for_release(workspace, choose_engine(workspace, book), limit, on, uuid4())
    if as_json:
        show_json({"id": request.id, "wish": "release", "limit": limit, "entity": on})
    else:
        tell(f"{limit}{f' on {on}' if on else ''}: released at the next cycle")
