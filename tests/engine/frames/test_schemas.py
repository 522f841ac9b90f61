"""What each schema refuses."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import polars as pl
import pytest
from pandera.errors import SchemaErrors

from engine.frames.columns import INSTANT
from engine.frames.decisions import validate_decisions
from engine.frames.pairs import LEG_FLAGS, LEG_NUMBERS, LEG_TEXTS, validate_pairs
from engine.frames.quotes import QUOTE_COLUMNS, validate_quotes
from engine.frames.settlements import validate_settlements
from engine.model import Leg

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
LEG = Leg("spot", "spot", "buy")


def quotes() -> pl.DataFrame:
    row = {
        "ts": NOON, "venue": "aster", "symbol": "BTC/USDT", "kind": "spot", "base": "BTC", "quote": "USDT"
    }  # fmt: skip
    return pl.DataFrame([row], schema=QUOTE_COLUMNS)


def pairs() -> pl.DataFrame:
    texts = dict.fromkeys(("pair", "venue", "base", "quote"), "BTC")
    frame = pl.DataFrame(
        {"ts": pl.Series([NOON], dtype=INSTANT), **texts, "step_s": 3600.0, "quote_age_s": 0.0}
    )
    return frame.with_columns(
        *(pl.lit("x").alias(f"spot_{name}") for name in LEG_TEXTS),
        *(pl.lit(None, pl.Float64).alias(f"spot_{name}") for name in LEG_NUMBERS),
        *(pl.lit(None, pl.Boolean).alias(f"spot_{name}") for name in LEG_FLAGS),
    )


def test_a_quote_may_lack_everything_but_its_identity() -> None:
    assert validate_quotes(quotes()).height == 1


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (pl.lit(math.nan).alias("bid"), "not finite"),
        (pl.lit(math.inf).alias("depth_usd"), "not finite"),
        (pl.col("ts").dt.replace_time_zone(None), "time_zone"),
        (pl.col("ts").dt.cast_time_unit("ms"), "time_unit"),
        (pl.lit("barter").alias("kind"), "kind"),
        (pl.lit(None, pl.String).alias("base"), "base"),
        (pl.lit(1).alias("bid"), "Int32"),
        (pl.lit(1.0).alias("colour"), "colour"),
    ],
)
def test_a_quote_of_another_form_is_refused(change: pl.Expr, fault: str) -> None:
    with pytest.raises(SchemaErrors, match=fault):
        validate_quotes(quotes().with_columns(change))


def test_a_quote_is_given_once() -> None:
    with pytest.raises(SchemaErrors, match="rows repeat in ts, venue, kind, symbol"):
        validate_quotes(pl.concat([quotes(), quotes()]))


def test_pairs_may_carry_more_columns_but_no_fewer() -> None:
    assert validate_pairs(pairs().with_columns(net_apr=0.1), [LEG]).width == pairs().width + 1
    with pytest.raises(SchemaErrors, match="spot_open"):
        validate_pairs(pairs().drop("spot_open"), [LEG])


def test_a_metric_of_a_pair_is_finite_too() -> None:
    with pytest.raises(SchemaErrors, match="not finite"):
        validate_pairs(pairs().with_columns(net_apr=math.nan), [LEG])


def test_a_pair_stands_once_at_a_time() -> None:
    with pytest.raises(SchemaErrors, match="rows repeat in ts, pair"):
        validate_pairs(pl.concat([pairs(), pairs()]), [LEG])


def test_a_settlement_is_for_some_time() -> None:
    row = {"ts": NOON, "venue": "aster", "symbol": "BTC/USDT:USDT", "rate": None, "interval_hours": 8.0}
    paid = pl.DataFrame([row], schema_overrides={"ts": INSTANT, "rate": pl.Float64()})
    assert validate_settlements(paid).height == 1
    with pytest.raises(SchemaErrors, match="interval_hours"):
        validate_settlements(paid.with_columns(interval_hours=0.0))


def test_a_decision_is_one_of_three_words() -> None:
    decision = pl.DataFrame(
        {"ts": pl.Series([NOON], dtype=INSTANT), "pair": "x", "decision": "unknown", "stage": "entry"}
        | dict.fromkeys(("rule", "universe_rule")),
        schema_overrides={"rule": pl.String, "universe_rule": pl.String},
    )
    assert validate_decisions(decision).height == 1
    with pytest.raises(SchemaErrors, match="maybe"):
        validate_decisions(decision.with_columns(decision=pl.lit("maybe")))
