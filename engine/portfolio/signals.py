"""What is known of the market at each time, as the arrays of the loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import polars as pl

from engine.market.day_returns import arrange_day_returns
from engine.model import Leg
from engine.portfolio import layout as at
from engine.portfolio.arrays import Floats, Integers, Signals
from engine.portfolio.calendar import number_day, number_month
from engine.portfolio.judging import NO_RULE
from engine.portfolio.paper_tiers import stack_paper_tiers
from engine.portfolio.program import LoopBook

_OUTPUTS = ("enter", "priority")


@dataclass(frozen=True, slots=True)
class Account:
    """Money at a venue that a book may use.

    Attributes:
        name: Its name.
        venue: Where it is.
        bases: Coins that the book may trade there; empty means all.
    """

    name: str
    venue: str
    bases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What is known beside the pairs of a block.

    Attributes:
        settlements: As in `engine.frames.settlements`.
        flows: Deposits less withdrawals: `ts`, `account`, `amount_usd`.
        health: Of venues: `ts`, `venue`, `error_rate`, `latency_p95_s`; what is not told of one is unknown.
        dollars: `ts`, `usdt_usd`.
        returns: Of pairs: `ts` (when the day ended), `pair`, `day_return`.
        btc: Of Bitcoin: `ts`, `day_return`.
    """

    settlements: pl.DataFrame
    flows: pl.DataFrame
    health: pl.DataFrame
    dollars: pl.DataFrame
    returns: pl.DataFrame
    btc: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Roster:
    """The order in which pairs, accounts, venues and coins stand in arrays.

    Attributes:
        pairs: Ids of pairs.
        accounts: Accounts.
        venues: Venues.
        bases: Coins.
    """

    pairs: tuple[str, ...]
    accounts: tuple[Account, ...]
    venues: tuple[str, ...]
    bases: tuple[str, ...]
    facts: pl.DataFrame = field(repr=False, compare=False)


def list_facts(legs: Sequence[Leg]) -> list[str]:
    """Columns that say who a pair is."""
    return [
        "pair",
        "base",
        *(f"{leg.name}_{name}" for leg in legs for name in ("venue", "symbol", "inverse")),
    ]


def list_roster(
    measured: pl.DataFrame, legs: Sequence[Leg], accounts: Sequence[Account], held: pl.DataFrame | None = None
) -> Roster:
    """Who takes part in a block.

    Args:
        measured: Pairs with metrics.
        legs: The legs of the book.
        accounts: The accounts that the book may use.
        held: Facts, as `facts` has them, of pairs that are remembered and may not be quoted.
    """
    columns = list_facts(legs)
    facts = measured.select(columns).unique("pair", keep="last", maintain_order=True)
    if held is not None:
        facts = pl.concat([facts, held.select(columns).join(facts, on="pair", how="anti")])
    facts = facts.sort("pair")
    venues = {venue for leg in legs for venue in facts[f"{leg.name}_venue"].drop_nulls()}
    venues |= {account.venue for account in accounts}
    return Roster(
        tuple(facts["pair"]), tuple(accounts), tuple(sorted(venues)), tuple(sorted(set(facts["base"]))), facts
    )


def build_signals(
    book: LoopBook,
    measured: pl.DataFrame,
    decisions: pl.DataFrame,
    surroundings: Surroundings,
    roster: Roster,
    since: datetime | None,
) -> Signals:
    """The arrays of a block of cycles.

    Args:
        book: The book.
        measured: Pairs with metrics, sorted by time and pair.
        decisions: What universe, short list and entry table say, row by row.
        surroundings: What is known beside them.
        roster: Who takes part.
        since: Time of the cycle before the block; None if there was none. Settlements after it are paid.
    """
    times = measured["ts"].unique().sort()
    now = (times.dt.epoch("us") / 1e6).to_numpy().astype(np.float64)
    begins = float(book.program.settings[at.S_DAY_START])
    place_of = {pair: place for place, pair in enumerate(roster.pairs)}
    candidates = _find_candidates(book, measured, decisions)
    pays = _list_payments(surroundings.settlements, roster, book, times, since)
    returns, first_day = _spread_returns(surroundings, roster, begins)
    facts = roster.facts
    return Signals(
        times=_tell_times(now, begins, surroundings, times, returns.shape[0], first_day),
        starts=np.stack(
            [
                _count_starts(measured["ts"], times),
                _count_starts(measured["ts"].gather(candidates), times),
                pays[0],
            ]
        ),
        pair=measured["pair"].replace_strict(place_of, return_dtype=pl.Int64).to_numpy(),
        rows=_fill_rows(book, measured, decisions, candidates),
        candidates=candidates,
        who=np.stack(
            [
                _stack(book, lambda leg: _encode(facts["base"], roster.bases)),  # noqa: ARG005 - of all legs
                _stack(book, lambda leg: _encode(facts[f"{leg.name}_venue"], roster.venues)),
                _stack(book, lambda leg: _find_accounts(facts, leg, roster.accounts)),
            ]
        ),
        account_venue=_encode([each.venue for each in roster.accounts], roster.venues),
        pays=pays[1],
        flows=_spread_flows(surroundings.flows, roster.accounts, times),
        venue_health=_spread_health(surroundings.health, roster.venues, times),
        schedules=stack_paper_tiers(),
        returns=returns,
        counts=np.array([len(roster.accounts), len(roster.venues), len(roster.bases)], dtype=np.int64),
    )


def _tell_times(
    now: Floats, begins: float, surroundings: Surroundings, times: pl.Series, rows: int, first_day: int
) -> Floats:
    """What is known of each time."""
    days = np.array([number_day(each, begins) for each in now])
    months = [number_month(each, begins) for each in now]
    dollars = _at_times(surroundings.dollars, "usdt_usd", times)
    ends = np.clip(days - first_day, 0, rows)
    return np.column_stack([now, days, months, dollars, ends]).astype(np.float64)


def _count_starts(column: pl.Series, times: pl.Series) -> Integers:
    """Where the rows of each time begin, and last where they end; the rows are in order of time."""
    starts = np.searchsorted(column.to_numpy(), times.to_numpy(), side="left")
    return np.append(starts, len(column)).astype(np.int64)


def _find_candidates(book: LoopBook, measured: pl.DataFrame, decisions: pl.DataFrame) -> Integers:
    """Rows that may be entered, in order of time, `rank_by` (the largest first), name.

    Where the entry table looks at positions, its word on a pair that has none is not the last one: then all
    rows that it judges are listed.
    """
    wanted = decisions["stage"] == "entry"
    if not book.looks:
        wanted &= decisions["decision"] == "enter"
    rank = book.bound.book.manifest.rank_by
    listed = measured.select("ts", "pair", pl.col(rank).alias("rank_by")).with_row_index("row").filter(wanted)
    best = listed.sort("ts", "rank_by", "pair", descending=[False, True, False], nulls_last=True)
    return best["row"].cast(pl.Int64).to_numpy()


def _fill_rows(
    book: LoopBook, measured: pl.DataFrame, decisions: pl.DataFrame, candidates: Integers
) -> Floats:
    """Legs, judgements and what formulas read, a row for each row."""
    book_legs = book.bound.book.manifest.pairing.legs
    legs = [_read_leg(leg, name) for leg in book_legs for name in at.LEG_FIELDS]
    weights = book.bound.weigh(measured)
    numbered = [each.alias(str(place)) for place, each in enumerate([*legs, *book.readers])]
    weighed = measured.with_columns(weights[leg.name].alias(f"{leg.name}·") for leg in book_legs)
    values = weighed.select(pl.int_range(pl.len()).alias("rows"), *numbered).drop("rows")
    entry = [_read_entry(decisions, name) for name in _OUTPUTS]
    rules = _number_rules(book, "entry", decisions["rule"])
    sizing = _size(book, measured, candidates)
    columns = [*values.get_columns()[: len(legs)], *entry, rules, *sizing, *values.get_columns()[len(legs) :]]
    named = pl.DataFrame([column.alias(str(place)) for place, column in enumerate(columns)])
    filled = named.select(pl.all().cast(pl.Float64).fill_null(float("nan"))).to_numpy()
    return np.ascontiguousarray(filled)


def _read_leg(leg: Leg, name: str) -> pl.Expr:
    if name == "fee_in_base":
        return (pl.col(f"{leg.name}_fee_coin") == "base").fill_null(value=False).cast(pl.Float64)
    if name == "inverse":
        return pl.col(f"{leg.name}_inverse").fill_null(value=False).cast(pl.Float64)
    if name == "weight":
        return pl.col(f"{leg.name}·")
    return pl.col(f"{leg.name}_{name}").cast(pl.Float64)


def _read_entry(decisions: pl.DataFrame, name: str) -> pl.Series:
    if name not in decisions.columns:
        return pl.Series(name, np.zeros(decisions.height))
    return decisions[name].cast(pl.Float64)


def _number_rules(book: LoopBook, role: str, rules: pl.Series) -> pl.Series:
    """The place of each rule in the order of the loop; -1 where none decides."""
    table = book.bound.tables[role]
    order = {table.table.rules[rule].id: place for place, rule in enumerate(table.order)}
    return rules.replace_strict(order, default=NO_RULE, return_dtype=pl.Float64)


def _size(book: LoopBook, measured: pl.DataFrame, candidates: Integers) -> list[pl.Series]:
    """What the sizing table says of candidates: share, cap and rule, a value for each row.

    A book without the table gives no candidate a size.
    """
    height = measured.height
    share, cap, rule = (np.full(height, value) for value in (np.nan, np.nan, float(NO_RULE)))
    if "sizing" in book.bound.tables and candidates.size:
        rows = np.sort(candidates)
        said = book.bound.tables["sizing"].evaluate(measured[rows])
        share[rows] = said["share"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        cap[rows] = _find_caps(book, said)
        rule[rows] = _number_rules(book, "sizing", said["rule"]).to_numpy()
    return [pl.Series(each) for each in (share, cap, rule)]


def _find_caps(book: LoopBook, said: pl.DataFrame) -> Floats:
    """The cap of each row; none where the rule that decides gives none, unknown where its formula is."""
    if "cap_usd" not in said.columns:
        return np.full(said.height, at.NO_CAP)
    table = book.bound.tables["sizing"]
    result = next(each for each in table.results if each.name == "cap_usd")
    silent = [
        table.table.rules[rule].id for place, rule in enumerate(table.order) if _is_null(result.cores[place])
    ]
    default = _is_null(result.cores[-1])
    open_cap = said["rule"].is_in(silent) | (pl.Series([default] * said.height) & said["rule"].is_null())
    cap = said["cap_usd"].cast(pl.Float64).fill_null(float("nan")).to_numpy().copy()
    cap[open_cap.fill_null(value=False).to_numpy()] = at.NO_CAP
    return cap


def _is_null(core: object) -> bool:
    return getattr(core, "value", 0) is None


def _stack(book: LoopBook, read: Callable[[Leg], Integers]) -> Integers:
    legs = book.bound.book.manifest.pairing.legs
    return np.column_stack([read(leg) for leg in legs]).astype(np.int64)


def _encode(column: Iterable[str], words: Sequence[str]) -> Integers:
    places: Mapping[str, int] = {word: place for place, word in enumerate(words)}
    return np.array([places.get(each, -1) for each in column], dtype=np.int64)


def _find_accounts(facts: pl.DataFrame, leg: Leg, accounts: Sequence[Account]) -> Integers:
    """The account that trades each leg: the first at its venue that may have its coin; -1 without one.

    Accounts hold dollars, so that none trades an inverse contract, whose margin is the coin.
    """
    columns = facts.select(f"{leg.name}_venue", "base", f"{leg.name}_inverse")
    found = []
    for venue, base, inverse in columns.iter_rows():
        fits = (
            place
            for place, account in enumerate(accounts)
            if account.venue == venue and (not account.bases or base in account.bases) and not inverse
        )
        found.append(next(fits, -1))
    return np.array(found, dtype=np.int64)


def _list_payments(
    settlements: pl.DataFrame, roster: Roster, book: LoopBook, times: pl.Series, since: datetime | None
) -> tuple[Integers, Floats]:
    """Payments of funding by the time at which they are known: the first cycle not before them."""
    known = settlements.filter(pl.col("ts") <= times[-1])
    known = known.filter(pl.col("ts") > since) if since is not None else known.filter(pl.col("ts") > times[0])
    legs = book.bound.book.manifest.pairing.legs
    parts = []
    for place, leg in enumerate(legs):
        keys = roster.facts.select(
            pl.int_range(pl.len()).alias("place"),
            pl.col(f"{leg.name}_venue").alias("venue"),
            pl.col(f"{leg.name}_symbol").alias("symbol"),
        )
        parts.append(known.join(keys, on=["venue", "symbol"]).with_columns(pl.lit(place).alias("leg")))
    paid = pl.concat(parts).sort("ts", "place", "leg")
    when = np.searchsorted(times.to_numpy(), paid["ts"].to_numpy(), side="left")
    starts = np.searchsorted(when, np.arange(len(times) + 1), side="left").astype(np.int64)
    rates = paid["rate"].cast(pl.Float64).fill_null(float("nan"))
    return starts, np.column_stack([paid["place"].to_numpy(), paid["leg"].to_numpy(), rates.to_numpy()])


def _spread_flows(flows: pl.DataFrame, accounts: Sequence[Account], times: pl.Series) -> Floats:
    """Money that came or went, at the first cycle not before it."""
    spread = np.zeros((len(times), len(accounts)))
    names = [account.name for account in accounts]
    moments = times.to_list()
    for at_time, name, amount in flows.select("ts", "account", "amount_usd").iter_rows():
        place = next((place for place, time in enumerate(moments) if time >= at_time), None)
        if place is not None:
            spread[place, names.index(name)] += amount
    return spread


def _spread_health(health: pl.DataFrame, venues: Sequence[str], times: pl.Series) -> Floats:
    """The latest word on each venue, at each time."""
    spread = np.full((len(times), len(venues), 2), np.nan)
    for place, venue in enumerate(venues):
        told = health.filter(pl.col("venue") == venue)
        for which, name in enumerate(("error_rate", "latency_p95_s")):
            spread[:, place, which] = _at_times(told, name, times)
    return spread


def _at_times(told: pl.DataFrame, name: str, times: pl.Series) -> Floats:
    """The latest value at each time; unknown before the first."""
    asked = pl.DataFrame({"ts": times})
    values = asked.join_asof(told.select("ts", name).sort("ts"), on="ts")[name]
    return values.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _spread_returns(surroundings: Surroundings, roster: Roster, begins: float) -> tuple[Floats, int]:
    """Daily returns, a row a day, a column for each pair and for Bitcoin; the number of the first day."""
    told, btc = surroundings.returns, surroundings.btc
    if told.is_empty():
        return np.full((0, len(roster.pairs) + 1), np.nan), 0
    ends = told.select(pl.datetime_range(pl.col("ts").min(), pl.col("ts").max(), "1d")).to_series()
    returns = arrange_day_returns(told, roster.pairs, ends)
    market = arrange_day_returns(btc.with_columns(base=pl.lit("BTC")), ("BTC",), ends, "base")[:, 0]
    first = number_day(ends[0].timestamp(), begins) - 1
    return np.column_stack([returns, market]), first
