"""`carrybook report`: what people read of what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.console import AsJson, show, show_json, tell
from engine.cli.store import BookName, StorePlace, open_book
from engine.cli.times import read_day

if TYPE_CHECKING:
    from engine.ledger.components import Components
    from engine.ledger.days import Day

app = typer.Typer(help="Reports from the ledger.", no_args_is_help=True)

Start = Annotated[datetime | None, typer.Option("--from", parser=read_day, metavar="DAY", help="First day.")]
End = Annotated[
    datetime | None,
    typer.Option("--to", parser=read_day, metavar="DAY", help="End, the day itself left out."),
]
Markdown = Annotated[bool, typer.Option("--markdown", help="Print a page of Markdown.")]


@app.callback()
def report() -> None:
    """Take the options that stand before a report."""


@app.command("daily")
def daily(
    *,
    store: StorePlace = None,
    book: BookName = None,
    start: Start = None,
    end: End = None,
    markdown: Markdown = False,
    as_json: AsJson = False,
) -> None:
    """Show each day: equity, deposits, and what made profit and loss (funding, basis, fees …), in USD.

    On every day they add up: start + deposits - withdrawals + total = end.
    """
    with open_book(store, book) as (opened, name):
        first, last = (None if each is None else each.date() for each in (start, end))
        days = opened.read_days(name, start=first, end=last)
    if as_json:
        show_json({"book": name, "currency": "USD", "days": [_describe(day) for day in days]})
    elif markdown:
        from engine.report.daily import write_daily

        show(write_daily(name, days).rstrip("\n"))
    else:
        _show(name, days)


def _describe(day: Day) -> dict[str, Any]:
    return {
        "day": day.day,
        "equity_start": f"{day.equity_start:f}",
        "deposits": f"{day.deposits:f}",
        "withdrawals": f"{day.withdrawals:f}",
        **_describe_components(day.total),
        "equity_end": f"{day.equity_end:f}",
        "cycles": day.cycles,
        "stale_cycles": day.stale,
        "sources": [
            {**source._asdict(), **_describe_components(components)}
            for source, components in day.sources.items()
        ],
    }


def _describe_components(components: Components) -> dict[str, str]:
    return {
        **{name: f"{amount:f}" for name, amount in asdict(components).items()},
        "total": f"{components.total:f}",
    }


def _show(name: str, days: Sequence[Day]) -> None:
    from engine.report.daily import (
        DAY_HEADER,
        SOURCE_HEADER,
        list_day_rows,
        list_source_rows,
        tell_stale,
    )

    tell(f"{name}: {len(days)} {'day' if len(days) == 1 else 'days'}, in USD")
    if days:
        _show_table(DAY_HEADER, list_day_rows(days), words=1)
        _show_table(SOURCE_HEADER, list_source_rows(days), words=4)
        stale = tell_stale(days)
        if stale:
            tell(stale, style="yellow")


def _show_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, words: int) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(*header[:words], box=SIMPLE_HEAD)
    for each in header[words:]:
        table.add_column(each, justify="right")
    for row in rows:
        table.add_row(*row)
    show(table)
