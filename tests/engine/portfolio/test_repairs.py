"""Repairs that limits ask for, forced closes, and orders that no longer fit, where they once went wrong."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

BTC = "binance:BTC/USDT:USDT"
FAR_UP = {"perp_mark": 200_000.0, "perp_bid": 199_990.0, "perp_ask": 200_010.0}
ON_MARGIN = """legs = [
  { name = "spot", kind = "margin", side = "sell", capital = "0.5" },
  { name = "perp", kind = "swap", side = "buy", capital = "1 / leverage / (1 - position_buffer)" },
]
"""
SHORT_COINS = "basis_in=0.1%; net_apr=20%; -day-stop; -trade-stop; -delta; -leverage; -widening; -liq-near"


def write_limits(desk: Any, *rows: str, without: tuple[str, ...] = ()) -> tuple[tuple[str, str], ...]:
    """The starter's limits without some, and with some rows more."""
    text = (desk.find_starter() / "draft" / "limits.csv").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if line.split(",")[0] not in without]
    return (("limits.csv", "\n".join([*kept, *rows]) + "\n"),)


def lend_coins(desk: Any, words: str, limits: tuple[tuple[str, str], ...] = ()) -> Any:
    """The starter book with coins that are sold on margin."""
    manifest = (desk.find_starter() / "draft" / "book.toml").read_text(encoding="utf-8")
    begins, ends = manifest.index("legs = ["), manifest.index("rank_by")
    return desk.make_book(words, (("book.toml", manifest[:begins] + ON_MARGIN + manifest[ends:]), *limits))


def lend(desk: Any, minute: float, **changes: Any) -> dict[str, Any]:
    """A quote of a coin that is lent and sold."""
    usual = {"spot_fee_coin": "quote", "spot_borrow_apr": 0.0, "perp_fee_coin": "quote"}
    row: dict[str, Any] = desk.quote(minute, **(usual | changes))
    for leg, opens, closes in (("spot", "bid", "ask"), ("perp", "ask", "bid")):
        row[f"{leg}_open"], row[f"{leg}_close"] = row[f"{leg}_{opens}"], row[f"{leg}_{closes}"]
    return row


def fills(traded: Any, purpose: str) -> list[tuple[str, float]]:
    """Legs and lots of the fills of a purpose."""
    told = traded.events.filter((pl.col("kind") == "fill") & (pl.col("purpose") == purpose))
    return list(zip(told["leg"], told["lots"] * told["step"], strict=True))


def test_a_reduction_that_has_mended_its_limit_goes_no_further(desk: Any) -> None:
    """The limit acts for a day more; what is held stays as it is."""
    book = desk.make_book(
        "-leverage; -liq-near; -liq-close; -one-coin",
        write_limits(desk, "lev,position,perp_leverage,<= 5,,reduce,24h,"),
    )
    rows = [desk.quote(minute, "ADA") for minute in (0, 1)]
    rows += [desk.quote(minute, "ADA", price=0.848) for minute in range(2, 40)]
    traded = desk.run_each(rows, book)
    assert traded.acts.filter(pl.col("act") == "reduce")["ts"].to_list() == [desk.at(2), desk.at(3)]
    assert traded.book["positions"][-1] == 1


def test_positions_are_halved_while_a_limit_of_the_book_is_breached_and_no_longer(desk: Any) -> None:
    """It acts for a day after the last breach."""
    book = desk.make_book(
        "-leverage; -one-coin", write_limits(desk, "gross,book,gross_leverage,<= 0.6,,reduce,24h,")
    )
    rows = [desk.quote(minute, "ADA") for minute in (0, 1)]
    rows += [desk.quote(minute, "ADA", price=0.801) for minute in range(2, 30)]
    traded = desk.run_each(rows, book)
    reduced = traded.acts.filter(pl.col("act") == "reduce")
    assert reduced["keep"].to_list() == pytest.approx([0.5], abs=0.01)
    assert traded.book["notional_usd"][-1] == pytest.approx(traded.book["notional_usd"][1] / 2, rel=0.01)


@pytest.mark.parametrize("missing", [{"spot_bid": None, "spot_close": None}, {"perp_maintenance_rate": None}])
def test_a_contract_is_closed_by_its_own_mark(desk: Any, missing: dict[str, Any]) -> None:
    """Whatever is known of the other leg, and of maintenance: more than its margin is never lost."""
    always = missing if "perp_maintenance_rate" in missing else {}
    book = desk.make_book("-liq-near; -liq-close; -leverage; -widening; -day-stop; -trade-stop")
    rows = [desk.quote(minute, **always) for minute in (0, 1)]
    rows += [desk.quote(minute, **(FAR_UP | missing)) for minute in (2, 3)]
    traded = desk.run_each([*rows, desk.quote(4)], book)
    assert fills(traded, "liquidation") == [("perp", 0.011)]
    lost = traded.book["equity_usd"][1] - traded.book["equity_usd"].min()
    assert lost < 270


def test_a_forced_close_tells_what_was_held_in_lots_that_became_coarser(desk: Any, accounts: Any) -> None:
    """A reduction that the coarser lots do not allow leaves them in force."""
    book = desk.make_book(
        "-day-stop; -trade-stop; -drawdown; -liq-close; -leverage; -widening",
        write_limits(desk, "liq,position,liquidation_distance,>= 10%,,reduce,>= 18%,", without=("liq-near",)),
    )
    up = {"perp_mark": 112_000.0, "perp_bid": 111_990.0, "perp_ask": 112_010.0}
    rows = [desk.quote(0), desk.quote(1), desk.quote(2, perp_lot_step=0.01, **up)]
    rows += [desk.quote(3, perp_lot_step=0.01, **FAR_UP), desk.quote(4, perp_lot_step=0.01)]
    traded = desk.run_each(rows, book)
    assert fills(traded, "liquidation") == [("perp", 0.011)]
    for exact, told in accounts.follow(rows, traded):
        assert float(exact) == pytest.approx(told, abs=1e-6)


def test_a_limit_about_a_position_is_released_when_that_is_gone(desk: Any) -> None:
    """Its test would divide by a notional of nothing."""
    book = desk.make_book("-drawdown; -day-stop; -naked-usd; -naked-s; -trade-stop")
    up = {"perp_mark": 125_000.0, "perp_bid": 124_990.0, "perp_ask": 125_010.0}
    rows = [desk.quote(0), desk.quote(1), desk.quote(2, **up), desk.quote(3, spot_taker_fee=None)]
    rows += [desk.quote(minute) for minute in (4, 5, 7_200)]
    traded = desk.run_each(rows, book)
    changes = traded.changes.filter(pl.col("limit") == "delta")
    assert changes["change"].to_list() == ["begins", "ceases"]
    assert changes["ts"][1] == desk.at(4)
    assert traded.verdicts["verdict"][-1] == "approved"


def test_top_ups_of_one_cycle_share_what_the_account_has(desk: Any) -> None:
    sizing = ("sizing.csv", "id,depth_usd,vol,then share,then cap_usd,note\nS1,-,-,50%,,\n")
    left_out = "-day-stop; -trade-stop; -drawdown; -one-coin; -liq-near; -liq-close; -capital-min; -buffer"
    book = desk.make_book(left_out, (sizing,))
    rows = [desk.quote(minute, coin) for minute in (0, 1, 2) for coin in ("ETH", "SOL")]
    rows += [
        desk.quote(minute, coin, price=desk.PRICES[coin] * 1.1)
        for minute in (3, 4)
        for coin in ("ETH", "SOL")
    ]
    flows = ((0, "main", 2_000.0), (2, "main", -560.0))
    traded = desk.run_each(rows, book, around=desk.Around(flows=flows))
    assert traded.acts["amount_usd"][:2].to_list() == [51.32, 37.18]
    assert traded.book["free_usd"].min() > -0.005


def test_a_top_up_goes_to_the_leg_that_its_limit_is_about(desk: Any) -> None:
    """The contract has the higher leverage; the limit asks for that of the debt."""
    limits = write_limits(desk, "debt,position,spot_leverage,<= 2.4,,top up,<= 2,", without=("liq-close",))
    rows = [lend(desk, minute) for minute in (0, 1)]
    rows += [lend(desk, minute, price=104_000.0) for minute in (2, 3, 4)]
    traded = desk.run_each(
        rows, lend_coins(desk, SHORT_COINS, limits), around=desk.Around(flows=((0, "main", 4_000.0),))
    )
    moved = traded.events.filter((pl.col("kind") == "margin") & (pl.col("purpose") == "top up"))
    assert moved["leg"].to_list() == ["spot"]
    assert traded.acts["act"].to_list() == ["top up"]


def test_coins_on_margin_are_closed_where_their_margin_is_used_up(desk: Any) -> None:
    """A limit on the distance sees it come: half of the notional is their own margin."""
    limits = write_limits(
        desk, "near,position,liquidation_distance,>= 1000%,,warn,clear,", without=("liq-close",)
    )
    rows = [lend(desk, 0), lend(desk, 1), lend(desk, 2), lend(desk, 3, price=209_000.0), lend(desk, 4)]
    traded = desk.run_each(rows, lend_coins(desk, f"leverage=2; {SHORT_COINS}", limits))
    near = traded.changes.filter((pl.col("limit") == "near") & (pl.col("change") == "begins"))
    assert near["value"][0] == pytest.approx(0.5, abs=0.01)
    assert [leg for leg, _ in fills(traded, "liquidation")] == ["spot"]
    assert [leg for leg, _ in fills(traded, "urgent")] == ["perp"]


@pytest.mark.parametrize(
    ("changes", "dropped"),
    [({"price": 96_000.0}, []), ({"price": 165_000.0}, ["dropped"]), ({"perp_bid": None}, ["dropped"])],
)
def test_an_order_to_enter_that_no_longer_fits_is_dropped_and_told(
    desk: Any, changes: dict[str, Any], dropped: list[str]
) -> None:
    traded = desk.run_each([desk.quote(0), desk.quote(4_320, **changes)])
    assert traded.acts["act"].to_list() == dropped
    assert traded.book["free_usd"].min() > 0
    assert (traded.book["capital_used_usd"] <= traded.book["capital_usd"]).all()
    assert fills(traded, "enter") == [] if dropped else len(fills(traded, "enter")) == 2


def test_fees_of_the_first_fills_of_a_month_count(desk: Any) -> None:
    minutes = 30.75 * 1_440  # 1 February at midnight; the first cycle is at six
    traded = desk.run_each([desk.quote(minutes - 1), desk.quote(minutes), desk.quote(minutes + 1)])
    assert traded.book["fees_month_usd"].to_list()[1:] == pytest.approx([1.57, 1.57], abs=0.01)
