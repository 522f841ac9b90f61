from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from engine.book.bind import BoundBook
from engine.cycle import Outcome, decide, decide_each
from engine.operations.describe import count_missing, describe_outcome, list_entries
from engine.operations.run import run_book
from engine.operations.sources import GeneratedSource

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def outcome(starter: BoundBook) -> Outcome:
    """One cycle of the made market in which two metrics of the first pair are missing."""
    (made,) = run_book(starter, GeneratedSource(8, START, 1, bases=("ADA", "ETH", "XRP")))
    first = pl.col("pair") == made.ranking[0]
    spoiled = made.pairs.with_columns(
        pl.when(first).then(None).otherwise(pl.col(name)).alias(name) for name in ("vol", "spread")
    )
    (found,) = decide_each(starter, spoiled)
    assert found.funnel.unknown == made.funnel.unknown + 1
    return found


def test_a_cycle_tells_everything_that_is_needed_to_decide_again(
    starter: BoundBook, outcome: Outcome
) -> None:
    told = json.loads(json.dumps(describe_outcome(starter, outcome), default=str, allow_nan=False))
    assert told["counts"] == asdict(outcome.funnel)
    assert told["counts"]["unknown"] == 1
    assert told["book"]["fingerprint"] == starter.book.fingerprint
    assert told["parameters"]["max_fee"] == {"value": "0.2", "unit": "%"}
    for pair in (each for each in told["pairs"] if each["stage"] == "entry"):
        assert again(pair["metrics"], pair["inputs"]) == (pair["decision"], pair["rule"])


def again(seen: dict[str, Any], market: dict[str, Any]) -> tuple[str, str | None]:
    """The entry table over the values that were told."""
    if seen["vol"] is None:
        return "unknown", None
    fee = max(market["spot_taker_fee"], market["perp_taker_fee"])
    usual = seen["forecast_apr"] > 0 and seen["funding_apr"] > 0 and fee <= 0.002 and seen["vol"] <= 1.2
    if not usual or seen["spread"] > 0.001 or market["hours_since_exit"] < 24:
        return "none", None
    if seen["net_apr"] >= 0.12 and -0.001 <= seen["basis_in"] <= 0.003 and seen["depth_usd"] >= 20e3:
        return "enter", "E1"
    if 0.05 <= seen["net_apr"] < 0.12 and 0 <= seen["basis_in"] <= 0.003 and seen["depth_usd"] >= 100e3:
        return "enter", "E2"
    return "none", None


def test_an_unknown_pair_names_rules_and_values(starter: BoundBook, outcome: Outcome) -> None:
    told = describe_outcome(starter, outcome)["pairs"]
    (unknown,) = [pair for pair in told if pair["decision"] == "unknown"]
    assert unknown["rule"] is None
    assert unknown["unknown"] == [
        {"rule": "E1", "header": "spread", "names": ("spread",), "causes": ("spread",)},
        {"rule": "E1", "header": "vol", "names": ("vol",), "causes": ("vol",)},
    ]
    assert all(pair["unknown"] == [] for pair in told if pair is not unknown)
    assert count_missing(starter, outcome) == {"vol": 1, "spread": 1}


def test_entries_come_in_rank_order_with_what_the_rule_saw(starter: BoundBook, outcome: Outcome) -> None:
    entries = list_entries(starter, outcome)
    assert tuple(entry.pair for entry in entries) == outcome.ranking
    headers = [column.header for column in starter.tables["entry"].table.inputs]
    rows = {row["pair"]: row for row in outcome.pairs.to_dicts()}
    for entry in entries:
        assert [seen.header for seen in entry.seen] == headers
        assert entry.outputs == {"enter": True, "priority": 2.0 if entry.rule == "E1" else 1.0}
        assert {seen.header: seen.value for seen in entry.seen}["vol"] == rows[entry.pair]["vol"]


def test_a_cycle_without_pairs_tells_so(starter: BoundBook, outcome: Outcome) -> None:
    empty = decide(
        starter,
        outcome.pairs.drop(metric.name for metric in starter.book.metrics).drop("hours_since_exit").clear(),
        START,
    )
    told = describe_outcome(starter, empty)
    assert (told["counts"], told["pairs"], told["ranking"]) == (
        {"pairs": 0, "universe": 0, "shortlist": 0, "unknown": 0, "violation": 0, "enter": 0},
        [],
        [],
    )
    assert list_entries(starter, empty) == []
