"""A sheet of 100 metrics over 5,000 rows, beside the same expressions written by hand in Polars.

The hand-written ones have no unknown semantics: they compute with NaN and infinities as Polars does. Both
are built once and evaluated in turn, in one run; the ratio of the medians is what counts. Prints JSON.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

import numpy as np
import polars as pl

from engine.language.metrics import Metric, check_metrics
from engine.language.names import build_scope

ROWS, REPEATS = 5_000, 41
COLUMNS = [f"x{i}" for i in range(20)]
MOST = 1.6

# Ten shapes that books use; each is repeated over ten choices of columns.
SHAPES: list[tuple[str, Callable[..., pl.Expr]]] = [
    ("({a} - {b}) / {b}", lambda a, b, *_: (a - b) / b),
    ("{a} / {b} * 8760", lambda a, b, *_: a / b * 8760.0),
    ("min({a}, {b})", lambda a, b, *_: pl.min_horizontal(a, b)),
    ("2 * ({a} + {b})", lambda a, b, *_: (a + b) * 2.0),
    ("{a} * 0.5 + {b} - {c} - {d}", lambda a, b, c, d: a * 0.5 + b - c - d),
    (
        "if {a} > 0 then {b} / {a} * 365 else null",
        lambda a, b, *_: pl.when(a > 0).then(b / a * 365.0).otherwise(None),
    ),
    (
        "max(({a} - {b}) / {b}, ({c} - {d}) / {d})",
        lambda a, b, c, d: pl.max_horizontal((a - b) / b, (c - d) / d),
    ),
    ("log({a} / {b})", lambda a, b, *_: (a / b).log()),
    ("sqrt(abs({a})) * {b}", lambda a, b, *_: a.abs().sqrt() * b),
    ("{a} >= {b} and {c} < 1.5", lambda a, b, c, _: (a >= b) & (c < 1.5)),
]


def build() -> tuple[list[Metric], list[pl.Expr]]:
    """The sheet, and the same by hand."""
    metrics: list[Metric] = []
    by_hand: list[pl.Expr] = []
    for turn in range(10):
        for place, (text, expression) in enumerate(SHAPES):
            names = [COLUMNS[(turn * 3 + place * 7 + step * 5) % len(COLUMNS)] for step in range(4)]
            columns = dict(zip("abcd", names, strict=True))
            name = f"m{turn}_{place}"
            metrics.append(Metric(name, text.format(**columns)))
            by_hand.append(expression(*map(pl.col, names)).alias(name))
    return metrics, by_hand


def measure() -> dict[str, float | int | bool]:
    """Milliseconds of both, and their ratio."""
    generator = np.random.default_rng(7)
    frame = pl.DataFrame({column: generator.uniform(0.5, 2.0, ROWS) for column in COLUMNS})
    metrics, by_hand = build()
    sheet = check_metrics(metrics, build_scope(dict.fromkeys(COLUMNS, "number")))
    if sheet.diagnostics:
        raise SystemExit("\n".join(str(fault) for fault in sheet.diagnostics))
    compiled = sheet.bind({})
    ours: list[float] = []
    reference: list[float] = []
    for _ in range(REPEATS):
        ours.append(_time(lambda: compiled.evaluate(frame)))
        reference.append(_time(lambda: frame.with_columns(by_hand)))
    ratio = statistics.median(ours) / statistics.median(reference)
    return {
        "formulas": len(metrics),
        "rows": ROWS,
        "ours_ms": round(statistics.median(ours), 3),
        "by_hand_ms": round(statistics.median(reference), 3),
        "ratio": round(ratio, 3),
        "most": MOST,
        "held": ratio <= MOST,
    }


def _time(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000.0


if __name__ == "__main__":
    print(json.dumps({"benchmark": "metrics", **measure()}))
