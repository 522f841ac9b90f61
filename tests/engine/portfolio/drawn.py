"""Markets and books at random: a few coins at a few times, with gaps, jumps, and values that are missing."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

COINS = ("ADA", "BTC", "ETH")
MINUTES = (0.0, 1.0, 2.0, 10.0, 11.0, 480.0, 481.0, 1080.0, 4400.0, 4401.0)
BOOKS = (
    "",
    "vol=90%",
    "vol=70%; -day-stop; -drawdown; -trade-stop",
    "capital_usd=1000000; -capital-min; -one-venue; -fees",
    "leverage=3; position_buffer=10%; reentry_wait=0h; min_hold=0d",
    "-leverage; -liq-near; -liq-close; -delta; -trade-stop; -day-stop; -drawdown; -one-coin",
    "trade_stop=0.5%; convergence_gain=0.1%; -one-coin; -intents",
    "capital_usd=500; exit_apr=40%; min_hold=0d; vol=90%",
)
DEPOSITS = (500.0, 1_000.0, 2_000.0, 50_000.0)
MISSING = (
    *("spot_bid", "spot_ask", "perp_bid", "perp_ask", "perp_mark", "perp_hours_to_delisting"),
    *(
        "perp_funding_apr_1d",
        "perp_funding_rate",
        "quote_age_s",
        "venue_correlation",
        "perp_maintenance_rate",
    ),
)
QUOTED = {
    "price_of": st.sampled_from([0.8, 0.97, 1.0, 1.0, 1.0, 1.03, 1.06, 1.3]),
    "basis": st.sampled_from([-0.02, -0.0005, 0.0, 0.001, 0.001, 0.002, 0.01]),
    "perp_funding_apr_3d": st.sampled_from([0.01, 0.03, 0.11, 0.2, 0.2]),
    "perp_funding_apr_1d": st.sampled_from([-0.1, 0.1, 0.2]),
    "perp_funding_rate": st.sampled_from([-0.0001, 0.00001, 0.0001, 0.0002]),
    "perp_hours_to_delisting": st.sampled_from([40.0, 1e9, 1e9, 1e9, 1e9, 1e9]),
    "perp_lot_step_of": st.sampled_from([1.0, 1.0, 1.0, 0.1]),
    "perp_maintenance_rate": st.sampled_from([0.004, 0.004, 0.02]),
}


@st.composite
def markets(draw: st.DrawFn, desk: Any) -> tuple[list[dict[str, Any]], Any]:
    """A few coins at a few times, with gaps, and what surrounds them."""
    minutes = sorted(draw(st.sets(st.sampled_from(MINUTES), min_size=2, max_size=6)) | {0.0})
    coins = draw(st.sets(st.sampled_from(COINS), min_size=1))
    rows = [draw_row(draw, desk, minute, coin) for minute in minutes for coin in sorted(coins)]
    kept = [row for row in rows if draw(st.integers(0, 9)) > 0 or row["ts"] == desk.at(0)]
    payments = draw(st.sets(st.tuples(st.sampled_from([1.0, 5.0, 480.0, 1080.0]), st.sampled_from(COINS))))
    flows = [(0.0, "main", draw(st.sampled_from(DEPOSITS)))]
    if draw(st.booleans()):
        flows.append((draw(st.sampled_from(minutes)), "main", draw(st.sampled_from([-300.0, 700.0]))))
    around = desk.Around(
        flows=tuple(flows),
        settlements=tuple(
            desk.pay(minute, draw(st.sampled_from([0.0001, -0.0003, None])), coin)
            for minute, coin in sorted(payments)
        ),
        errors=((-1, "binance", 0.0), (10, "binance", draw(st.sampled_from([0.0, 0.2, None])))),
        days=draw(st.sampled_from([10, 30, 30, 30])),
    )
    return kept, around


def draw_row(draw: st.DrawFn, desk: Any, minute: float, coin: str) -> dict[str, Any]:
    """A usual row, with a few other values, and now and then one that is missing."""
    changes: dict[str, Any] = {
        name: draw(QUOTED[name]) for name in draw(st.sets(st.sampled_from(sorted(QUOTED)), max_size=3))
    }
    if "price_of" in changes:
        changes["price"] = desk.PRICES[coin] * changes.pop("price_of")
    if "perp_lot_step_of" in changes:
        changes["perp_lot_step"] = desk.STEPS[coin] * changes.pop("perp_lot_step_of")
    if draw(st.integers(0, 7)) == 0 and minute > 0:
        changes[draw(st.sampled_from(MISSING))] = None
    row: dict[str, Any] = desk.quote(minute, coin, **changes)
    return row


def cases(desk: Any) -> st.SearchStrategy[Any]:
    """A book and a market."""
    return st.tuples(st.sampled_from(BOOKS).map(desk.make_book), markets(desk))
