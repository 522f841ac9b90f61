"""A market by hand: pairs at a few times, what surrounds them, and a book to trade them with.

A usual pair is one that the starter book enters at once, with its whole share; each value can be another. The
metrics that look back over days are constants here, so that a time stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import polars as pl

from engine.book.bind import bind
from engine.book.compile import compile_book
from engine.book.folder import BookFiles, read_folder
from engine.book.read import read_book
from engine.cycle import judge
from engine.frames.columns import INSTANT
from engine.frames.pairs import LEG_FLAGS, LEG_NUMBERS, LEG_TEXTS
from engine.frames.settlements import SETTLEMENT_COLUMNS
from engine.model import Leg
from engine.operations.starter import find_starter
from engine.portfolio.memory import Memory, begin_memory, read_memory
from engine.portfolio.program import LoopBook, build_program
from engine.portfolio.signals import Account, Surroundings
from engine.portfolio.step import advance
from engine.portfolio.trading import Traded, trade

START = datetime(2026, 1, 1, 6, tzinfo=UTC)
ACCOUNTS = (Account("main", "binance"),)
PRICES = {"BTC": 95_000.0, "ETH": 3_000.0, "ADA": 0.8, "SOL": 200.0}
STEPS = {"BTC": 0.001, "ETH": 0.01, "ADA": 1.0, "SOL": 0.1}
LOOKING_BACK = {"basis_normal": "-5bps", "vol": "50%"}
FRAMES = ("events", "verdicts", "acts", "changes", "book")


def at(minutes: float) -> datetime:
    """A time, counted from the first cycle."""
    return START + timedelta(minutes=minutes)


def name_pair(coin: str, venue: str = "binance") -> str:
    """Id of the pair of a coin."""
    return f"{venue}:{coin}/USDT:USDT"


def quote(minutes: float, coin: str = "BTC", venue: str = "binance", **changes: Any) -> dict[str, Any]:
    """One pair at one time, with usual values where it names no other.

    `price` is the ask of the coin, `basis` what the contract is dearer by; without them they are usual.
    """
    price, basis = changes.pop("price", PRICES[coin]), changes.pop("basis", 100 / 95_000)
    step = STEPS[coin]
    usual = {
        "spot": {"bid": price * (1 - 1e-7), "ask": price, "lot_step": step / 100, "taker_fee": 0.001},
        "perp": {
            "bid": price * (1 + basis),
            "ask": price * (1 + basis) * (1 + 1e-6),
            "lot_step": step,
            "taker_fee": 0.0005,
            "mark": price * (1 + basis),
            "funding_rate": 0.00018,
            "funding_interval_hours": 8.0,
            "maintenance_rate": 0.004,
            "max_leverage": 125.0,
        },
    }
    row: dict[str, Any] = {"ts": at(minutes), "pair": name_pair(coin, venue), "venue": venue, "base": coin}
    row |= {"quote": "USDT", "step_s": 60.0, "quote_age_s": 0.0, "venue_correlation": 0.99}
    row |= {"other_venues": 3.0} | {f"perp_funding_apr_{days}d": 0.197 for days in (1, 3, 7, 30)}
    for leg, symbol in (("spot", f"{coin}/USDT"), ("perp", f"{coin}/USDT:USDT")):
        row |= describe_leg(leg, coin, venue, symbol)
        row |= {f"{leg}_{name}": value for name, value in usual[leg].items()}
        row[f"{leg}_open"] = row[f"{leg}_{'ask' if leg == 'spot' else 'bid'}"]
        row[f"{leg}_close"] = row[f"{leg}_{'bid' if leg == 'spot' else 'ask'}"]
    row |= {"spot_fee_coin": "base", "perp_settle": "USDT"}
    unknown = set(changes) - set(row)
    assert not unknown, f"a pair has no {unknown}"
    return row | changes


def describe_leg(leg: str, coin: str, venue: str, symbol: str) -> dict[str, Any]:
    """What every leg of a usual pair has; what is not said is unknown."""
    said = {
        "venue": venue,
        "base": coin,
        "quote": "USDT",
        "symbol": symbol,
        "status": "trading",
        "fee_coin": "quote",
        "volume_usd_24h": 1e9,
        "listed_days": 2_000.0,
        "hours_to_delisting": 1e9,
        "age_s": 0.0,
        "contract_size": 1.0,
        "multiplier": 1.0,
        "min_lots": 1.0,
        "min_notional_usd": 5.0,
        "expiry_days": 1e9,
        "has_book": False,
        "inverse": False,
    }
    return {f"{leg}_{name}": said.get(name) for name in (*LEG_TEXTS, *LEG_NUMBERS, *LEG_FLAGS)}


def build_pairs(rows: Iterable[Mapping[str, Any]], legs: Sequence[Leg]) -> pl.DataFrame:
    """Pairs of rows as `quote` gives them, in order."""
    rows = list(rows)
    types: dict[str, Any] = {"ts": INSTANT, **dict.fromkeys(("pair", "venue", "base", "quote"), pl.String)}
    for leg in legs:
        types |= {f"{leg.name}_{name}": pl.String for name in LEG_TEXTS}
        types |= {f"{leg.name}_{name}": pl.Boolean for name in LEG_FLAGS}
    schema = {name: types.get(name, pl.Float64) for row in rows for name in row}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("ts", "pair")


@cache
def make_book(words: str = "", texts: tuple[tuple[str, str], ...] = ()) -> LoopBook:
    """The starter book with changes.

    Args:
        words: Apart by `;`: `name=value` for a parameter or a metric, `-name` to leave a limit out.
        texts: Files with another content, by name; one without any is left out.
    """
    files = read_folder(find_starter() / "draft")
    changed = {name: text for name, text in (dict(files.texts) | dict(texts)).items() if text}
    changed.pop("scenarios.csv", None)
    read = read_book(BookFiles(files.name, changed, files.raw, files.diagnostics))
    assert read.book is not None
    assert not read.diagnostics
    said = [word.strip() for word in words.split(";") if word.strip()]
    settings = dict(word.split("=", 1) for word in said if "=" in word)
    left_out = {word[1:] for word in said if word.startswith("-")}
    metrics = LOOKING_BACK | settings
    book = replace(
        read.book,
        metrics=tuple(
            replace(metric, formula=metrics.get(metric.name, metric.formula)) for metric in read.book.metrics
        ),
        limits=tuple(limit for limit in read.book.limits if limit.id not in left_out),
    )
    assert left_out <= {limit.id for limit in read.book.limits}
    names = {parameter.name for parameter in book.parameters}
    chosen = {name: value for name, value in settings.items() if name in names}
    return build_program(bind(compile_book(book), chosen))


def pay(minutes: float, rate: float | None, coin: str = "BTC", venue: str = "binance") -> dict[str, Any]:
    """A payment of funding."""
    symbol = f"{coin}/USDT:USDT"
    return {"ts": at(minutes), "venue": venue, "symbol": symbol, "rate": rate, "interval_hours": 8.0}


@dataclass(frozen=True)
class Around:
    """What surrounds the pairs, with usual values: (minute, value), or (minute, name, value).

    Attributes:
        flows: Deposits and withdrawals by account.
        settlements: As `pay` gives them.
        errors: Share of failed requests, by venue.
        latency: Latency, by venue.
        dollars: US dollars for one USDT.
        days: How many days of returns are known of every pair.
        swing: How many times the usual they are.
        alike: Whether those of all pairs, and of Bitcoin, are the same.
    """

    flows: tuple[tuple[float, str, float], ...] = ((0, "main", 2_000.0),)
    settlements: tuple[dict[str, Any], ...] = ()
    errors: tuple[tuple[float, str, float | None], ...] = ((-1, "binance", 0.001),)
    latency: tuple[tuple[float, str, float | None], ...] = ((-1, "binance", 0.2),)
    dollars: tuple[tuple[float, float | None], ...] = ((-1, 1.0),)
    days: int = 30
    swing: float = 1.0
    alike: bool = False


def surround(around: Around, pairs: Iterable[str], after: datetime | None, until: datetime) -> Surroundings:
    """The frames of what surrounds a stretch of cycles: its flows, and all else whatever its time."""
    health = [
        {"ts": at(minute), "venue": venue, name: value}
        for name, told in (("error_rate", around.errors), ("latency_p95_s", around.latency))
        for minute, venue, value in told
    ]
    merged = pl.DataFrame(
        health,
        schema={"ts": INSTANT, "venue": pl.String, "error_rate": pl.Float64, "latency_p95_s": pl.Float64},
    ).sort("ts")
    filled = merged.with_columns(pl.col("error_rate", "latency_p95_s").forward_fill().over("venue"))
    flows = [
        {"ts": at(minute), "account": account, "amount_usd": amount}
        for minute, account, amount in around.flows
        if at(minute) <= until and (after is None or at(minute) > after)
    ]
    return Surroundings(
        settlements=pl.DataFrame(list(around.settlements), schema=SETTLEMENT_COLUMNS),
        flows=pl.DataFrame(flows, schema={"ts": INSTANT, "account": pl.String, "amount_usd": pl.Float64}),
        health=filled,
        dollars=pl.DataFrame(
            [{"ts": at(minute), "usdt_usd": value} for minute, value in around.dollars],
            schema={"ts": INSTANT, "usdt_usd": pl.Float64},
        ),
        returns=list_returns(pairs, around),
        btc=list_returns(["BTC"], around).drop("pair"),
    )


def list_returns(pairs: Iterable[str], around: Around) -> pl.DataFrame:
    """Daily returns before the first cycle, other ones for each pair; the worst usual one is 5 bps."""
    midnight = START.replace(hour=0)
    rows = [
        {
            "ts": midnight - timedelta(days=day),
            "pair": pair,
            "day_return": ((day * day * 7 + day * (3 if around.alike else place + 3)) % 11 - 5)
            * 1e-4
            * around.swing,
        }
        for place, pair in enumerate(sorted(set(pairs)))
        for day in range(around.days)
    ]
    return pl.DataFrame(rows, schema={"ts": INSTANT, "pair": pl.String, "day_return": pl.Float64})


def run(
    rows: Iterable[Mapping[str, Any]],
    book: LoopBook | None = None,
    *,
    around: Around | None = None,
    memory: Memory | None = None,
    since: datetime | None = None,
    accounts: Sequence[Account] = ACCOUNTS,
    loop: Any = advance,
) -> Traded:
    """Trade these rows in one call."""
    book = book or make_book()
    quoted = build_pairs(rows, book.bound.book.manifest.pairing.legs)
    measured = book.bound.measure(quoted.sort("pair", "ts")).sort("ts", "pair")
    until = measured["ts"][-1]
    pairs = {*PAIRS, *quoted["pair"]}
    surroundings = surround(around or Around(), pairs, since, until)
    decisions = judge(book.bound, measured)
    memory = memory or begin_memory()
    return trade(book, memory, measured, decisions, surroundings, accounts, since=since, run=loop)


def run_each(rows: Iterable[Mapping[str, Any]], book: LoopBook | None = None, **more: Any) -> Traded:
    """Trade these rows time by time, through the bytes of what is remembered."""
    rows = sorted(rows, key=lambda row: row["ts"])
    times = sorted({row["ts"] for row in rows})
    memory, since, parts = more.pop("memory", None), more.pop("since", None), []
    for time in times:
        now = [row for row in rows if row["ts"] == time]
        parts.append(run(now, book, memory=memory, since=since, **more))
        memory, since = read_memory(parts[-1].memory.write()), time
    frames = {name: pl.concat([getattr(part, name) for part in parts]) for name in FRAMES}
    return replace(parts[-1], **frames)


PAIRS = [name_pair(coin, venue) for coin in PRICES for venue in ("binance", "kraken")]
"""Ids of all pairs that there may be."""
