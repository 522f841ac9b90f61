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

app = typer.Typer(help="Limits that act, and releasing them by hand.", no_args_is_help=False)


def deposit(amount: Amount, *, account: AccountName = None, as_json: AsJson = False) -> None:
    """Bring money in at the next cycle: it is no profit."""
    _ask_for_money("deposit", amount, account, as_json=as_json)


def withdraw(amount: Amount, *, account: AccountName = None, as_json: AsJson = False) -> None:
    """Take money out at the next cycle: it is no loss, and no drawdown."""
    _ask_for_money("withdrawal", amount, account, as_json=as_json)


def _ask_for_money(wish: Wish, amount: str, account: str | None, *, as_json: bool) -> None:
    from uuid import uuid4

    from engine.operations.wishes import ask_for_money, find_engine

    try:
        number = Decimal(amount)
    except InvalidOperation:
        raise UsageError(f'"{amount}" is no amount; write a number such as 500') from None
    request = ask_for_money(find_engine(Path.cwd()), wish, number, account, uuid4())
    if as_json:
        show_json({"id": request.id, "wish": wish, "account": request.account, "amount_usd": number})
    else:
        tell(f"{wish} of {number:f} USD, account {request.account}: taken in at the next cycle")


@app.callback(invoke_without_command=True)
def limits(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the limits that act after the last cycle: since when, and when last seen breached."""
    from engine.operations.wishes import find_engine, list_acting

    if context.invoked_subcommand is not None:
        return
    acting = list_acting(find_engine(Path.cwd()))
    if as_json:
        show_json(acting)
        return
    for latch in acting:
        whom = f" on {latch['entity']}" if latch["entity"] else ""
        show(f"{latch['limit']}{whom}: since {latch['since']:%Y-%m-%d %H:%M}, breached {latch['last']:%H:%M}")
    if not acting:
        tell("no limit acts")


@app.command()
def release(limit: Limit, *, on: On = "", as_json: AsJson = False) -> None:
    """Let a limit cease to act at the next cycle; it begins again if it is still breached then."""
    from uuid import uuid4

    from engine.operations.wishes import ask_for_release, find_engine

    request = ask_for_release(find_engine(Path.cwd()), limit, on, uuid4())
    if as_json:
        show_json({"id": request.id, "wish": "release", "limit": limit, "entity": on})
    else:
        tell(f"{limit}{f' on {on}' if on else ''}: released at the next cycle")
