"""The report of days: what equity was, what came in, and what made the difference, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from engine.ledger.components import Components
from engine.ledger.days import Day

CAUSES = ("funding", "basis", "fees", "slippage", "borrow", "currency", "dust")
"""Columns of profit and loss, in order, before their total."""

DAY_HEADER = ("day", "start", "deposits", "withdrawals", *CAUSES, "total", "end")
"""Columns of a day, in USD."""

SOURCE_HEADER = ("day", "pair", "venue", "version", *CAUSES, "total")
"""Columns of what a pair did on a day at a venue, in USD."""

OUTSIDE = "(outside of pairs)"
"""Instead of a pair: coins in wallets."""


def list_day_rows(days: Iterable[Day]) -> list[list[str]]:
    """The cells of each day, as `DAY_HEADER`; a star marks days that were valued with older prices."""
    return [
        [
            f"{day.day}{'*' if day.stale else ''}",
            *map(show_money, (day.equity_start, day.deposits, day.withdrawals)),
            *_list_components(day.total),
            show_money(day.equity_end),
        ]
        for day in days
    ]


def list_source_rows(days: Iterable[Day]) -> list[list[str]]:
    """The cells of each pair, venue and version of each day, as `SOURCE_HEADER`."""
    return [
        [str(day.day), source.pair or OUTSIDE, source.venue, source.version, *_list_components(components)]
        for day in days
        for source, components in day.sources.items()
    ]


def tell_stale(days: Iterable[Day]) -> str:
    """What the star means, with numbers; empty if there is none."""
    stale = [f"{day.day} {day.stale} of {day.cycles}" for day in days if day.stale]
    return f"* cycles that were valued with older prices or rates: {', '.join(stale)}" if stale else ""


def write_daily(book: str, days: Sequence[Day]) -> str:
    """The report as a page of Markdown."""
    lines = [
        *(f"# {book}: daily report", "", "In USD.", "", "## Days", ""),
        *_tabulate(DAY_HEADER, list_day_rows(days), words=1),
        *("", "## By pair and venue", ""),
        *_tabulate(SOURCE_HEADER, list_source_rows(days), words=4),
    ]
    stale = tell_stale(days)
    return "\n".join([*lines, *(["", stale.replace("*", "\\*", 1)] if stale else [])]) + "\n"


def show_money(amount: Decimal) -> str:
    """An amount of money with three decimals; nothing is a dash."""
    if not amount:
        return "-"
    shown = f"{amount:,.3f}"
    return "0.000" if shown == "-0.000" else shown


def _list_components(components: Components) -> list[str]:
    return [show_money(getattr(components, name)) for name in (*CAUSES, "total")]


def _tabulate(header: Sequence[str], rows: Iterable[Sequence[str]], *, words: int) -> list[str]:
    """Lines of a table whose first columns are words and whose others are numbers."""
    marks = ["---"] * words + ["---:"] * (len(header) - words)
    return [_write_row(row) for row in (header, marks, *rows)]


def _write_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
