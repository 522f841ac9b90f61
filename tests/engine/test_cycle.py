from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.book.bind import BoundBook, bind
from engine.book.compile import compile_book
from engine.book.load import load_book
from engine.book.scenarios.sheet import NO_SCENARIOS
from engine.cycle import begin_cycles, decide, decide_each, judge
from engine.frames.pairs import LEG_FLAGS, LEG_NUMBERS, LEG_TEXTS
from engine.operations.run import run_book
from engine.operations.sources import GeneratedSource
from engine.operations.starter import find_starter
from engine.tables.read import parse_table

CASES = Path(__file__).resolve().parents[1] / "cases" / "books" / "scenarios.csv"
AT = datetime(2026, 1, 2, 8, tzinfo=UTC)
COINS = ("BTC", "ETH", "ADA", "ENA")
METRICS = ("forecast_apr", "basis_normal", "volume_usd", "vol")
QUOTES = ("spot_bid", "spot_ask", "perp_bid", "perp_ask", "perp_funding_rate")


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def override(case: dict[str, str]) -> BoundBook:
    """The starter book with the metrics that a case gives in the place of their formulas."""
    book = load_book(find_starter())
    units = {"volume_usd": "usd"}
    metrics = tuple(
        replace(metric, formula=case[metric.name] or "null", unit=units.get(metric.name, ""))
        if metric.name in METRICS
        else metric
        for metric in book.metrics
    )
    return bind(compile_book(replace(book, metrics=metrics)))


def build_pair(case: dict[str, str]) -> pl.DataFrame:
    """One pair at one time with the quotes of a case and usual fees."""
    numbers: dict[str, float | None] = {
        f"{leg}_{name}": None for leg in ("spot", "perp") for name in LEG_NUMBERS
    }
    numbers |= {"quote_age_s": 0.0}
    numbers |= {f"perp_funding_apr_{days}d": None for days in (1, 3, 7, 30)}
    numbers |= {name: float(case[name]) if case[name] else None for name in QUOTES}
    numbers |= {
        "spot_taker_fee": 0.001,
        "perp_taker_fee": 0.0005,
        "perp_funding_interval_hours": 8.0,
        "step_s": 28800.0,
        "perp_listed_days": 2000.0,
        "perp_hours_to_delisting": 1e9,
    }
    texts: dict[str, str | None] = {f"{leg}_{name}": None for leg in ("spot", "perp") for name in LEG_TEXTS}
    texts |= {"base": "BTC", "spot_quote": "USDT", "perp_status": "trading"}
    flags = {f"{leg}_{name}": False for leg in ("spot", "perp") for name in LEG_FLAGS}
    return pl.DataFrame(
        {"ts": [AT], "pair": ["binance:BTC/USDT:USDT"], **numbers, **texts, **flags},
        schema_overrides={"ts": pl.Datetime("us", "UTC"), **dict.fromkeys(numbers, pl.Float64)},
    )


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case["id"])
def test_a_scenario(case: dict[str, str]) -> None:
    outcome = decide(override(case), build_pair(case), AT)
    (decision,) = outcome.decisions.to_dicts()
    assert (decision["decision"], decision["rule"] or "") == (case["decision"], case["rule"])
    assert outcome.ranking == (("binance:BTC/USDT:USDT",) if case["decision"] == "enter" else ())
    assert outcome.funnel.enter == (case["decision"] == "enter")
    assert outcome.funnel.unknown == (case["decision"] == "unknown")


def test_the_figures_of_the_note() -> None:
    case = read_cases()[0]
    (row,) = decide(override(case), build_pair(case), AT).pairs.to_dicts()
    assert row["net_apr"] == pytest.approx(0.092, abs=5e-4)
    assert row["funding_apr"] == pytest.approx(0.1095)
    assert row["basis_in"] == pytest.approx(100 / 95000)
    assert row["hours_since_exit"] == 1e9


def test_ranked_by_priority_then_by_the_column_then_by_name(starter: BoundBook) -> None:
    rows = [("d", 0.07), ("c", 0.13), ("b", 0.08), ("a", 0.13), ("x", 0.01), ("y", None)]
    needed = dict.fromkeys(starter.tables["entry"].columns, 0.001)
    measured = (
        pl.DataFrame(
            {"ts": [AT] * len(rows), "pair": [pair for pair, _ in rows]},
            schema_overrides={"ts": pl.Datetime("us", "UTC")},
        )
        .with_columns(
            **{name: pl.lit(value) for name, value in needed.items()},
        )
        .with_columns(
            net_apr=pl.Series([apr for _, apr in rows]),
            **{name: pl.lit(1e9) for name in ("volume_usd", "depth_usd", "hours_since_exit")},
            **{name: pl.lit(1e9) for name in ("perp_listed_days", "perp_hours_to_delisting")},
            base=pl.lit("BTC"),
            spot_quote=pl.lit("USDT"),
            perp_status=pl.lit("trading"),
        )
    )
    (outcome,) = decide_each(starter, measured)
    assert outcome.ranking == ("a", "c", "b", "d")
    assert (outcome.funnel.pairs, outcome.funnel.unknown, outcome.funnel.enter) == (6, 1, 4)
    assert judge(starter, measured).sort("pair").equals(outcome.decisions)


@given(seed=st.integers(0, 10_000), cycles=st.integers(1, 9))
@settings(max_examples=8)
def test_a_run_equals_each_cycle_with_its_own_window_only(seed: int, cycles: int) -> None:
    book = bind(compile_book(load_book(find_starter())))
    manifest = book.book.manifest
    source = GeneratedSource(seed, AT, cycles, bases=COINS)
    (block,) = source.read_blocks(manifest.pairing, manifest.history)
    outcomes = list(run_book(book, source))
    assert len(outcomes) == cycles
    for outcome in outcomes:
        inside = pl.col("ts").is_between(outcome.at - manifest.history, outcome.at, closed="right")
        alone = decide(book, block.pairs.filter(inside), outcome.at)
        assert alone.decisions.equals(outcome.decisions)
        assert alone.pairs.drop("warm_up").equals(outcome.pairs)
        assert (alone.ranking, alone.funnel) == (outcome.ranking, outcome.funnel)


@given(seed=st.integers(0, 10_000), cycles=st.integers(1, 5))
@settings(max_examples=6)
def test_a_cycle_alone_equals_the_whole_block(seed: int, cycles: int) -> None:
    book = bind(compile_book(load_book(find_starter())))
    manifest = book.book.manifest
    source = GeneratedSource(seed, AT, cycles, bases=COINS)
    (block,) = source.read_blocks(manifest.pairing, manifest.history)
    whole = book.measure(block.pairs)
    judged = {outcome.at: outcome for outcome in decide_each(book, whole.filter(~pl.col("warm_up")))}
    assert len(judged) == cycles
    for at, outcome in judged.items():
        alone = decide(book, block.pairs, at)
        assert to_bits(alone.pairs) == to_bits(whole.filter(pl.col("ts") == at).sort("pair"))
        assert alone.decisions.equals(outcome.decisions)
        assert (alone.ranking, alone.funnel) == (outcome.ranking, outcome.funnel)


def to_bits(frame: pl.DataFrame) -> dict[str, list[object]]:
    """Each column as it is, numbers by their bits; null is unknown."""
    bits = [
        column.fill_null(float("nan")).to_numpy().view(np.int64).tolist()
        if column.dtype == pl.Float64
        else column.to_list()
        for column in frame
    ]
    return dict(zip(frame.columns, bits, strict=True))


@pytest.mark.parametrize(
    "universe", [None, "id,base,then include\nU1,-,true\n", "id,base,then include\nU1,-,false\n"]
)
def test_tables_that_ask_nothing_say_the_same_of_every_pair(starter: BoundBook, universe: str | None) -> None:
    text = "id,base,then enter,then priority\nE1,-,true,1\n"
    outputs, defaults = {"enter": "boolean", "priority": "number"}, {"enter": "false", "priority": "0"}
    tables = {
        "entry": parse_table(text, name="entry", hit_policy="FIRST", outputs=outputs, defaults=defaults)
    }
    if universe is not None:
        tables["universe"] = parse_table(
            *(universe,),
            name="universe",
            hit_policy="FIRST",
            outputs={"include": "boolean"},
            defaults={"include": "false"},
        )
    manifest = replace(starter.book.manifest, shortlist=2)
    book = replace(starter.book, manifest=manifest, tables=tables, limits=(), scenarios=NO_SCENARIOS)
    bound = bind(compile_book(book))
    assert bound.tables["entry"].columns == ()
    measured = pl.DataFrame(
        {"ts": [AT] * 3, "pair": ["a", "b", "c"], "net_apr": [0.3, 0.1, 0.2]},
        schema_overrides={"ts": pl.Datetime("us", "UTC")},
    )
    for rows in (measured, measured[:0]):
        decisions = judge(bound, rows)
        wanted = [] if universe and "false" in universe else ["a", "c"]
        entered = decisions.filter(pl.col("decision") == "enter")
        assert entered["pair"].to_list() == (wanted if rows.height else [])
        assert set(entered["rule"]) <= {"E1"}
    if not (universe and "false" in universe):
        assert [outcome.ranking for outcome in decide_each(bound, measured)] == [("a", "c")]


@pytest.mark.parametrize("places", [1, 2, 3])
def test_an_entry_table_that_looks_across_the_market_sees_all_of_it(starter: BoundBook, places: int) -> None:
    """The short list leaves out pairs that still count where entries rank them among all."""
    book = starter.book
    text = "id,rank(funding_apr),then enter,then priority\nE1,<= 2,true,1\n"
    outputs, defaults = {"enter": "boolean", "priority": "number"}, {"enter": "false", "priority": "0"}
    entry = parse_table(text, name="entry", hit_policy="FIRST", outputs=outputs, defaults=defaults)
    manifest = replace(book.manifest, shortlist=places)
    tables = {"entry": entry}
    bound = bind(compile_book(replace(book, manifest=manifest, tables=tables, scenarios=NO_SCENARIOS)))
    rows = [(f"pair {place}", 0.01 * place, 0.4 - 0.1 * place) for place in range(4)]
    schema = bound.tables["entry"].columns
    measured = pl.DataFrame(
        {
            "ts": [AT] * len(rows),
            "pair": [pair for pair, _, _ in rows],
            "net_apr": [apr for _, apr, _ in rows],
            "funding_apr": [apr for _, _, apr in rows],
        },
        schema_overrides={"ts": pl.Datetime("us", "UTC")},
    )
    assert set(schema) <= set(measured.columns)
    (outcome,) = decide_each(bound, measured)
    entered = outcome.decisions.filter(pl.col("decision") == "enter")["pair"].to_list()
    assert entered == [pair for place, (pair, _, _) in enumerate(rows) if place < 2 and place >= 4 - places]


def test_what_comes_later_changes_nothing(starter: BoundBook) -> None:
    manifest = starter.book.manifest
    (block,) = GeneratedSource(3, AT, 6, bases=COINS).read_blocks(manifest.pairing, manifest.history)
    at = AT + timedelta(hours=3)
    later = pl.col("ts") > at
    other = block.pairs.with_columns(
        pl.when(later).then(pl.col(name) * 7).otherwise(pl.col(name)).alias(name)
        for name in ("perp_mark", "spot_ask")
    )
    assert not other.equals(block.pairs)
    assert decide(starter, other, at).pairs.equals(decide(starter, block.pairs, at).pairs)


def test_cycles_say_what_all_rows_say() -> None:
    """On the made market, from a day on that is taken in at once; pairs come, go, and are not quoted."""
    bound = bind(compile_book(load_book(find_starter())))
    manifest = bound.book.manifest
    (block,) = GeneratedSource(3, AT, 6, bases=COINS).read_blocks(manifest.pairing, manifest.history)
    pairs = block.pairs.drop("warm_up").with_row_index("row").filter(pl.col("row") % 41 != 7).drop("row")
    cycles = begin_cycles(bound, pairs.filter(pl.col("ts") < AT))
    for at in pairs.filter(pl.col("ts") >= AT)["ts"].unique().sort():
        told, whole = cycles.decide(pairs.filter(pl.col("ts") == at), at), decide(bound, pairs, at)
        assert told.pairs.equals(whole.pairs)
        assert told.decisions.equals(whole.decisions)
        assert (told.funnel, told.ranking) == (whole.funnel, whole.ranking)
        assert whole.pairs["vol"].null_count() < whole.pairs.height


def test_cycles_take_the_rows_of_one_time() -> None:
    bound = bind(compile_book(load_book(find_starter())))
    manifest = bound.book.manifest
    (block,) = GeneratedSource(3, AT, 2, bases=("BTC",)).read_blocks(manifest.pairing, manifest.history)
    with pytest.raises(ValueError, match="other times"):
        begin_cycles(bound, block.pairs.drop("warm_up")[:0]).decide(block.pairs.drop("warm_up"), AT)
