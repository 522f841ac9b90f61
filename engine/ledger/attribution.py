"""What changed a book's equity between two cycles: by pair, venue and version, to the last digit.

Equity is Σ amount of coin × rate. What comes and goes between two cycles counts at the later rate, so that

    change of equity = Σ flow of coin × later rate + Σ earlier amount of coin × (later rate - earlier rate)

The second sum is `currency`. The flows of a leg are its funding, fees, borrow and dust as posted, its
slippage, and as `basis` the rest of what it gained by price: its gains as posted, and the change of what it
is worth beyond its cost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.ledger.balances import Holdings, Kept, Leg, LegKey, key_of
from engine.ledger.components import Components, Source
from engine.ledger.entries import net_change
from engine.ledger.events import Fill, LegEvent
from engine.ledger.exact import ZERO, exactly
from engine.ledger.marks import Marks
from engine.ledger.posting import Account, Entry
from engine.ledger.valuation import Reserved, count_free, surplus_of, worth_of

_Flow = tuple[Source, str, Decimal]


@dataclass(frozen=True, slots=True)
class Attribution:
    """What changed equity between two cycles.

    Attributes:
        components: By source; their totals add up to the change of equity - deposits + withdrawals.
        deposits: What the user brought in, and what is reserved no longer, in USD.
        withdrawals: What the user took out, and what became reserved, in USD, above 0.
    """

    components: Mapping[Source, Components]
    deposits: Decimal
    withdrawals: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """What a book holds at the time of a cycle, and at which marks it is valued."""

    holdings: Holdings
    marks: Marks
    reserved: Reserved


_CAUSES = {
    Account.FUNDING: "funding",
    Account.GAINS: "basis",
    Account.FEES: "fees",
    Account.BORROW: "borrow",
    Account.DUST: "dust",
}
_OUTSIDE = Source("", "", "")


@exactly
def attribute(before: Standing | None, entries: Sequence[Entry], after: Standing) -> Attribution:
    """What changed equity from one cycle to the next.

    Args:
        before: The earlier cycle; None if there was none, and nothing was held.
        entries: What was entered since, in order.
        after: The later cycle.

    Raises:
        LedgerError: A price or rate that is needed is unknown.
    """
    start = before or Standing(Holdings(), after.marks, {})
    flows = [flow for entry in entries for flow in _list_flows(entry, after.marks)]
    flows += _list_surpluses(start, entries, after)
    flows += _list_currency(start, entries, after.marks)
    sums: dict[Source, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for source, cause, amount in flows:
        if amount:
            sums[source][cause] += amount
    capital = [*_list_capital(entries, after.marks), *_list_reserved(start.reserved, after)]
    return Attribution(
        {source: Components(**causes) for source, causes in sums.items()},
        sum((each for each in capital if each > 0), ZERO),
        -sum((each for each in capital if each < 0), ZERO),
    )


def _list_flows(entry: Entry, marks: Marks) -> Iterator[_Flow]:
    """What an event of a leg added by itself, at the rates of the later cycle."""
    event = entry.event
    if not isinstance(event, LegEvent):
        return
    source = Source(event.pair, event.venue, event.version)
    for posting in entry.postings:
        if posting.account in _CAUSES:
            yield source, _CAUSES[posting.account], -posting.amount * marks.rate(posting.commodity)
    if isinstance(event, Fill) and event.price != event.reference_price:
        worth = slippage_of(event) * marks.rate(event.instrument.settle)
        yield source, "slippage", worth
        yield source, "basis", -worth


@exactly
def slippage_of(fill: Fill) -> Decimal:
    """What a fill gained by its price against the best quote, below 0 if it was worse; in `settle`."""
    instrument, change = fill.instrument, net_change(fill)
    return instrument.value(change, fill.reference_price) - instrument.value(change, fill.price)


def _list_surpluses(start: Standing, entries: Sequence[Entry], after: Standing) -> Iterator[_Flow]:
    """By how much more legs are worth beyond their cost than they were."""
    for standing, sign in ((start, -1), (after, 1)):
        for key, leg in standing.holdings.legs.items():
            surplus = surplus_of(key, leg, standing.marks)
            if surplus:
                worth = sign * surplus * after.marks.rate(leg.instrument.settle)
                yield _source_of(key, leg, entries), "basis", worth


def _source_of(key: LegKey, held: Leg | Kept, entries: Sequence[Entry]) -> Source:
    """Where what a leg gains by being held is counted: under the version of its latest event."""
    events = (each.event for each in reversed(entries))
    latest = (each.version for each in events if isinstance(each, LegEvent) and key_of(each) == key)
    return Source(key.pair, held.instrument.venue, next(latest, held.version))


def _list_currency(start: Standing, entries: Sequence[Entry], marks: Marks) -> Iterator[_Flow]:
    """What earlier amounts gained because the rates of their coins changed."""
    holdings = start.holdings
    amounts: list[tuple[Source, str, Decimal]] = [
        (_source_of(key, leg, entries), leg.instrument.settle, worth_of(key, leg, start.marks))
        for key, leg in holdings.legs.items()
    ]
    amounts += [
        (_source_of(key, kept, entries), kept.instrument.settle, kept.value)
        for key, kept in holdings.kept.items()
    ]
    free = count_free(holdings, start.reserved)
    amounts += [(_OUTSIDE, coin, amount) for coin, amount in free.items()]
    for source, coin, amount in amounts:
        if amount:
            yield source, "currency", amount * (marks.rate(coin) - start.marks.rate(coin))


def _list_capital(entries: Sequence[Entry], marks: Marks) -> Iterator[Decimal]:
    for entry in entries:
        for posting in entry.postings:
            if posting.account is Account.CAPITAL:
                yield -posting.amount * marks.rate(posting.commodity)


def _list_reserved(before: Reserved, after: Standing) -> Iterator[Decimal]:
    """What is reserved no longer counts as brought in, what becomes reserved as taken out."""
    for coin in dict.fromkeys((*before, *after.reserved)):
        freed = before.get(coin, ZERO) - after.reserved.get(coin, ZERO)
        if freed:
            yield freed * after.marks.rate(coin)
