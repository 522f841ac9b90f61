"""Names that market data reserves: what a formula may call without defining it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from engine.model import Leg

NameType = Literal["number", "text", "boolean", "instant"]
Vocabulary = Literal["venue", "coin", "symbol", "status", "leg_coin"]

MARGINED = ("swap", "future", "margin")
"""Kinds of legs that are held on margin."""

NEVER = 1e9
"""Stands for "has not happened, or will not": larger than any bound in hours."""

FUNDING_WINDOW_DAYS = (1, 3, 7, 30)


@dataclass(frozen=True, slots=True)
class CatalogueName:
    """One reserved name.

    Attributes:
        name: The name; `{leg}` stands for each leg of a book until it is expanded.
        type: Type of its values.
        unit: `price`, `usd`, `ratio`, `apr`, `hours`, `days`, `s`; empty if it has none.
        meaning: One sentence for the reader of a rule book.
        vocabulary: Which words a text may be; empty if it is no text.
        flat_value: Its value without a position, for a name about positions.
        fresh_value: Its value in the moment in which a position is opened; None if that may be any.
    """

    name: str
    type: NameType
    unit: str
    meaning: str
    vocabulary: Vocabulary | Literal[""] = ""
    flat_value: float | None = None
    fresh_value: float | None = None


PAIR_NAMES: tuple[CatalogueName, ...] = (
    CatalogueName("ts", "instant", "", "time of the cycle, UTC"),
    CatalogueName("pair", "text", "", "the candidate, as binance:BTC/USDT:USDT", "symbol"),
    CatalogueName("venue", "text", "", "exchange of the first leg; of all legs if paired by venue", "venue"),
    CatalogueName("base", "text", "", "coin of the first leg", "coin"),
    CatalogueName("quote", "text", "", "coin that the first leg is priced in", "coin"),
    CatalogueName("step_s", "number", "s", "time that one row of this pair stands for"),
    CatalogueName("quote_age_s", "number", "s", "time since the older quote of the legs was renewed"),
)

LEG_NAMES: tuple[CatalogueName, ...] = (
    CatalogueName("{leg}_symbol", "text", "", "symbol of the {leg} leg", "symbol"),
    CatalogueName("{leg}_venue", "text", "", "exchange that the {leg} leg trades at", "venue"),
    CatalogueName("{leg}_base", "text", "", "coin of the {leg} leg", "coin"),
    CatalogueName("{leg}_quote", "text", "", "coin that the {leg} leg is priced in", "coin"),
    CatalogueName(
        "{leg}_settle", "text", "", "coin that the {leg} leg is settled in; unknown for spot", "coin"
    ),
    CatalogueName("{leg}_status", "text", "", "whether the {leg} leg can be traded", "status"),
    CatalogueName(
        "{leg}_bid", "number", "price", "highest price per coin that someone pays for the {leg} leg"
    ),
    CatalogueName(
        "{leg}_ask", "number", "price", "lowest price per coin that someone sells the {leg} leg at"
    ),
    CatalogueName(
        "{leg}_mark", "number", "price", "price per coin that margin and funding of the {leg} leg use"
    ),
    CatalogueName("{leg}_open", "number", "price", "price that opens the {leg} leg at once, by its side"),
    CatalogueName("{leg}_close", "number", "price", "price that closes the {leg} leg at once, by its side"),
    CatalogueName(
        "{leg}_funding_rate",
        "number",
        "ratio",
        "next payment of the {leg} leg per interval; in history the last settled one",
    ),
    CatalogueName(
        "{leg}_funding_interval_hours", "number", "hours", "time between payments of the {leg} leg"
    ),
    CatalogueName("{leg}_volume_usd_24h", "number", "usd", "turnover of the {leg} leg in 24 hours"),
    CatalogueName("{leg}_taker_fee", "number", "ratio", "fee for filling the {leg} leg at once"),
    CatalogueName(
        "{leg}_depth_usd", "number", "usd", "offers for the {leg} leg within 10 bps; short list only"
    ),
    CatalogueName(
        "{leg}_has_book", "boolean", "", "whether the source of quotes carries order books; bars carry none"
    ),
    CatalogueName("{leg}_age_s", "number", "s", "time since the venue renewed the quote of the {leg} leg"),
    CatalogueName("{leg}_listed_days", "number", "days", "days since the {leg} leg was listed"),
    CatalogueName(
        "{leg}_hours_to_delisting", "number", "hours", "hours until the {leg} leg is delisted; never is 1e9"
    ),
    CatalogueName(
        "{leg}_expiry_days", "number", "days", "days until the {leg} leg is settled and gone; never is 1e9"
    ),
    CatalogueName(
        "{leg}_contract_size",
        "number",
        "",
        "what one contract of the {leg} leg is of: units of its symbol, of the quote coin if it is inverse",
    ),
    CatalogueName(
        "{leg}_inverse", "boolean", "", "whether margin and profit of the {leg} leg are in the base coin"
    ),
    CatalogueName(
        "{leg}_multiplier", "number", "", "coins in the unit that the symbol of the {leg} leg names"
    ),
    CatalogueName(
        "{leg}_lot_step", "number", "", "smallest change of an amount of the {leg} leg: units or contracts"
    ),
    CatalogueName("{leg}_min_lots", "number", "", "least order of the {leg} leg, in steps of its lots"),
    CatalogueName("{leg}_min_notional_usd", "number", "usd", "least order of the {leg} leg"),
    CatalogueName(
        "{leg}_fee_coin", "text", "", "coin in which the fee of a buy of the {leg} leg is taken", "leg_coin"
    ),
    CatalogueName(
        "{leg}_borrow_apr", "number", "apr", "cost of borrowing the coin of the {leg} leg, if any is lent"
    ),
    CatalogueName("{leg}_borrow_available_usd", "number", "usd", "coins of the {leg} leg that are lent"),
    CatalogueName(
        "{leg}_maintenance_rate",
        "number",
        "ratio",
        "margin to keep on the {leg} leg, first tier, of notional",
    ),
    CatalogueName("{leg}_max_leverage", "number", "", "largest leverage that the venue allows the {leg} leg"),
    *(
        CatalogueName(
            f"{{leg}}_funding_apr_{days}d",
            "number",
            "apr",
            f"settled funding of the {{leg}} leg over {days} d, weighted by time, a year",
        )
        for days in FUNDING_WINDOW_DAYS
    ),
)


def _position(
    name: str, unit: str, meaning: str, flat: float = 0.0, fresh: float | None = None
) -> CatalogueName:
    return CatalogueName(name, "number", unit, meaning, flat_value=flat, fresh_value=fresh)


POSITION_NAMES: tuple[CatalogueName, ...] = (
    _position(
        "hours_since_exit",
        "hours",
        "hours since a position in this pair was closed; 1e9 if none ever was",
        NEVER,
    ),
    _position("age_hours", "hours", "hours since the position was opened; 0 without one", fresh=0.0),
    _position("entry_basis", "ratio", "price difference at which the position was opened; 0 without one"),
    _position(
        "basis_gain",
        "ratio",
        "what the price difference has earned since the entry, on notional; 0 without a position",
        fresh=0.0,
    ),
    _position("pnl_usd", "usd", "profit and loss of the position, all costs in; 0 without one", fresh=0.0),
    _position("funding_usd", "usd", "funding that the position has received; 0 without one", fresh=0.0),
    _position("notional_usd", "usd", "notional of the position, one leg; 0 without one"),
    _position("delta_usd", "usd", "what the legs of the position do not cancel; 0 without one"),
    _position(
        "liquidation_distance",
        "ratio",
        "how far the price is from the nearest liquidation; 1e9 without a position",
        NEVER,
    ),
)

MARGIN_NAMES: tuple[CatalogueName, ...] = (
    _position(
        "{leg}_leverage", "", "notional of the {leg} leg on the equity of its margin; 0 without a position"
    ),
)
"""Names about positions that there are for each leg on margin."""


def names_for(legs: Iterable[Leg]) -> tuple[CatalogueName, ...]:
    """Every name reserved by a book with these legs, `{leg}` replaced by each leg's name."""
    legs = tuple(legs)
    expanded = [_expand(entry, leg) for leg in legs for entry in LEG_NAMES]
    return (*PAIR_NAMES, *expanded, *position_names_for(legs))


def position_names_for(legs: Iterable[Leg]) -> tuple[CatalogueName, ...]:
    """Every name about positions of a book with these legs."""
    margined = [leg for leg in legs if leg.kind in MARGINED]
    return (*POSITION_NAMES, *(_expand(entry, leg) for leg in margined for entry in MARGIN_NAMES))


def _expand(entry: CatalogueName, leg: Leg) -> CatalogueName:
    return replace(entry, name=entry.name.format(leg=leg.name), meaning=entry.meaning.format(leg=leg.name))
