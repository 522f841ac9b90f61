"""At which prices open legs would be closed, and what coins are worth, at one time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from engine.errors import LedgerError
from engine.ledger.balances import LegKey
from engine.ledger.instrument import Instrument

CURRENCY = "USD"
"""What books are kept in; its rate is 1."""

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Marks:
    """Prices and rates that value what a book holds.

    Attributes:
        at: When they were seen.
        prices: The price that would close a leg, by leg: the bid of what is held, the ask of what is owed. So
            two pairs may hold one instrument on opposite sides, or see it at different times.
        rates: USD for one coin: of each quote coin, and of every other coin that lies in a wallet outside of
            legs, pays a fee or settles an inverse contract. USD itself need not be given.
        stale: Of `prices` (as `name_leg` says) and `rates` (as the coin) those that are older than `at`.
    """

    at: datetime
    prices: Mapping[LegKey, Decimal]
    rates: Mapping[str, Decimal]
    stale: frozenset[str] = field(default=frozenset())

    def __post_init__(self) -> None:
        if self.at.utcoffset() is None:
            raise LedgerError(f"marks: {self.at} has no time zone; give it one, such as UTC")
        named: dict[str, object] = {
            **{name_leg(key): price for key, price in self.prices.items()},
            **self.rates,
        }
        for name, value in named.items():
            if not isinstance(value, Decimal) or not value.is_finite() or value <= 0:
                raise LedgerError(f"marks at {self.at}: {name}: {value!r} is no decimal above zero")

    def price(self, key: LegKey, instrument: Instrument) -> Decimal:
        """The closing price of a leg.

        Args:
            key: The leg.
            instrument: What it is in, for those who read that its price is unknown.

        Raises:
            LedgerError: It is unknown.
        """
        price = self.prices.get(key)
        if price is None:
            raise LedgerError(
                f"no closing price of {instrument.symbol} at {instrument.venue} at {self.at}: "
                f"the open leg {key.leg} of {key.pair} has no value"
            )
        return price

    def rate(self, coin: str) -> Decimal:
        """USD for one coin.

        Raises:
            LedgerError: It is unknown.
        """
        rate = _ONE if coin == CURRENCY else self.rates.get(coin)
        if rate is None:
            raise LedgerError(f"no rate of {coin} in {CURRENCY} at {self.at}; give one with the marks")
        return rate

    def fill_in(self, last: Marks) -> Marks:
        """These marks, and of the last ones what is missing here, flagged as stale."""
        prices = {key: price for key, price in last.prices.items() if key not in self.prices}
        rates = {coin: rate for coin, rate in last.rates.items() if coin not in self.rates}
        old = {*map(name_leg, prices), *rates}
        return replace(
            self, prices={**prices, **self.prices}, rates={**rates, **self.rates}, stale=self.stale | old
        )


def name_leg(key: LegKey) -> str:
    """How a leg is named among what is stale."""
    return " ".join(key)
