"""A table of 50 rules beside ZEN's `evaluate_batch` on the same table, in one run. Prints JSON.

Five inputs (three numeric ranges, a category, a flag), FIRST, two outputs; outputs included in both. ZEN is
asked without unknown cells, since it takes a missing value for one that matches nothing.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import polars as pl
import zen

from engine.tables.bind import CompiledTable
from engine.tables.compile import compile_table
from engine.tables.read import parse_table

VENUES = ["binance", "okx", "bybit", "hyperliquid", "dydx", "gate", "kucoin", "bitget", "mexc", "htx"]
ACTIONS = ["enter", "hold", "reduce", "exit", "skip"]
RANGES = {"apr": (-1.0, 2.0, 2), "spread": (0.0, 50.0, 1), "interest": (0.0, 500.0, 0)}
INPUTS = [*RANGES, "venue", "open"]
SCHEMA = {"apr": "number", "spread": "number", "interest": "number", "venue": "text", "open": "boolean"}
LEAST = {"unknown_100000": 150.0, "known_100000": 200.0, "known_500": 8.0}


def write_rules(count: int, seed: int = 7) -> list[dict[str, str]]:
    """Random rules as texts: an empty text accepts anything."""
    dice = random.Random(seed)
    rules: list[dict[str, str]] = []
    for _ in range(count):
        rule = {name: _write_range(dice, *bounds) for name, bounds in RANGES.items()}
        words = sorted(dice.sample(VENUES, dice.randint(1, 4)))
        rule["venue"] = "" if dice.random() < 0.3 else ", ".join(f'"{word}"' for word in words)
        rule["open"] = "" if dice.random() < 0.5 else str(dice.random() < 0.5).lower()
        rule["action"], rule["size"] = f'"{dice.choice(ACTIONS)}"', str(round(dice.uniform(0, 0.2), 4))
        rules.append(rule)
    return rules


def _write_range(dice: random.Random, low: float, high: float, digits: int) -> str:
    kind = dice.random()
    if kind < 0.15:
        return ""
    if kind < 0.40:
        return f">= {round(dice.uniform(low, high), digits)}"
    if kind < 0.60:
        return f"< {round(dice.uniform(low, high), digits)}"
    width = (high - low) * dice.uniform(0.15, 0.5)
    start = dice.uniform(low, high - width)
    close = "]" if dice.random() < 0.5 else ")"
    return f"[{round(start, digits)}..{round(start + width, digits)}{close}"


def compile_rules(rules: list[dict[str, str]]) -> CompiledTable:
    """The table as this project compiles it."""
    header = ["id", *INPUTS, "then action", "then size"]
    lines = [",".join(header)]
    for place, rule in enumerate(rules):
        cells = [rule[name] for name in [*INPUTS, "action", "size"]]
        lines.append(",".join([f"r{place}", *(_quote(cell) for cell in cells)]))
    table = parse_table(
        "\n".join(lines), name="table", hit_policy="FIRST", outputs={"action": "text", "size": "number"}
    )
    return compile_table(table, SCHEMA)


def _quote(cell: str) -> str:
    escaped = cell.replace('"', '""')
    return f'"{escaped}"'


def compile_for_zen(rules: list[dict[str, str]]) -> Any:
    """The table as ZEN's decision engine loads it."""
    outputs = [{"id": name, "name": name, "field": name} for name in ("action", "size")]
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in INPUTS],
        "outputs": outputs,
        "rules": [{"_id": f"r{place}", **rule} for place, rule in enumerate(rules)],
    }
    spot = {"x": 0, "y": 0}
    graph = {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in", "position": spot},
            {
                "id": "table",
                "type": "decisionTableNode",
                "name": "table",
                "position": spot,
                "content": content,
            },
            {"id": "out", "type": "outputNode", "name": "out", "position": spot},
        ],
        "edges": [
            {"id": "a", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "b", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }
    return zen.ZenEngine({"loader": {"type": "static", "content": {"table": graph}}})


def make_frame(rows: int, unknown: float, seed: int = 1) -> pl.DataFrame:
    """Random rows, a share of their cells unknown."""
    generator = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {
            "apr": np.round(generator.uniform(-1, 2, rows), 2),
            "spread": np.round(generator.uniform(0, 50, rows), 1),
            "interest": np.round(generator.uniform(0, 500, rows), 0),
            "venue": np.array(VENUES)[generator.integers(0, 10, rows)],
            "open": generator.random(rows) < 0.7,
        }
    ).with_columns(pl.col("venue").cast(pl.Categorical))
    if not unknown:
        return frame
    keep = [pl.Series(generator.random(rows) >= unknown) for _ in frame.columns]
    return frame.with_columns(
        pl.when(known).then(pl.col(name)).alias(name) for name, known in zip(frame.columns, keep, strict=True)
    )


def measure_seconds(act: Callable[[], object], repeats: int) -> float:
    """The median time of an act."""
    times: list[float] = []
    act()
    for _ in range(repeats):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def ask_zen(engine: Any, rows: list[dict[str, Any]]) -> list[Any]:
    """ZEN's answers, in batches of 1,000: its fastest way."""
    answers: list[Any] = []
    for start in range(0, len(rows), 1_000):
        answers += engine.evaluate_batch(
            [{"key": "table", "context": row} for row in rows[start : start + 1_000]]
        )
    return answers


def measure() -> dict[str, Any]:
    """Rows a second of both, asked in turn, their ratios, and whether both say the same."""
    rules = write_rules(50)
    table, engine = compile_rules(rules), compile_for_zen(rules)
    plain = make_frame(10_000, unknown=0.0)
    rows = plain.with_columns(pl.col("venue").cast(pl.String)).to_dicts()
    figures: dict[str, Any] = {"rules": 50, "inputs": len(INPUTS), "outputs": 2}
    figures["equal_to_zen"] = agrees(table.evaluate(plain), ask_zen(engine, rows))
    frames = {
        "known_500": make_frame(500, unknown=0.0),
        "known_100000": make_frame(100_000, unknown=0.0),
        "unknown_100000": make_frame(100_000, unknown=0.05),
    }
    zen_seconds: list[float] = []
    seconds: dict[str, list[float]] = {name: [] for name in frames}
    for _ in range(9):
        zen_seconds.append(measure_seconds(lambda: ask_zen(engine, rows), 1) / len(rows))
        for name, frame in frames.items():
            seconds[name].append(measure_seconds(partial(table.evaluate, frame), 5))
    a_row = statistics.median(zen_seconds)
    figures["zen_rows_per_second"] = round(1 / a_row)
    for name, frame in frames.items():
        ours = statistics.median(seconds[name])
        figures[name] = {
            "ms": round(ours * 1e3, 3),
            "times_zen": round(a_row * frame.height / ours, 1),
            "least": LEAST[name],
        }
    return figures


def measure_growth() -> dict[str, Any]:
    """How the time grows with the rules, and against merely summing the input columns of 5 M rows."""
    frame = make_frame(100_000, unknown=0.05)
    few, many = compile_rules(write_rules(50)), compile_rules(write_rules(1_000))
    few_seconds = measure_seconds(lambda: few.evaluate(frame), 9)
    many_seconds = measure_seconds(lambda: many.evaluate(frame), 9)
    large = make_frame(5_000_000, unknown=0.0).with_columns(code=pl.col("venue").to_physical())
    numeric = ["apr", "spread", "interest", "open", "code"]
    summing = measure_seconds(lambda: [large.get_column(name).sum() for name in numeric], 5)
    whole = measure_seconds(lambda: few.evaluate(large), 3)
    return {
        "rules_1000_over_50": round(many_seconds / few_seconds, 2),
        "most_1000_over_50": 4.0,
        "rows_5000000_over_sum": round(whole / summing, 1),
        "most_over_sum": 100.0,
        "rows_5000000_s": round(whole, 3),
    }


def agrees(ours: pl.DataFrame, answers: list[Any]) -> bool:
    """Whether both give the same outputs in every row; ZEN answers nothing where no rule fires."""
    theirs = [answer["data"]["result"] or {} for answer in answers]
    pairs = zip(ours.select("action", "size").iter_rows(), theirs, strict=True)
    return all(action == their.get("action") and size == their.get("size") for (action, size), their in pairs)


if __name__ == "__main__":
    print(json.dumps({"benchmark": "tables", **measure(), **measure_growth()}))
