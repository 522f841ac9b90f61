"""What a run shows of money: the figures of a cycle, what was done, and what kept candidates out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from engine.operations.trade import TradedCycle

_KEPT_OUT = ("held", "approved")


def tell_trades(cycle: TradedCycle) -> Iterator[str]:
    """Lines about a cycle: money, orders, positions, limits, and what kept the other candidates out."""
    row = cycle.traded.book.row(0, named=True)
    held = int(row["positions"])
    yield (
        f"  equity {row['equity_usd']:,.2f} USD, {held} {'position' if held == 1 else 'positions'}, "
        f"capital used {row['capital_used_usd']:,.2f}, free {row['free_usd']:,.2f}"
    )
    if cycle.late:
        yield "  caught up: it was recorded by an earlier run, and is in the ledger now"
    yield from (f"  {line}" for line in _tell_orders(cycle))
    yield from (f"  {line}" for line in _tell_acts(cycle))
    yield from (f"  {line}" for line in _tell_limits(cycle))
    refused = _tell_refused(cycle)
    if refused:
        yield f"  kept out: {refused}"


def _tell_orders(cycle: TradedCycle) -> Iterator[str]:
    for verdict in cycle.traded.verdicts.iter_rows(named=True):
        if verdict["verdict"] == "approved":
            clipped = f", clipped by {verdict['limit']}" if verdict["limit"] else ""
            yield (
                f"order {verdict['pair']}: {verdict['approved_usd']:,.2f} of {verdict['wanted_usd']:,.2f} "
                f"USD by {verdict['rule']}{clipped}"
            )


def _tell_acts(cycle: TradedCycle) -> Iterator[str]:
    for act in cycle.traded.acts.iter_rows(named=True):
        why = " and ".join(each for each in (act["rule"], act["limit"]) if each)
        amount = f" {act['amount_usd']:,.2f} USD" if act["amount_usd"] is not None else ""
        if act["act"] == "unknown":
            yield f"{act['pair']}: the exit is unknown, so that it is kept"
        elif act["act"] == "dropped":
            yield f"order {act['pair']} dropped: prices are missing, or too high for the money that there is"
        elif act["act"] in ("top up", "rebalance"):
            yield f"{act['act']} {act['pair']}{amount} by {why}"
        else:
            yield f"{act['act']} {act['pair']}: keep {act['keep']:.0%} by {why or 'a missing leg'}"


def _tell_limits(cycle: TradedCycle) -> Iterator[str]:
    """Limits that begin or cease to act on what is held; of the rest of the market only how many."""
    held = {*cycle.traded.memory.pairs, ""}
    for change in cycle.traded.changes.iter_rows(named=True):
        if change["entity"] in held or ":" not in change["entity"]:
            whom = f" on {change['entity']}" if change["entity"] else ""
            value = "" if change["value"] is None else f" at {change['value']:.6g}"
            yield f"limit {change['limit']} {change['change']} to act{whom}{value}"


def _tell_refused(cycle: TradedCycle) -> str:
    counted = cycle.traded.verdicts.group_by("verdict", "limit").len().sort("verdict", "limit")
    parts = []
    for verdict, limit, count in counted.iter_rows():
        if verdict not in _KEPT_OUT:
            parts.append(f"{verdict}{f' {limit}' if limit else ''} ({count})")
    capital = cycle.traded.book["capital_usd"][0]
    small = pl.col("verdict") == "too small", pl.col("value") > capital
    least = cycle.traded.verdicts.filter(*small)["value"].min()
    if least is not None:
        parts.append(f"the least capital for one of these is {float(str(least)):,.0f} USD")
    return ", ".join(parts)


def describe_trades(cycle: TradedCycle) -> dict[str, Any]:
    """The same as data."""
    traded = cycle.traded
    return {
        "book": traded.book.drop("ts").to_dicts()[0],
        "verdicts": traded.verdicts.drop("ts").to_dicts(),
        "acts": traded.acts.drop("ts").to_dicts(),
        "limits": traded.changes.drop("ts").to_dicts(),
        "events": traded.events.drop("ts").to_dicts(),
        "assumed": list(cycle.assumed),
        "requests": [request.id for request in cycle.taken],
        "refused": [{"id": each.request.id, "reason": each.reason} for each in cycle.refused],
        "late": cycle.late,
    }
