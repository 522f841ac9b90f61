"""One live cycle of the starter book beside the same book written by hand. Prints JSON.

Also cycle after cycle, with what metrics look back on carried from one to the next (`carried`).

Both get the same frame: every pair with the hours of the book's history, sorted by pair and time, made of the
made market by repeating its pairs with other numbers and striking out values. Before anything is timed, both
must say the same of every pair: its decision, stage, rule and state, and each metric. They are timed in turn,
in one run; the ratios are what counts.
"""

from __future__ import annotations

import json
import runpy
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import polars as pl
from polars.testing import assert_frame_equal

from engine import cycle
from engine.book.bind import BoundBook, bind
from engine.book.compile import compile_book
from engine.book.load import load_book
from engine.language.recent import Recent
from engine.operations.sources import GeneratedSource
from engine.operations.starter import find_starter

BY_HAND = runpy.run_path(str(Path(__file__).with_name("starter_by_hand.py")))
METRICS: tuple[str, ...] = BY_HAND["METRICS"]
decide_by_hand: Callable[[pl.DataFrame, datetime], pl.DataFrame] = BY_HAND["decide_by_hand"]

AT = datetime(2026, 1, 1, tzinfo=UTC)
SIZES, REPEATS = (500, 5_000), 60
UNKNOWN, MANY_UNKNOWN = 0.02, 0.3
MOST = {50: 1.5, 99: 2.0}
"""The ratio that each percentile of the larger market may have; in the smaller, calls cost more than rows."""
PRICES = ("spot_bid", "spot_ask", "spot_mark", "perp_bid", "perp_ask", "perp_mark")
SPREAD_OUT = {
    "perp_funding_rate": 0.5,
    "perp_funding_apr_3d": 0.8,
    "perp_funding_apr_7d": 0.8,
    "spot_volume_usd_24h": 1.5,
    "perp_volume_usd_24h": 1.5,
    "spot_depth_usd": 1.0,
    "perp_depth_usd": 1.0,
}
STRUCK_OUT = (
    *(*PRICES, *SPREAD_OUT, "spot_taker_fee", "perp_taker_fee", "perp_funding_interval_hours"),
    *("perp_listed_days", "perp_hours_to_delisting", "base", "spot_quote", "perp_status", "spot_has_book"),
)
STAGES: dict[str, tuple[Any, str]] = {
    "metrics": (BoundBook, "measure"),
    "windows": (Recent, "_look_back"),
    "universe": (cycle, "_judge_universe"),
    "short_list": (cycle, "_find_stage"),
    "entry": (cycle, "_judge_entry"),
    "validation": (cycle, "validate_decisions"),
}


def read_starter() -> BoundBook:
    """The starter book."""
    return bind(compile_book(load_book(find_starter())))


def make_market(bound: BoundBook) -> pl.DataFrame:
    """The made market with the book's history."""
    manifest = bound.book.manifest
    (block,) = GeneratedSource(8, AT, 1).read_blocks(manifest.pairing, manifest.history)
    return block.pairs.drop("warm_up")


def repeat_pairs(market: pl.DataFrame, count: int, unknown: float = UNKNOWN, seed: int = 1) -> pl.DataFrame:
    """So many pairs, sorted by pair and time; each copy has numbers of its own and lacks others."""
    generator = np.random.default_rng(seed)
    names = market.filter(pl.col("ts") == AT)["pair"]
    copies: list[pl.DataFrame] = []
    while (missing := count - len(copies) * len(names)) > 0:
        wanted = names[: min(missing, len(names))]
        copy = market.filter(pl.col("pair").is_in(wanted.implode()))
        copies.append(_vary(copy, len(copies), unknown, generator))
    return pl.concat(copies, rechunk=True)


def _vary(copy: pl.DataFrame, place: int, unknown: float, generator: np.random.Generator) -> pl.DataFrame:
    rows = copy.height
    which = copy["pair"].rle_id().to_numpy()
    pairs = int(which[-1]) + 1
    factors = {name: 1 + generator.normal(0, 2e-4, rows) for name in PRICES}
    factors |= {name: generator.lognormal(0.5, width, pairs)[which] for name, width in SPREAD_OUT.items()}
    names = pl.concat_str(pl.lit(f"{place:03d}/"), "pair")
    varied = copy.with_columns(
        names.alias("pair"), *(pl.col(name) * pl.Series(factor) for name, factor in factors.items())
    )
    return varied.with_columns(
        pl.when(pl.Series(generator.random(rows, dtype=np.float32) >= unknown)).then(pl.col(name)).alias(name)
        for name in STRUCK_OUT
    )


def require_equal(bound: BoundBook, pairs: pl.DataFrame) -> dict[str, int]:
    """Refuse results that differ in any pair; gives back how many pairs there are of each decision."""
    outcome = cycle.decide(bound, pairs, AT)
    said = outcome.decisions.select("decision", "stage", "rule", "state")
    ours = outcome.pairs.select("pair", *METRICS).hstack(said)
    assert_frame_equal(ours, decide_by_hand(pairs, AT), check_exact=False, rel_tol=1e-12, abs_tol=1e-15)
    counts = said.group_by("stage", "decision").len().sort("stage", "decision").iter_rows()
    return {f"{stage} {decision}": count for stage, decision, count in counts}


def measure_seconds(act: Callable[[], object]) -> float:
    """The time of an act."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def compare(bound: BoundBook, pairs: pl.DataFrame, repeats: int) -> dict[str, Any]:
    """Milliseconds of both, asked in turn, and their ratios."""
    seconds: dict[str, list[float]] = {"ours": [], "by_hand": []}
    for _ in range(repeats):
        seconds["ours"].append(measure_seconds(lambda: cycle.decide(bound, pairs, AT)))
        seconds["by_hand"].append(measure_seconds(lambda: decide_by_hand(pairs, AT)))
    figures: dict[str, Any] = {}
    for share, most in MOST.items():
        ours, by_hand = (float(np.percentile(each, share)) * 1e3 for each in seconds.values())
        times = {
            "ours_ms": round(ours, 2),
            "by_hand_ms": round(by_hand, 2),
            "ratio": round(ours / by_hand, 2),
        }
        asked = (
            {"most": most, "held": ours <= most * by_hand} if pairs["pair"].n_unique() >= SIZES[-1] else {}
        )
        figures[f"p{share}"] = {**times, **asked}
    return figures


def time_carried(bound: BoundBook, pairs: pl.DataFrame, repeats: int) -> dict[str, float]:
    """Milliseconds of cycles that follow each other, an hour apart; the first says what `decide` says."""
    cycles = cycle.begin_cycles(bound, pairs.filter(pl.col("ts") < AT))
    now = pairs.filter(pl.col("ts") == AT)
    assert cycles.decide(now, AT).decisions.equals(cycle.decide(bound, pairs, AT).decisions)
    seconds: list[float] = []
    for hour in range(1, repeats + 1):
        at = AT + timedelta(hours=hour)
        later = now.with_columns(ts=pl.lit(at, dtype=pairs.schema["ts"]))
        seconds.append(measure_seconds(partial(cycles.decide, later, at)))
    return {f"p{share}_ms": round(float(np.percentile(seconds, share)) * 1e3, 2) for share in MOST}


def time_stages(bound: BoundBook, pairs: pl.DataFrame, repeats: int) -> dict[str, float]:
    """Median milliseconds of each stage of a cycle; `metrics` without the windows, `rest` what is in none."""
    spent: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack:
        for stage, (owner, name) in STAGES.items():
            stack.enter_context(_timed(owner, name, spent[stage]))
        for _ in range(repeats):
            spent["cycle"].append(measure_seconds(lambda: cycle.decide(bound, pairs, AT)))
    medians = {stage: float(np.median(each)) * 1e3 for stage, each in spent.items()}
    medians["metrics"] -= medians["windows"]
    medians["rest"] = medians["cycle"] - sum(medians[stage] for stage in STAGES)
    medians["after_windows"] = medians["cycle"] - medians["windows"]
    return {stage: round(each, 2) for stage, each in medians.items()}


@contextmanager
def _timed(owner: Any, name: str, spent: list[float]) -> Iterator[None]:
    act = getattr(owner, name)

    def run(*given: Any) -> Any:
        start = time.perf_counter()
        result = act(*given)
        spent.append(time.perf_counter() - start)
        return result

    with patch.object(owner, name, run):
        yield


def measure(repeats: int) -> dict[str, Any]:
    """Everything, by number of pairs."""
    bound = read_starter()
    market = make_market(bound)
    require_equal(bound, repeat_pairs(market, SIZES[0], MANY_UNKNOWN, seed=2))
    figures: dict[str, Any] = {"hours": market["ts"].n_unique(), "cycles": repeats}
    stages: dict[int, dict[str, float]] = {}
    carried: dict[int, dict[str, float]] = {}
    for count in SIZES:
        pairs = repeat_pairs(market, count)
        found = require_equal(bound, pairs)
        stages[count] = time_stages(bound, pairs, max(repeats // 3, 3))
        compared = compare(bound, pairs, repeats)
        carried[count] = time_carried(bound, pairs, repeats)
        figures[f"pairs_{count}"] = {
            "found": found,
            **compared,
            "carried": carried[count],
            "stages_ms": stages[count],
        }
    after = [stages[count]["after_windows"] for count in SIZES]
    figures["after_windows_5000_over_500"] = round(after[1] / after[0], 2)
    figures["carried_5000_over_500"] = round(carried[SIZES[1]]["p50_ms"] / carried[SIZES[0]]["p50_ms"], 2)
    return figures


if __name__ == "__main__":
    print(json.dumps({"benchmark": "cycle", **measure(int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS)}))
