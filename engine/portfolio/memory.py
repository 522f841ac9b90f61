"""What a book remembers between cycles, by name: positions, orders, latches, money. It survives a restart."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np
import polars as pl

from engine.book.measures import SCOPES
from engine.portfolio import layout as at
from engine.portfolio.arrays import State
from engine.portfolio.program import LoopBook
from engine.portfolio.signals import Roster

FORMAT = 1
KEPT_DAYS = 365
_RULE, _LIMIT = at.POSITION_FIELDS[at.ORDER_RULE], at.POSITION_FIELDS[at.ORDER_LIMIT]
_NEVER = ("opened_at", "closed_at", "doubt_since", "naked_since")


@dataclass(frozen=True, slots=True)
class Latch:
    """The timer and the latch of a limit for one entity; times in seconds since 1970, None for never.

    Attributes:
        limit: Id of the limit.
        entity: Whom it is judged for: an account, a venue, a coin, a pair; empty for the book.
        since: When the breach that lasts began.
        last: When it was last seen.
        active: Since when the limit acts.
    """

    limit: str
    entity: str
    since: float | None
    last: float | None
    active: float | None


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered.

    Attributes:
        book: `BOOK_FIELDS` by name; None is not known.
        equity_days: Returns on equity of the latest days.
        wallets: Free money of each account.
        dust: What is left of legs in each account and is too little to be sold, in USD.
        pairs: Of each pair that has a position, an order or a past: what `LEG_STATE` and `POSITION_FIELDS`
            say, with the rule and the limit of an order by their ids, and who it is.
        latches: Limits that are not at rest.
        requests: Ids of the latest requests that were taken in.
        market: Name of the market that positions are in.
    """

    book: Mapping[str, float | None]
    equity_days: tuple[float | None, ...] = ()
    wallets: Mapping[str, float] = field(default_factory=dict)
    dust: Mapping[str, float] = field(default_factory=dict)
    pairs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    latches: tuple[Latch, ...] = ()
    requests: tuple[str, ...] = ()
    market: str = ""

    def write(self) -> bytes:
        """As JSON; floats are written so that they are read as the same."""
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        told["latches"] = [asdict(latch) for latch in self.latches]
        return json.dumps({"format": FORMAT, **told}, allow_nan=False).encode()

    def list_facts(self, columns: Mapping[str, Any]) -> pl.DataFrame | None:
        """Who the remembered pairs are: `pair` and these columns, typed; None if there are none."""
        if not self.pairs:
            return None
        rows = [{"pair": pair, **told["facts"]} for pair, told in self.pairs.items()]
        return pl.DataFrame(rows, schema=dict(columns))


def read_memory(data: bytes) -> Memory:
    """The memory that `Memory.write` wrote.

    Raises:
        ValueError: It is in another format.
    """
    told = json.loads(data)
    known = {*at.LEG_STATE, *at.POSITION_FIELDS, "facts"}
    whole = set(told["book"]) == set(at.BOOK_FIELDS) and all(
        set(pair) == known for pair in told["pairs"].values()
    )
    if told.pop("format", None) != FORMAT or not whole:
        raise ValueError("what was remembered is in a format of another version of Carrybook")
    latches = tuple(Latch(**latch) for latch in told.pop("latches"))
    days, requests = tuple(told.pop("equity_days")), tuple(told.pop("requests"))
    return Memory(latches=latches, equity_days=days, requests=requests, **told)


def begin_memory() -> Memory:
    """What a book remembers before its first cycle."""
    return Memory(book={name: -1.0 if name in ("day", "month") else 0.0 for name in at.BOOK_FIELDS})


def restore(memory: Memory, book: LoopBook, roster: Roster) -> State:
    """The arrays of the loop from what is remembered."""
    state = _make_state(book, roster)
    state.book[:] = [_read(memory.book[name]) for name in at.BOOK_FIELDS]
    days = memory.equity_days[-KEPT_DAYS:]
    if days:
        state.equity_days[-len(days) :] = [_read(day) for day in days]
    for place, account in enumerate(roster.accounts):
        state.wallet[place] = memory.wallets.get(account.name, 0.0)
        state.dust[place] = memory.dust.get(account.name, 0.0)
    places = {pair: place for place, pair in enumerate(roster.pairs)}
    for pair, told in memory.pairs.items():
        place = places[pair]
        for which, name in enumerate(at.LEG_STATE):
            state.legs[which, place] = [_read(value) for value in told[name]]
        state.position[place] = [_read(value) for value in _find_position(told, book)]
    entities = list_entities(roster)
    for latch in memory.latches:
        if latch.limit in book.names:
            limit = book.names.index(latch.limit)
            known = entities[SCOPES[int(book.program.limits[limit, at.L_SCOPE])]]
            if latch.entity in known:
                times = [_read(each) for each in (latch.since, latch.last, latch.active)]
                state.latches[:, limit, known.index(latch.entity)] = times
    return state


def remember(state: State, book: LoopBook, roster: Roster, before: Memory) -> Memory:
    """What is remembered of the arrays of the loop; latches of whom they do not show stay as they were."""
    pairs = {
        roster.pairs[place]: _tell_pair(state, book, roster, int(place))
        for place in np.nonzero(_has_past(state))[0]
    }
    wallets = {account.name: float(state.wallet[place]) for place, account in enumerate(roster.accounts)}
    dust = {account.name: float(state.dust[place]) for place, account in enumerate(roster.accounts)}
    days = state.equity_days[~np.isnan(state.equity_days)]
    return Memory(
        book={name: _tell(float(state.book[place])) for place, name in enumerate(at.BOOK_FIELDS)},
        equity_days=tuple(float(day) for day in days),
        wallets={**before.wallets, **wallets},
        dust={**before.dust, **dust},
        pairs=pairs,
        latches=tuple(_tell_latches(state, book, roster, before)),
        requests=before.requests,
        market=before.market,
    )


def list_entities(roster: Roster) -> dict[str, tuple[str, ...]]:
    """Whom limits are judged for, by scope, in the order of the arrays."""
    return {
        "book": ("",),
        "account": tuple(account.name for account in roster.accounts),
        "venue": roster.venues,
        "base": roster.bases,
        "pair": roster.pairs,
        "position": roster.pairs,
    }


def _make_state(book: LoopBook, roster: Roster) -> State:
    pairs, legs = len(roster.pairs), book.program.legs.shape[1]
    most = max(1, len(roster.accounts), len(roster.venues), len(roster.bases), pairs)
    position = np.zeros((pairs, len(at.POSITION_FIELDS)))
    position[:, [at.POSITION_FIELDS.index(name) for name in _NEVER]] = math.nan
    position[:, at.PURPOSE :] = -1.0
    leg_state = np.zeros((len(at.LEG_STATE), pairs, legs))
    leg_state[[at.RATE, at.BORROW_RATE]] = math.nan
    return State(
        legs=leg_state,
        position=position,
        wallet=np.zeros(len(roster.accounts)),
        dust=np.zeros(len(roster.accounts)),
        book=np.zeros(len(at.BOOK_FIELDS)),
        equity_days=np.full(KEPT_DAYS, math.nan),
        latches=np.full((3, len(book.names), most), math.nan),
    )


def _has_past(state: State) -> Any:
    held = (state.legs[at.UNITS].sum(axis=1) > 0) | (state.position[:, at.PURPOSE] >= 0)
    return held | ~np.isnan(state.position[:, at.CLOSED_AT])


def _find_position(told: Mapping[str, Any], book: LoopBook) -> list[float | None]:
    """The values of `POSITION_FIELDS`; a rule or a limit that the book no longer has is none."""
    position = {name: told[name] for name in at.POSITION_FIELDS}
    rules = list_rules(book, "entry" if told["purpose"] == at.ENTER else "exit")
    for name, known in ((_RULE, rules), (_LIMIT, book.names)):
        position[name] = float(known.index(told[name])) if told[name] in known else -1.0
    return list(position.values())


def list_rules(book: LoopBook, role: str) -> list[str]:
    """Ids of the rules of a table in the order of the loop; empty if the book has no such table."""
    table = book.bound.tables.get(role)
    return [] if table is None else [table.table.rules[rule].id for rule in table.order]


def _tell_pair(state: State, book: LoopBook, roster: Roster, place: int) -> dict[str, Any]:
    told: dict[str, Any] = {
        name: [_tell(value) for value in state.legs[which, place].tolist()]
        for which, name in enumerate(at.LEG_STATE)
    }
    told |= {
        name: _tell(value)
        for name, value in zip(at.POSITION_FIELDS, state.position[place].tolist(), strict=True)
    }
    # Books are edited between cycles: places in their tables mean nothing to the next version.
    rules = list_rules(book, "entry" if told["purpose"] == at.ENTER else "exit")
    for name, known in ((_RULE, rules), (_LIMIT, book.names)):
        told[name] = known[int(told[name])] if told[name] >= 0 else None
    facts = roster.facts.row(place, named=True)
    return {
        **told,
        "facts": {k: v for k, v in facts.items() if k != "pair"},
    }


def _tell_latches(state: State, book: LoopBook, roster: Roster, before: Memory) -> list[Latch]:
    entities = list_entities(roster)
    found = []
    shown: set[tuple[str, str]] = set()
    for limit, name in enumerate(book.names):
        known = entities[SCOPES[int(book.program.limits[limit, at.L_SCOPE])]]
        shown |= {(name, entity) for entity in known}
        stirred = ~np.isnan(state.latches[[at.SINCE, at.ACTIVE], limit]).all(axis=0)
        for place in np.nonzero(stirred)[0]:
            times = state.latches[:, limit, place].tolist()
            found.append(Latch(name, known[place], *(_tell(time) for time in times)))
    return [*found, *(latch for latch in before.latches if (latch.limit, latch.entity) not in shown)]


def _tell(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _read(value: float | None) -> float:
    return math.nan if value is None else value
