"""Positions with their history: from the first fill of a pair until it holds nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from engine.ledger.balances import Holdings, Leg, apply_entry
from engine.ledger.events import Fill, LegEvent
from engine.ledger.exact import exactly
from engine.ledger.posting import Account, Entry

EARNED = (Account.GAINS, Account.FUNDING, Account.FEES, Account.BORROW, Account.DUST)
"""Accounts that say what a position earned and cost."""

Sums = Mapping[str, Decimal]
"""Amounts by coin, above 0 what was received."""


@dataclass(frozen=True, slots=True)
class Position:
    """What was held of a pair in an account from one time on.

    Attributes:
        account: The account.
        pair: Id of the pair.
        opened: Time of the first fill.
        closed: Time from which it held nothing; None while it is open.
        rule: Id of the rule that opened it.
        version: Version of the book that opened it.
        legs: Its open legs, by name.
        fills: Its trades, in order.
        earned: By account of `EARNED` and coin what was received, or paid if below 0, so far.
    """

    account: str
    pair: str
    opened: datetime
    closed: datetime | None
    rule: str
    version: str
    legs: Mapping[str, Leg]
    fills: tuple[Fill, ...]
    earned: Mapping[Account, Sums]


@dataclass(slots=True)
class _Course:
    """A position while its entries are read."""

    first: Fill
    fills: list[Fill] = field(default_factory=list)
    earned: dict[Account, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    closed: datetime | None = None
    legs: Mapping[str, Leg] = field(default_factory=dict)

    def add(self, entry: Entry, holdings: Holdings) -> None:
        """Add an entry of the pair, after which so much is held."""
        event = entry.event
        self.fills += [event] if isinstance(event, Fill) else []
        for posting in entry.postings:
            if posting.account in EARNED:
                sums = self.earned[posting.account]
                sums[posting.commodity] = sums.get(posting.commodity, Decimal()) - posting.amount
        place = (self.first.account, self.first.pair)
        self.legs = {key.leg: leg for key, leg in holdings.legs.items() if (key.account, key.pair) == place}
        if self.legs:
            self.closed = None
        elif self.closed is None:
            self.closed = event.at


@exactly
def list_positions(entries: Iterable[Entry]) -> tuple[Position, ...]:
    """The positions of a book, in the order in which they were opened.

    What is told of a pair after it was closed, such as a late payment of funding, counts to its last one.

    Args:
        entries: All entries of the book, or all of some pairs, in order.
    """
    holdings = Holdings()
    courses: list[_Course] = []
    latest: dict[tuple[str, str], _Course] = {}
    for entry in entries:
        event = entry.event
        holdings = apply_entry(holdings, entry)
        if not isinstance(event, LegEvent):
            continue
        place = (event.account, event.pair)
        if isinstance(event, Fill) and (place not in latest or latest[place].closed is not None):
            latest[place] = _Course(event)
            courses.append(latest[place])
        if place in latest:
            latest[place].add(entry, holdings)
    return tuple(_finish(each) for each in courses)


def _finish(course: _Course) -> Position:
    first = course.first
    earned = {account: dict(course.earned.get(account, {})) for account in EARNED}
    return Position(
        *(first.account, first.pair, first.at, course.closed, first.rule, first.version),
        *(course.legs, tuple(course.fills), earned),
    )
