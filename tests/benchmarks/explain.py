"""Explaining 500 rows × 200 rules × 8 cells: arrays, what is nearest, one row in words. Prints JSON."""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable

import numpy as np
import polars as pl

from engine.tables.bind import CompiledTable
from engine.tables.compile import compile_table
from engine.tables.read import parse_table

ROWS, RULES, REPEATS = 500, 200, 15
NUMBERS = [f"x{place}" for place in range(6)]
SCHEMA = {**dict.fromkeys(NUMBERS, "number"), "venue": "text", "open": "boolean"}
VENUES = ["binance", "okx", "bybit", "gate", "kucoin", "bitget"]
MOST_S = 0.1


def write_table(seed: int = 7) -> CompiledTable:
    """A table with random cells, all of them filled: ranges, comparisons, one column against another."""
    dice = random.Random(seed)
    lines = ["id," + ",".join(SCHEMA) + ",then y"]
    for rule in range(RULES):
        cells = [_write_cell(dice, place) for place in range(len(NUMBERS))]
        words = ", ".join(f'""{word}""' for word in dice.sample(VENUES, 2))
        lines.append(f'r{rule},{",".join(cells)},"{words}",{dice.choice(("true", "false"))},1')
    return compile_table(parse_table("\n".join(lines), name="table", hit_policy="FIRST"), SCHEMA)


def _write_cell(dice: random.Random, place: int) -> str:
    bound = round(dice.uniform(-1, 1), 4)
    if dice.random() < 0.02:
        return f">= {NUMBERS[place - 1]}"
    return dice.choice((f">= {bound}", f"< {bound}", f"[{bound}..{bound + 0.5:.4f})"))


def make_frame(seed: int = 1) -> pl.DataFrame:
    """Random rows, some of their numbers unknown."""
    generator = np.random.default_rng(seed)
    numbers = {name: np.round(generator.normal(0, 0.7, ROWS), 4) for name in NUMBERS}
    for column in numbers.values():
        column[generator.random(ROWS) < 0.05] = np.nan
    venues = np.array(VENUES)[generator.integers(0, len(VENUES), ROWS)]
    return pl.DataFrame({**numbers, "venue": venues, "open": generator.random(ROWS) < 0.5})


def measure_seconds(act: Callable[[], object]) -> float:
    """The median time of an act."""
    act()
    times: list[float] = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    table, frame = write_table(), make_frame()
    explanation = table.explain(frame)
    figures = {
        "arrays_s": measure_seconds(lambda: table.explain(frame)),
        "nearest_in_words_s": measure_seconds(lambda: explanation.nearest),
        "one_row_in_words_s": measure_seconds(lambda: explanation.as_dict(0)),
    }
    size = {"rows": ROWS, "rules": RULES, "columns": len(SCHEMA), "most_s": MOST_S}
    print(json.dumps({"benchmark": "explain", **size, **{name: round(s, 4) for name, s in figures.items()}}))
