"""A stretch of cycles: from what a book remembers and what the market shows to orders, fills and limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import polars as pl

from engine.book.measures import SCOPES
from engine.frames.acts import CHANGES, DROPPED, UNKNOWN, validate_acts, validate_changes
from engine.frames.columns import INSTANT
from engine.frames.events import EVENT_KINDS, PURPOSES, validate_events
from engine.frames.verdicts import VERDICTS, validate_verdicts
from engine.portfolio import layout as at
from engine.portfolio.arrays import Output, Signals, World
from engine.portfolio.memory import Memory, list_entities, list_rules, remember, restore
from engine.portfolio.program import LoopBook
from engine.portfolio.signals import Account, Roster, Surroundings, build_signals, list_facts, list_roster
from engine.portfolio.step import advance, need_room

_BOOK = (
    "equity_usd",
    "capital_used_usd",
    "notional_usd",
    "positions",
    "free_usd",
    "capital_usd",
    "fees_month_usd",
)
_FORMS = {
    "events": validate_events,
    "verdicts": validate_verdicts,
    "acts": validate_acts,
    "changes": validate_changes,
}
_ROOM = 4_096


@dataclass(frozen=True, slots=True, eq=False)
class Traded:
    """What became of a stretch of cycles.

    Attributes:
        memory: What is remembered after it.
        events: What happened, as in `engine.frames.events`.
        verdicts: What became of each candidate, as in `engine.frames.verdicts`.
        acts: What is done to positions, as in `engine.frames.acts`.
        changes: Limits that begin or cease to act, as there.
        book: Figures after each cycle: `ts` and `_BOOK`.
        roster: Who took part.
    """

    memory: Memory
    events: pl.DataFrame
    verdicts: pl.DataFrame
    acts: pl.DataFrame
    changes: pl.DataFrame
    book: pl.DataFrame
    roster: Roster = field(repr=False)


def trade(
    book: LoopBook,
    memory: Memory,
    measured: pl.DataFrame,
    decisions: pl.DataFrame,
    surroundings: Surroundings,
    accounts: Sequence[Account],
    *,
    since: datetime | None = None,
    run: Callable[[World, int, int], int] = advance,
) -> Traded:
    """Settle and decide at every time of a block.

    Args:
        book: The book.
        memory: What is remembered from before.
        measured: Pairs with metrics, sorted by time and pair, of these times only.
        decisions: What universe, short list and entry table say, row by row.
        surroundings: What is known beside them.
        accounts: The accounts that the book may use.
        since: Time of the cycle before.
        run: The loop: `advance`, or the same compiled.
    """
    legs = book.bound.book.manifest.pairing.legs
    held = memory.list_facts(measured.select(list_facts(legs)).schema)
    roster = list_roster(measured, legs, accounts, held)
    signals = build_signals(book, measured, decisions, surroundings, roster, since)
    state = restore(memory, book, roster)
    world = World(state, signals, book.program, make_output(book, signals))
    parts: list[dict[str, pl.DataFrame]] = []
    times = measured["ts"].unique().sort()
    time, last = 0, signals.times.shape[0]
    while time < last:
        reached = run(world, time, last)
        parts.append(_tell(world, book, roster, times))
        if reached == time:
            raise AssertionError("one step writes down more than there is room for")
        world.output.used[:] = 0
        time = reached
    told = {name: validate(pl.concat([part[name] for part in parts])) for name, validate in _FORMS.items()}
    return Traded(
        memory=remember(state, book, roster, memory),
        **told,
        book=_tell_book(world, times),
        roster=roster,
    )


def make_output(book: LoopBook, signals: Signals) -> Output:
    """Room for what the loop writes down: at least for its largest step."""
    pairs, legs = signals.who.shape[1:]
    needs = [need_room(signals, time, pairs, legs, len(book.names)) for time in range(signals.times.shape[0])]
    events, verdicts, acts, changes = (_ROOM + max(each) for each in zip(*needs, strict=True))
    return Output(
        used=np.zeros(4, dtype=np.int64),
        cash=np.full((events, len(at.EVENT_FIELDS)), np.nan),
        verdicts=np.full((verdicts, 8), np.nan),
        acts=np.full((acts, 7), np.nan),
        changes=np.full((changes, 5), np.nan),
        book=np.full((signals.times.shape[0], len(_BOOK)), np.nan),
    )


def _tell(world: World, book: LoopBook, roster: Roster, times: pl.Series) -> dict[str, pl.DataFrame]:
    """What the loop has written down, in words: the frames of `Traded`."""
    output = world.output
    return {
        "events": _name_events(output.cash[: output.used[0]], book, roster, times),
        "verdicts": _name_verdicts(output.verdicts[: output.used[1]], world.signals, book, roster, times),
        "acts": _name_acts(output.acts[: output.used[2]], book, roster, times),
        "changes": _name_changes(output.changes[: output.used[3]], book, roster, times),
    }


def _name_events(rows: np.ndarray, book: LoopBook, roster: Roster, times: pl.Series) -> pl.DataFrame:
    legs = [leg.name for leg in book.bound.book.manifest.pairing.legs]
    flow = rows[:, at.E_KIND] == at.FLOWED
    accounts = [account.name for account in roster.accounts]
    who = [
        accounts[int(leg)] if flows else legs[int(leg)]
        for leg, flows in zip(rows[:, at.E_LEG], flow, strict=True)
    ]
    return pl.DataFrame(
        {
            "ts": _pick_times(times, rows[:, at.E_TIME]),
            "kind": _pick(EVENT_KINDS, rows[:, at.E_KIND]),
            "pair": _pick(roster.pairs, np.where(flow, -1, rows[:, at.E_PAIR])),
            "leg": pl.Series(who, dtype=pl.String),
            **{
                name: rows[:, at.EVENT_FIELDS.index(name)]
                for name in at.EVENT_FIELDS[at.E_LOTS : at.E_PURPOSE]
            },
            "purpose": _pick(PURPOSES, rows[:, at.E_PURPOSE]),
            "rule": _name_rules(book, rows[:, at.E_RULE], rows[:, at.E_PURPOSE]),
            "limit": _pick(book.names, rows[:, at.E_LIMIT]),
        }
    ).with_columns(pl.selectors.float().fill_nan(None))


def _name_rules(book: LoopBook, rules: np.ndarray, purposes: np.ndarray) -> pl.Series:
    """Rules of the entry table for entries, of the exit table for the rest."""
    entry, leave = list_rules(book, "entry"), list_rules(book, "exit")
    names = [
        None if not rule >= 0 else (entry if purpose == at.ENTER else leave)[int(rule)]
        for rule, purpose in zip(rules, purposes, strict=True)
    ]
    return pl.Series(names, dtype=pl.String)


def _name_verdicts(
    rows: np.ndarray,
    signals: Signals,
    book: LoopBook,
    roster: Roster,
    times: pl.Series,
) -> pl.DataFrame:
    pairs = signals.pair[rows[:, 1].astype(np.int64)] if rows.size else np.empty(0)
    return pl.DataFrame(
        {
            "ts": _pick_times(times, rows[:, 0]),
            "pair": _pick(roster.pairs, pairs),
            "verdict": _pick(VERDICTS, rows[:, 2]),
            "limit": _pick(book.names, rows[:, 3]),
            "value": rows[:, 4],
            "wanted_usd": rows[:, 5],
            "approved_usd": rows[:, 6],
            "rule": _pick(list_rules(book, "sizing"), rows[:, 7]),
        }
    ).with_columns(pl.selectors.float().fill_nan(None))


def _name_acts(rows: np.ndarray, book: LoopBook, roster: Roster, times: pl.Series) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "ts": _pick_times(times, rows[:, 0]),
            "pair": _pick(roster.pairs, rows[:, 1]),
            "act": _pick((*PURPOSES, DROPPED), rows[:, 2]).fill_null(UNKNOWN),
            "rule": _pick(list_rules(book, "exit"), rows[:, 3]),
            "limit": _pick(book.names, rows[:, 4]),
            "keep": rows[:, 5],
            "amount_usd": rows[:, 6],
        }
    ).with_columns(pl.selectors.float().fill_nan(None))


def _name_changes(rows: np.ndarray, book: LoopBook, roster: Roster, times: pl.Series) -> pl.DataFrame:
    entities = list_entities(roster)
    scopes = [SCOPES[int(book.program.limits[int(limit), at.L_SCOPE])] for limit in rows[:, 1]]
    names = [entities[scope][int(entity)] for scope, entity in zip(scopes, rows[:, 2], strict=True)]
    return pl.DataFrame(
        {
            "ts": _pick_times(times, rows[:, 0]),
            "limit": _pick(book.names, rows[:, 1]),
            "entity": pl.Series(names, dtype=pl.String),
            "change": _pick(CHANGES, rows[:, 3]),
            "value": rows[:, 4],
        }
    ).with_columns(pl.selectors.float().fill_nan(None))


def _tell_book(world: World, times: pl.Series) -> pl.DataFrame:
    columns = {name: world.output.book[:, place] for place, name in enumerate(_BOOK)}
    return pl.DataFrame({"ts": times, **columns})


def _pick_times(times: pl.Series, places: np.ndarray) -> pl.Series:
    return times.gather(places.astype(np.int64)).cast(INSTANT)


def _pick(words: Sequence[str], places: np.ndarray) -> pl.Series:
    """The word at each place; null for what is below zero or not known."""
    picked = [words[int(place)] if place >= 0 else None for place in places]
    return pl.Series(picked, dtype=pl.String)
