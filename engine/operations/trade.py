"""Trading on paper: a cycle's orders are filled at the next one, and all that happened is in the ledger."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl

from engine.cycle import Outcome
from engine.errors import LedgerError
from engine.ledger.exact import decimal_of
from engine.ledger.paper import LegFacts, PaperBooks, mark_legs, name_legs
from engine.ledger.store import Store
from engine.market.assembly import Candidates
from engine.operations.surroundings import BlockSurroundings
from engine.portfolio.layout import S_CAPITAL
from engine.portfolio.memory import Memory, begin_memory, read_memory
from engine.portfolio.program import LoopBook
from engine.portfolio.signals import Account
from engine.portfolio.trading import Traded, trade
from engine.requests import Request, list_requests, put_away

AGREE_USD = 0.005
"""How far the equity of the loop, in floats, may be from that of the ledger, which is exact."""

KEPT_REQUESTS = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class TradedCycle:
    """A cycle, and what was done in it.

    Attributes:
        outcome: What the book says of every pair.
        traded: What became of it.
        taken: Requests that were taken in.
        assumed: What was assumed for want of quotes.
    """

    outcome: Outcome
    traded: Traded
    taken: tuple[Request, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Trader:
    """A book with money on paper.

    Attributes:
        book: The book.
        accounts: The accounts that it may use.
        deposits: What each account begins with, USD.
        store: Takes what happened; None keeps nothing.
        root: Folder of the workspace, for requests; None takes none.
        market: Name of the market, so that positions are not carried into another one.
        memory: What is remembered.
        since: Time of the last cycle; None before the first.
    """

    book: LoopBook
    accounts: tuple[Account, ...]
    deposits: Mapping[str, Decimal]
    store: Store | None = None
    root: Path | None = None
    market: str = ""
    memory: Memory = field(default_factory=begin_memory)
    since: datetime | None = None
    _books: PaperBooks = field(init=False)

    def __post_init__(self) -> None:
        book = self.book.bound.book
        self._books = PaperBooks(book.manifest.name, f"{book.version} {book.fingerprint}")
        if self.store is None:
            return
        last = self.store.read_last_cycle(self._books.book)
        standing = self.store.read_standing(self._books.book)
        if last is not None and standing is not None:
            self.since, self.memory = last[0], _recall(last[1])
            self._check_market()
            self._books.holdings = standing.holdings

    def _check_market(self) -> None:
        held, meant = self.memory.market, self.market
        if held != meant:
            raise LedgerError(
                f"the positions of {self._books.book} are in the market {held}, and settings say {meant}; "
                "set them back, or begin a workspace of its own for the other market"
            )

    def trade_cycle(self, outcome: Outcome, surroundings: BlockSurroundings) -> TradedCycle:
        """Settle what waited, decide, and enter all of it in the ledger.

        Args:
            outcome: What the book says at a time after the last one.
            surroundings: What surrounds it.

        Raises:
            LedgerError: The ledger refuses, or does not agree with the loop.
            RequestError: A request cannot be read.
        """
        measured = surroundings.add_pair_measures(outcome.pairs, outcome.at)
        requests = self._list_requests()
        memory = _release(self.memory, requests)
        around = surroundings.see(outcome.at, self.since, _list_venues(self.book, measured))
        around = replace(around, flows=self._list_flows(outcome.at, requests))
        traded = trade(
            self.book, memory, measured, outcome.decisions, around, self.accounts, since=self.since
        )
        ids = (*memory.requests, *(request.id for request in requests))[-KEPT_REQUESTS:]
        traded = replace(traded, memory=replace(traded.memory, requests=ids, market=self.market))
        self._enter(outcome.at, measured, traded)
        self.memory, self.since = traded.memory, outcome.at
        if self.root is not None:
            put_away(self.root, requests)
        assumed = ("1 USD for one USDT",) if surroundings.assumes_dollars else ()
        return TradedCycle(outcome, traded, requests, assumed)

    def assume_accounts(self, pairs: pl.DataFrame) -> None:
        """Take an account for granted where the settings name none: at the venue with the most pairs.

        A book whose legs stand at different venues has one at each, and its money in equal parts. An account
        is called as its venue.

        Args:
            pairs: The pairs of the first cycle.
        """
        legs = self.book.bound.book.manifest.pairing.legs
        venues = [pairs[f"{leg.name}_venue"] for leg in legs]
        alone = all((venue == venues[0]).all() for venue in venues)
        counted = (
            pl.concat([venue.alias("venue") for venue in venues])
            .value_counts()
            .sort("count", "venue", descending=[True, False])
        )
        chosen = counted["venue"].to_list()[: 1 if alone else None]
        chosen = [*self.memory.wallets] or chosen
        capital = self.book.program.settings[S_CAPITAL]
        money = Decimal(2000) if math.isnan(capital) else decimal_of(capital)
        self.accounts = tuple(Account(venue, venue) for venue in chosen)
        self.deposits = {venue: (money / len(chosen)).quantize(Decimal("0.01")) for venue in chosen}

    def _list_requests(self) -> tuple[Request, ...]:
        if self.root is None:
            return ()
        waiting = list_requests(self.root, self._books.book)
        return tuple(request for request in waiting if request.id not in self.memory.requests)

    def _list_flows(self, at: datetime, requests: Iterable[Request]) -> pl.DataFrame:
        """Money that comes or goes at this cycle."""
        signs = {"deposit": 1, "withdrawal": -1}
        flows = [
            (request.account, float(signs[request.wish] * request.amount_usd))
            for request in requests
            if request.wish in signs
        ]
        if self.since is None:
            flows = [*((name, float(amount)) for name, amount in self.deposits.items() if amount), *flows]
        names, amounts = [name for name, _ in flows], [amount for _, amount in flows]
        return pl.DataFrame(
            {"ts": [at] * len(flows), "account": names, "amount_usd": amounts},
            schema={"ts": pl.Datetime("us", "UTC"), "account": pl.String, "amount_usd": pl.Float64},
        )

    def _enter(self, at: datetime, measured: pl.DataFrame, traded: Traded) -> None:
        """Enter a cycle in the ledger, and hold the two accounts against each other."""
        if self.store is None:
            return
        facts = self._name_legs(measured, traded)
        open_pairs = [pair for pair, told in traded.memory.pairs.items() if any(told["units"])]
        events = self._books.tell(traded.events, facts, open_pairs)
        held = {key: leg for key, leg in facts.items() if key[0] in traded.memory.pairs}
        equity = self.store.commit_cycle(
            at,
            self._books.book,
            events,
            mark_legs(at, held),
            traded.memory.write(),
            _tell_facts(traded),
            day_starts=self.book.bound.book.manifest.day_starts,
        )
        counted = float(traded.book["equity_usd"][0])
        if abs(float(equity.total) - counted) > AGREE_USD:
            raise LedgerError(
                f"{self._books.book} at {at}: equity is {equity.total:f} USD by the ledger, {counted!r} by "
                "the loop; nothing more is done, please report it with the store"
            )

    def _name_legs(self, measured: pl.DataFrame, traded: Traded) -> dict[tuple[str, str], LegFacts]:
        legs = self.book.bound.book.manifest.pairing.legs
        names = {account.venue: account.name for account in reversed(self.accounts)}
        wanted = {*traded.events["pair"].drop_nulls(), *traded.memory.pairs}
        facts = name_legs(measured.filter(pl.col("pair").is_in(list(wanted))), legs, names)
        for key, leg in self._books.holdings.legs.items():
            facts.setdefault((key.pair, key.leg), _name_held(key.account, leg))
        for account in self.accounts:
            facts["", account.name] = _name_account(account)
        return facts


def trade_run(trader: Trader, cycles: Iterator[tuple[Candidates, Outcome]]) -> Iterator[TradedCycle]:
    """Trade at every cycle of a run; what a cycle did is on the disk before it is given.

    Args:
        trader: The book and its money.
        cycles: What the book says at each time, with the block that it is one of.
    """
    block: Candidates | None = None
    surroundings: BlockSurroundings | None = None
    for candidates, outcome in cycles:
        if not trader.accounts:
            trader.assume_accounts(outcome.pairs)
        if surroundings is None or candidates is not block:
            block, surroundings = candidates, BlockSurroundings(trader.book, candidates)
        yield trader.trade_cycle(outcome, surroundings)


def _recall(data: bytes) -> Memory:
    try:
        return read_memory(data)
    except (ValueError, KeyError, TypeError) as error:
        raise LedgerError(f"what the store remembers cannot be read: {error}") from error


def _release(memory: Memory, requests: Sequence[Request]) -> Memory:
    """The memory without the latches that people released."""
    freed = {(request.limit, request.entity) for request in requests if request.wish == "release"}
    kept = tuple(latch for latch in memory.latches if (latch.limit, latch.entity) not in freed)
    return replace(memory, latches=kept)


def _list_venues(book: LoopBook, measured: pl.DataFrame) -> list[str]:
    legs = book.bound.book.manifest.pairing.legs
    return sorted({venue for leg in legs for venue in measured[f"{leg.name}_venue"].drop_nulls()})


def _name_account(account: Account) -> LegFacts:
    return LegFacts(account.name, account.venue, "", "", "spot", Decimal(1), Decimal(1), None)


def _name_held(account: str, leg: object) -> LegFacts:
    instrument = leg.instrument  # type: ignore[attr-defined]
    return LegFacts(
        *(account, instrument.venue, instrument.symbol, instrument.base, instrument.kind),
        *(instrument.contract_size, instrument.multiplier, None),
    )


def _tell_facts(traded: Traded) -> dict[str, object]:
    """What is said of a cycle in the ledger: verdicts on candidates, what was done, limits that changed."""
    counted = traded.verdicts.group_by("verdict", "limit").len().sort("verdict", "limit")
    return {
        "verdicts": [list(row) for row in counted.iter_rows()],
        "acts": traded.acts.drop("ts").to_dicts(),
        "limits": traded.changes.drop("ts").to_dicts(),
    }
