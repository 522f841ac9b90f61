"""What the loop did on paper, as events of the ledger in exact decimals.

Paper accounts hold dollars: prices in USDT and USDC count as dollars, which the book's limit on `usdt_usd`
guards.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

from engine.errors import LedgerError
from engine.ledger.balances import Holdings, LegKey, apply_entry
from engine.ledger.balances import Leg as OpenLeg
from engine.ledger.entries import make_entry
from engine.ledger.events import Borrow, Deposit, Dust, Event, Fill, Funding, Transfer, Withdrawal
from engine.ledger.exact import decimal_of, divide, exactly
from engine.ledger.instrument import name_wallet
from engine.ledger.marks import CURRENCY, Marks
from engine.model import Kind, Leg

_CENT_PARTS = Decimal("1e-8")
"""For the two numbers that are rounded on purpose, where all others are exact."""


@dataclass(frozen=True, slots=True)
class LegFacts:
    """Who a leg of a pair is.

    Attributes:
        account: The account that trades it.
        venue: Where.
        symbol: Unified symbol.
        base: Coin.
        kind: Kind of instrument.
        contract_size: Size of a contract, 1 for coins; None if it is not known.
        multiplier: Coins of base in one unit that the symbol names; None if it is not known.
        close: Price per coin that closes it now; None if it is not known.
    """

    account: str
    venue: str
    symbol: str
    base: str
    kind: Kind
    contract_size: Decimal | None
    multiplier: Decimal | None
    close: Decimal | None

    def know_contract_size(self) -> Decimal:
        """The size of a contract.

        Raises:
            LedgerError: It is not known.
        """
        return self._know(self.contract_size, "contract size")

    def know_multiplier(self) -> Decimal:
        """Coins in one unit that the symbol names.

        Raises:
            LedgerError: It is not known.
        """
        return self._know(self.multiplier, "multiplier")

    def _know(self, value: Decimal | None, what: str) -> Decimal:
        if value is None:
            raise LedgerError(
                f"the {what} of {self.symbol} at {self.venue} is not known now: nothing is entered with an "
                f"assumed one; see that the market gives the {what} where an order is filled"
            )
        return value


@dataclass(frozen=True, slots=True)
class Flow:
    """Money that comes or goes.

    Attributes:
        account: The account.
        venue: Where it is.
        amount: USD, below zero if it goes.
    """

    account: str
    venue: str
    amount: Decimal


@dataclass(slots=True)
class PaperBooks:
    """Tells the events of a book, cycle by cycle, and follows what they leave.

    Attributes:
        book: Name of the book.
        version: Version in force.
        holdings: What is held after the events told so far.
    """

    book: str
    version: str
    holdings: Holdings = field(default_factory=Holdings)

    @exactly
    def tell(
        self,
        at: datetime,
        events: pl.DataFrame,
        facts: Mapping[tuple[str, str], LegFacts],
        held: Collection[str],
        flows: Sequence[Flow] = (),
    ) -> list[Event]:
        """The events of one cycle.

        Args:
            at: Its time.
            events: As `engine.portfolio.trading.Traded.events`; their flows are those below, in floats.
            facts: Who each leg is, by pair and name of the leg.
            held: Pairs with a position after the cycle. Of others nothing stays open, also where the rounding
                of floats hid from the loop that some part of a coin is left.
            flows: Money that came or went, before everything else.

        Raises:
            LedgerError: An event does not fit what is held, or is of a leg whose sizes are not known.
        """
        told: list[Event] = []
        for place, flow in enumerate(flows):
            self._take(self._tell_flow(at, place, flow), told)
        rows = [row for row in events.iter_rows(named=True) if row["kind"] != "flow"]
        closed = {row["pair"]: row for row in rows if row["kind"] == "fill" and row["pair"] not in held}
        rows += [
            {**row, "kind": "dust", "leg": leg, "price": float(fact.close or 0)}
            for pair, row in closed.items()
            for (whose, leg), fact in facts.items()
            if whose == pair
        ]
        for place, row in enumerate(rows):
            for event in self._tell_one(row, place, facts):
                self._take(event, told)
        return told

    def _take(self, event: Event, told: list[Event]) -> None:
        self.holdings = apply_entry(self.holdings, make_entry(event, self.holdings))
        told.append(event)

    def _tell_flow(self, at: datetime, place: int, flow: Flow) -> Event:
        common: dict[str, Any] = {
            **self._begin(at, f"flow {place}", flow.account),
            "wallet": name_wallet(flow.venue, "spot"),
            "coin": CURRENCY,
        }
        if flow.amount > 0:
            return Deposit(**common, amount=flow.amount)
        return Withdrawal(**common, amount=-flow.amount)

    def _begin(self, at: datetime, place: object, account: str) -> dict[str, Any]:
        return {
            "id": f"{self.book} {at:%Y-%m-%dT%H:%M:%S.%f} {place}",
            "at": at,
            "account": account,
            "book": self.book,
            "version": self.version,
        }

    def _tell_one(
        self, row: Mapping[str, Any], place: int, facts: Mapping[tuple[str, str], LegFacts]
    ) -> Iterator[Event]:
        leg = facts[row["pair"], row["leg"]]
        common = self._begin(row["ts"], place, leg.account)
        whose: dict[str, Any] = {
            "pair": row["pair"],
            "leg": row["leg"],
            "venue": leg.venue,
            "symbol": leg.symbol,
        }
        match row["kind"]:
            case "fill":
                yield _tell_fill(row, leg, {**common, **whose})
            case "funding" if row["amount"] is not None:
                yield self._tell_funding(row, leg, {**common, **whose})
            case "borrow" if row["amount"]:
                yield self._tell_borrow(row, leg, {**common, **whose})
            case "dust" if LegKey(leg.account, row["pair"], row["leg"]) in self.holdings.legs:
                price = decimal_of(row["price"]) * leg.know_multiplier()
                yield Dust(**common, **whose, quantity=self._find_quantity(leg, row), price=price)
            case "margin":
                yield from _tell_transfer(row, leg, common)

    def _find_quantity(self, leg: LegFacts, row: Mapping[str, Any]) -> Decimal:
        return self.holdings.legs[LegKey(leg.account, row["pair"], row["leg"])].quantity

    def _tell_funding(self, row: Mapping[str, Any], leg: LegFacts, common: Mapping[str, Any]) -> Funding:
        quantity, rate = self._find_quantity(leg, row), decimal_of(row["rate"])
        mark = decimal_of(row["price"]) * leg.know_multiplier()
        amount = -quantity * leg.know_contract_size() * mark * rate
        return Funding(**common, amount=amount, coin=CURRENCY, rate=rate, mark_price=mark, quantity=quantity)

    def _tell_borrow(self, row: Mapping[str, Any], leg: LegFacts, common: Mapping[str, Any]) -> Borrow:
        amount, price = -decimal_of(row["amount"]), decimal_of(row["price"]) * leg.know_multiplier()
        owed = abs(self._find_quantity(leg, row)) * price
        rate = divide(amount, owed)
        return Borrow(**common, amount=amount, coin=CURRENCY, rate=rate, quantity=owed, price=price)


def _tell_fill(row: Mapping[str, Any], leg: LegFacts, common: Mapping[str, Any]) -> Fill:
    quantity = Decimal(abs(int(row["lots"]))) * decimal_of(row["step"])
    size, multiplier = leg.know_contract_size(), leg.know_multiplier()
    price, reference = (decimal_of(row[name]) * multiplier for name in ("price", "reference"))
    rate, in_coin = decimal_of(row["fee_rate"]), row["fee_in_base"] == 1.0
    fee = quantity * multiplier * rate if in_coin else quantity * size * price * rate
    return Fill(
        **common,
        kind=leg.kind,
        base=leg.base,
        quote=CURRENCY,
        side="buy" if row["lots"] > 0 else "sell",
        quantity=quantity,
        contract_size=size,
        inverse=False,
        multiplier=multiplier,
        price=price,
        reference_price=reference,
        fee=fee,
        fee_coin=leg.base if in_coin else CURRENCY,
        rule=row["rule"] or row["limit"] or row["purpose"],
        purpose=row["purpose"],
    )


def _tell_transfer(row: Mapping[str, Any], leg: LegFacts, common: Mapping[str, Any]) -> Iterator[Transfer]:
    """Money between the account and the margin; what floats leave below a part of a cent is no transfer."""
    told = abs(decimal_of(row["amount"]))
    amount = told - told % _CENT_PARTS
    free, margin = name_wallet(leg.venue, "spot"), name_wallet(leg.venue, leg.kind)
    there, back = (free, margin) if row["amount"] > 0 else (margin, free)
    if amount:
        yield Transfer(
            **common, from_wallet=there, to_wallet=back, coin=CURRENCY, amount=amount, reason=row["purpose"]
        )


def mark_legs(at: datetime, facts: Mapping[tuple[str, str], LegFacts]) -> Marks:
    """The prices that close legs, in the venue's unit, of those that are known now."""
    prices = {
        LegKey(leg.account, pair, name): leg.close * leg.multiplier
        for (pair, name), leg in facts.items()
        if leg.close is not None and leg.multiplier is not None
    }
    return Marks(at=at, prices=prices, rates={})


def name_legs(
    measured: pl.DataFrame,
    legs: tuple[Leg, ...],
    find_account: Callable[[str, str], str],
    holdings: Holdings,
) -> dict[tuple[str, str], LegFacts]:
    """Who the legs of pairs are.

    Args:
        measured: Rows of pairs at one time.
        legs: The legs of the book.
        find_account: Name of the account that trades a coin at a venue; empty for none.
        holdings: What is held: a leg that is open keeps the sizes that it was opened with, whether the market
            tells them now or not, and is named where its pair is not quoted.
    """
    facts = {
        (row["pair"], leg.name): _name_leg(row, leg, find_account)
        for row in measured.iter_rows(named=True)
        for leg in legs
    }
    for key, held in holdings.legs.items():
        name = key.pair, key.leg
        facts[name] = _keep_sizes(facts.get(name) or _name_held(key.account, held), held)
    return facts


def _name_held(account: str, held: OpenLeg) -> LegFacts:
    it = held.instrument
    sizes = it.contract_size, it.multiplier
    return LegFacts(account, it.venue, it.symbol, it.base, it.kind, *sizes, close=None)


def _keep_sizes(leg: LegFacts, held: OpenLeg) -> LegFacts:
    it = held.instrument
    return replace(leg, contract_size=it.contract_size, multiplier=it.multiplier)


def _name_leg(row: Mapping[str, Any], leg: Leg, find_account: Callable[[str, str], str]) -> LegFacts:
    def read(name: str) -> Any:
        return row[f"{leg.name}_{name}"]

    def know(name: str) -> Decimal | None:
        value = read(name)
        return None if value is None else decimal_of(value)

    return LegFacts(
        account=find_account(read("venue"), row["base"]),
        venue=read("venue"),
        symbol=read("symbol"),
        base=row["base"],
        kind=leg.kind,
        contract_size=know("contract_size"),
        multiplier=know("multiplier"),
        close=know("close"),
    )
