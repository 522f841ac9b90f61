"""Measures: what limits may bound beside the columns of a pair, and at which scopes each has a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.language.names import Scope
from engine.language.types import Kind, Name, Stage, Type
from engine.language.units import PLAIN, find_unit

SCOPES = ("book", "account", "venue", "base", "pair", "position")
"""What a limit can be about, from the widest to the narrowest."""

PAIR_SCOPES = ("pair", "position")
"""Scopes that see the columns of a pair, its metrics, and what is known of its position."""

_WIDE = ("book", "account", "venue", "base")


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure.

    Attributes:
        name: What formulas of limits call it.
        unit: Its unit, as in the catalogue; empty for a plain number.
        scopes: Scopes at which it has a value: that of the book, of one venue, …
        meaning: One sentence for the reader of a rule book.
    """

    name: str
    unit: str
    scopes: tuple[str, ...]
    meaning: str


MEASURES: tuple[Measure, ...] = (
    Measure("equity_usd", "usd", ("book", "account", "venue"), "cash and open legs at closing prices"),
    Measure("capital_used_usd", "usd", _WIDE, "entry notional times capital of each leg, and top-ups"),
    Measure("notional_usd", "usd", _WIDE, "notional of the open positions, one leg each"),
    Measure("delta_usd", "usd", _WIDE, "what the legs of the open positions do not cancel"),
    Measure("gross_leverage", "", ("book", "account", "venue"), "sum of notionals on equity"),
    Measure(
        "pnl_today_usd", "usd", ("book", "base"), "profit and loss since the day began, without deposits"
    ),
    Measure("drawdown", "ratio", ("book",), "distance of equity from its highest, on that"),
    Measure("daily_var_99", "ratio", ("book",), "loss of a day that one day in 100 exceeds, on equity"),
    Measure(
        "daily_var_99_normal", "ratio", ("book",), "the same if daily profits were normal, to compare with it"
    ),
    Measure("equity_vol", "ratio", ("book",), "realised volatility of equity a year"),
    Measure("position_correlation", "", ("book",), "largest correlation between the daily P&L of positions"),
    Measure("beta_btc", "", ("book",), "beta of equity to the price of Bitcoin"),
    Measure("buffer_left_usd", "usd", ("book",), "what top-ups have left of the buffer bucket"),
    Measure("fees_left_usd", "usd", ("book",), "what fees of this month have left of the fees bucket"),
    Measure("naked_usd", "usd", _WIDE, "notional of legs whose other side is not filled"),
    Measure("naked_s", "s", ("book", "account", "venue"), "how long the oldest such leg has stood alone"),
    Measure("open_positions", "", _WIDE, "how many positions are open"),
    Measure("open_intents", "", ("book", "account", "venue"), "orders written down whose outcome is open"),
    Measure("error_rate", "ratio", ("venue",), "failed requests of the last 5 minutes"),
    Measure("latency_p95_s", "s", ("venue",), "time that 95 of 100 requests stay below"),
    Measure("venue_correlation", "", ("pair",), "hourly returns of the coin here and at other venues, 7 d"),
    Measure("other_venues", "", ("pair",), "other venues that the coin is compared with"),
    Measure("usdt_usd", "ratio", ("book",), "US dollars for one USDT"),
)

MEASURE_NAMES = frozenset(measure.name for measure in MEASURES)


def see_limits(scope: str, known: Scope) -> Scope:
    """The names that a limit of a scope may use.

    Args:
        scope: One of `SCOPES`.
        known: Every name of the book: parameters, columns of pairs, metrics.
    """
    seen = known if scope in PAIR_SCOPES else known.up_to(Stage.PARAMETER)
    return replace(seen.with_names(type_measures(scope)), elsewhere=_tell_other_scopes(scope))


def _tell_other_scopes(scope: str) -> dict[str, str]:
    """Of each measure that limits of a scope do not see: which do."""
    unseen = [measure for measure in MEASURES if scope not in measure.scopes]
    told = f"a limit of scope {scope} does not see it; those of scope"
    return {measure.name: f"{told} {', '.join(measure.scopes)} do" for measure in unseen}


def type_measures(scope: str | None = None) -> Iterable[Name]:
    """The measures as typed names: those of a scope, or of all."""
    for measure in MEASURES:
        if scope is None or scope in measure.scopes:
            unit = find_unit(measure.unit) or PLAIN
            # What only pairs have is seen on the market.
            stage = Stage.MARKET if measure.scopes == ("pair",) else Stage.BOOK
            yield Name(measure.name, Type(Kind.NUMBER, unit), stage, meaning=measure.meaning)
