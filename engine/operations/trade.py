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
from engine.ledger.paper import Flow, LegFacts, PaperBooks, mark_legs, name_legs
from engine.ledger.store import Store
from engine.ledger.valuation import Equity
from engine.market.assembly import Candidates
from engine.operations.answers import Answers, answer, count_free, find_account
from engine.operations.continuity import check_accounts, check_market, keep_shape
from engine.operations.surroundings import FLOWS, BlockSurroundings
from engine.portfolio.layout import S_CAPITAL
from engine.portfolio.memory import Memory, begin_memory, read_memory
from engine.portfolio.program import LoopBook
from engine.portfolio.signals import Account
from engine.portfolio.trading import Traded, trade
from engine.requests import Refusal, Request, list_requests, put_away, refuse

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
        refused: Requests that were not.
        assumed: What was assumed for want of quotes.
        late: Whether it was recorded by an earlier run, which a kill kept from trading it.
    """

    outcome: Outcome
    traded: Traded
    taken: tuple[Request, ...] = ()
    refused: tuple[Refusal, ...] = ()
    assumed: tuple[str, ...] = ()
    late: bool = False


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
        self._books = PaperBooks(book.manifest.name, name_version(book.version, book.fingerprint))
        if self.store is None:
            return
        last = self.store.read_last_cycle(self.name)
        standing = self.store.read_standing(self.name)
        if last is not None and standing is not None:
            self.since, self.memory = last[0], _recall(self.name, last[1])
            self._books.holdings = standing.holdings
            check_market(self.name, self.memory, self.market)
            check_accounts(self.name, self.memory, standing.holdings, self.accounts)

    @property
    def name(self) -> str:
        """Name of the book."""
        return self._books.book

    def follow(self, book: LoopBook, version: str) -> None:
        """Trade by a version of the book from now on.

        Args:
            book: The version.
            version: How the ledger names it.

        Raises:
            LedgerError: Its legs are others than those of open positions.
        """
        legs = book.bound.book.manifest.pairing.legs
        self.memory = keep_shape(self.name, self.memory, self._books.holdings, legs)
        self.book, self._books.version = book, version

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
        answers = self._answer(measured)
        around = surroundings.see(outcome.at, self.since, _list_venues(self.book, measured))
        around = replace(around, flows=_tell_flows(outcome.at, answers.flows))
        traded = trade(
            self.book, answers.memory, measured, outcome.decisions, around, self.accounts, since=self.since
        )
        ids = (*answers.memory.requests, *(request.id for request in answers.taken))[-KEPT_REQUESTS:]
        traded = replace(traded, memory=replace(traded.memory, requests=ids, market=self.market))
        self._enter(outcome.at, measured, traded, answers.flows)
        self.memory, self.since = traded.memory, outcome.at
        if self.root is not None:
            put_away(self.root, answers.taken)
        assumed = ("1 USD for one USDT",) if surroundings.assumes_dollars(outcome.at) else ()
        return TradedCycle(outcome, traded, answers.taken, answers.refused, assumed)

    def _answer(self, measured: pl.DataFrame) -> Answers:
        """Sort the requests that wait; those that are refused are put aside, which changes nothing else.

        What is known to be taken in was kept in its place by a kill: it is put away now.
        """
        waiting: tuple[Request, ...] = ()
        if self.root is not None:
            listed = list_requests(self.root, self.name)
            put_away(self.root, [request for request in listed if request.id in self.memory.requests])
            waiting = tuple(request for request in listed if request.id not in self.memory.requests)
        legs = self.book.bound.book.manifest.pairing.legs
        free = count_free(self.memory, self._books.holdings, self.accounts, legs, measured) if waiting else {}
        answers = answer(waiting, self.memory, self.accounts, self.deposits, free)
        if self.root is not None:
            for refusal in answers.refused:
                refuse(self.root, refusal)
        return answers

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

    def _enter(self, at: datetime, measured: pl.DataFrame, traded: Traded, flows: Sequence[Flow]) -> None:
        """Enter a cycle in the ledger, unless the two accounts do not agree."""
        if self.store is None:
            return
        facts = self._name_legs(measured, traded)
        open_pairs = [pair for pair, told in traded.memory.pairs.items() if any(told["units"])]
        events = self._books.tell(at, traded.events, facts, open_pairs, flows)
        held = {key: leg for key, leg in facts.items() if key[0] in traded.memory.pairs}
        counted = float(traded.book["equity_usd"][0])
        self.store.commit_cycle(
            at,
            self.name,
            events,
            mark_legs(at, held),
            traded.memory.write(),
            _tell_facts(traded),
            day_starts=self.book.bound.book.manifest.day_starts,
            check=lambda equity: _compare(self.name, at, equity, counted),
        )

    def _name_legs(self, measured: pl.DataFrame, traded: Traded) -> dict[tuple[str, str], LegFacts]:
        legs = self.book.bound.book.manifest.pairing.legs
        wanted = {*traded.events["pair"].drop_nulls(), *traded.memory.pairs}
        rows = measured.filter(pl.col("pair").is_in(list(wanted)))
        holdings = self._books.holdings
        return name_legs(rows, legs, lambda venue, base: find_account(self.accounts, venue, base), holdings)


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


def _recall(book: str, data: bytes) -> Memory:
    try:
        return read_memory(data)
    except (ValueError, KeyError, TypeError) as error:
        raise LedgerError(f"what the store remembers of {book} cannot be read: {error}") from error


def name_version(version: str, fingerprint: str) -> str:
    """How the ledger names a version of a book."""
    return f"{version} {fingerprint}"


def _compare(book: str, at: datetime, equity: Equity, counted: float) -> None:
    """Hold the two accounts against each other.

    Raises:
        LedgerError: They differ by more than floats lose.
    """
    if not abs(float(equity.total) - counted) <= AGREE_USD:
        raise LedgerError(
            f"{book} at {at}: equity is {equity.total:f} USD by the ledger and {counted!r} by the loop; "
            "the cycle is not entered and nothing more is done, please report it with the store"
        )


def _tell_flows(at: datetime, flows: Iterable[Flow]) -> pl.DataFrame:
    """Money that comes or goes at a cycle, as the loop takes it."""
    told = [(at, flow.account, float(flow.amount)) for flow in flows]
    return pl.DataFrame(told, schema=FLOWS, orient="row")


def _list_venues(book: LoopBook, measured: pl.DataFrame) -> list[str]:
    legs = book.bound.book.manifest.pairing.legs
    return sorted({venue for leg in legs for venue in measured[f"{leg.name}_venue"].drop_nulls()})


def _tell_facts(traded: Traded) -> dict[str, object]:
    """What is said of a cycle in the ledger: verdicts on candidates, what was done, limits that changed."""
    counted = traded.verdicts.group_by("verdict", "limit").len().sort("verdict", "limit")
    return {
        "verdicts": [list(row) for row in counted.iter_rows()],
        "acts": traded.acts.drop("ts").to_dicts(),
        "limits": traded.changes.drop("ts").to_dicts(),
    }
