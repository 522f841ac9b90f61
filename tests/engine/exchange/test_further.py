"""The further instruments: futures, inverse and multiplied swaps, borrowed coins, currencies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from engine.exchange.generator import generate_market
from engine.exchange.generator.expiries import find_contracts
from engine.exchange.generator.terms import list_identities, list_terms
from engine.frames.quotes import validate_quotes
from engine.market.catalogue import NEVER
from engine.market.clean import clean_quotes

HOUR = timedelta(hours=1)
EXPIRY = datetime(2026, 3, 27, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def quotes() -> pl.DataFrame:
    """Hours round an expiry."""
    made = generate_market(3, EXPIRY - 4 * HOUR, cycles=8, warm_up=20 * HOUR)
    return validate_quotes(clean_quotes(made.quotes).quotes)


@pytest.mark.parametrize(
    ("at", "first", "second"),
    [
        ("2026-01-01T00:00", 260327, 260626),
        ("2026-03-27T07:00", 260327, 260626),
        ("2026-03-27T08:00", 260925, 260626),
        ("2026-12-25T09:00", 270326, 270625),
        ("2027-10-01T00:00", 280331, 271231),
    ],
)
def test_contracts_expire_on_the_last_friday_of_a_quarter(at: str, first: int, second: int) -> None:
    origin = datetime(2025, 11, 1, tzinfo=UTC)
    hour = (datetime.fromisoformat(at).replace(tzinfo=UTC) - origin) // HOUR
    contracts = find_contracts(origin, np.array([hour]))
    assert sorted(contracts.label[0].tolist()) == sorted([first, second])
    assert (contracts.listed <= hour).all()
    assert (contracts.expiry > hour).all()


def test_a_future_is_gone_at_its_expiry_and_another_one_begins(quotes: pl.DataFrame) -> None:
    futures = quotes.filter(pl.col("kind") == "future", pl.col("base") == "BTC", pl.col("venue") == "binance")
    before, after = (
        set(futures.filter(part)["symbol"]) for part in (pl.col("ts") < EXPIRY, pl.col("ts") >= EXPIRY)
    )
    assert before - after == {"BTC/USDT:USDT-260327", "BTC/USD:BTC-260327"}
    assert after - before == {"BTC/USDT:USDT-260925", "BTC/USD:BTC-260925"}
    last = futures.filter(pl.col("symbol") == "BTC/USDT:USDT-260327", pl.col("ts") == EXPIRY - HOUR)
    assert last["expiry_days"].to_list() == [pytest.approx(1 / 24)]
    assert futures.filter(pl.col("ts") == EXPIRY)["listed_days"].min() == 0


def test_a_future_comes_to_the_price_of_its_coin(quotes: pl.DataFrame) -> None:
    at = quotes.filter(pl.col("ts") == EXPIRY - HOUR, pl.col("quote") == "USD", pl.col("venue") == "kraken")
    spot = at.filter(pl.col("kind") == "spot").select("base", spot=pl.col("bid"))
    basis = at.filter(pl.col("kind") == "future").join(spot, on="base")
    near, far = (
        basis.filter(chosen).select((pl.col("mark") / pl.col("spot") - 1).abs().max()).item()
        for chosen in (pl.col("expiry_days") < 1, pl.col("expiry_days") > 1)
    )
    assert near < 0.002
    assert far > 0.004


def test_prices_of_inverse_and_multiplied_swaps_are_of_the_same_coin(quotes: pl.DataFrame) -> None:
    swaps = quotes.filter(pl.col("kind") == "swap", pl.col("ts") == EXPIRY).drop_nulls("bid")
    coins = swaps.with_columns(price=pl.col("mark") / pl.col("multiplier"))
    spread = coins.group_by("base").agg(
        pl.col("price").max() / pl.col("price").min() - 1, pl.col("inverse").any(), pl.col("multiplier").max()
    )
    assert spread.filter("inverse").height >= 8
    assert set(spread.filter(pl.col("multiplier") == 1000)["base"]) == {"PEPE", "SHIB", "BONK", "FLOKI"}
    assert spread.filter(pl.col("inverse") | (pl.col("multiplier") > 1))["price"].max() < 0.02  # type: ignore[operator]
    assert (swaps.filter("inverse")["settle"] == swaps.filter("inverse")["base"]).all()
    assert swaps.filter(pl.col("symbol") == "1000PEPE/USDC:USDC")["base"].to_list() == ["PEPE"]
    assert swaps.filter("inverse")["funding_rate"].is_not_null().all()


def test_coins_are_lent_where_they_are_quoted_as_spot(quotes: pl.DataFrame) -> None:
    key = ["ts", "venue", "symbol"]
    lent = quotes.filter(pl.col("kind") == "margin")
    both = lent.join(quotes.filter(pl.col("kind") == "spot"), on=key, suffix="_spot")
    assert both.height == lent.height
    for name in ("bid", "ask", "age_s", "volume_usd_24h", "lot_step"):
        assert both[name].eq_missing(both[f"{name}_spot"]).all(), name
    assert both["borrow_apr_spot"].is_null().all()
    assert lent["borrow_apr"].is_between(0.001, 1.0).all()
    assert (lent["borrow_available_usd"] > 0).all()
    assert set(lent["venue"]) == {"binance", "kraken", "bitfinex", "kucoin"}


def test_currencies_have_markets_of_their_own(quotes: pl.DataFrame) -> None:
    dollars = quotes.filter(pl.col("venue") == "kraken", pl.col("base").is_in(["USDT", "USDC"]))
    assert set(dollars["symbol"]) == {"USDT/USD", "USDC/USD"}
    assert ((dollars["bid"] - 1).abs() < 0.01).all()


def test_only_futures_expire(quotes: pl.DataFrame) -> None:
    future = quotes["kind"] == "future"
    assert (quotes.filter(~future)["expiry_days"] == NEVER).all()
    assert (quotes.filter(future)["expiry_days"] < 200).all()


def test_terms_are_whole() -> None:
    named = list_identities().hstack(list_terms().drop("inverse")).filter(pl.col("base") == "BTC")
    terms = {(row["venue"], row["kind"], row["symbol"]): row for row in named.rows(named=True)}
    perp = terms["binance", "swap", "BTC/USDT:USDT"]
    assert (perp["contract_size"], perp["lot_step"], perp["min_notional_usd"]) == (1.0, 0.001, 5.0)
    contract = terms["kucoin", "swap", "BTC/USDT:USDT"]
    assert (contract["contract_size"], contract["lot_step"]) == (0.001, 1.0)
    inverse = terms["binance", "swap", "BTC/USD:BTC"]
    assert (inverse["contract_size"], inverse["fee_coin"]) == (100.0, "quote")
    spot = terms["binance", "spot", "BTC/USDT"]
    assert (spot["lot_step"], spot["fee_coin"], spot["max_leverage"]) == (0.00001, "base", None)
    assert terms["kraken", "margin", "BTC/USD"]["maintenance_rate"] == 0.10


def test_smallest_amounts_are_powers_of_ten_and_whole_lots() -> None:
    terms = list_terms()
    exponent = np.log10(terms["lot_step"].to_numpy())
    assert np.allclose(exponent, np.rint(exponent), atol=1e-12)
    assert (terms["min_lots"] >= 1).all()
    assert (terms["min_lots"] % 1 == 0).all()
    assert (terms["contract_size"] > 0).all()
