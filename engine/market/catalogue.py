"""Names that market data reserves: what a formula may call without defining it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from engine.model import Leg

NameType = Literal["number", "text", "boolean", "instant"]
Vocabulary = Literal["venue", "coin", "symbol", "status"]

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
    """

    name: str
    type: NameType
    unit: str
    meaning: str
    vocabulary: Vocabulary | Literal[""] = ""
    flat_value: float | None = None


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
    CatalogueName("{leg}_status", "text", "", "whether the {leg} leg can be traded", "status"),
    CatalogueName("{leg}_bid", "number", "price", "highest price that someone pays for the {leg} leg"),
    CatalogueName("{leg}_ask", "number", "price", "lowest price that someone sells the {leg} leg at"),
    CatalogueName("{leg}_mark", "number", "price", "price that margin and funding of the {leg} leg use"),
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

POSITION_NAMES: tuple[CatalogueName, ...] = (
    CatalogueName(
        "hours_since_exit",
        "number",
        "hours",
        "hours since a position in this pair was closed; 1e9 if none ever was",
        flat_value=NEVER,
    ),
)


def names_for(legs: Iterable[Leg]) -> tuple[CatalogueName, ...]:
    """Every name reserved by a book with these legs, `{leg}` replaced by each leg's name."""
    expanded = [
        replace(entry, name=entry.name.format(leg=leg.name), meaning=entry.meaning.format(leg=leg.name))
        for leg in legs
        for entry in LEG_NAMES
    ]
    return (*PAIR_NAMES, *expanded, *POSITION_NAMES)
