"""Margin tiers on paper, where a venue's own are not asked for: a schedule by the rate of the first tier.

The table beside this file is an assumption in the form of what venues publish. The rate of its first tier
tells how a venue sees a coin: a low one stands for a deep market, whose higher rates begin at large
notionals; a high one for a thin market, where they begin soon.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np

from engine.market.sequence import FloatArray
from engine.portfolio.margin import FLOOR, RATE, fill_amounts


def build_paper_tiers(first_rate: float) -> FloatArray:
    """Tiers of an instrument, as `engine.portfolio.margin` takes them, with notionals in USD.

    The schedule is that of the smallest first rate of the table at or above the instrument's, or the
    last one; no tier is below the instrument's own rate. So paper closes rather early than late.

    Args:
        first_rate: Maintenance rate of the instrument's first tier, above 0 and below 1.

    Raises:
        ValueError: The rate is unknown or no such ratio.
    """
    if not (0.0 < first_rate < 1.0):
        raise ValueError(f"a maintenance rate of {first_rate} is no ratio between 0 and 1")
    schedules = _read_schedules()
    fitting = [rate for rate in sorted(schedules) if rate >= first_rate]
    rows = schedules[fitting[0] if fitting else max(schedules)]
    tiers = np.zeros((len(rows), 3))
    tiers[:, FLOOR] = [floor for floor, _ in rows]
    tiers[:, RATE] = [max(rate, first_rate) for _, rate in rows]
    return fill_amounts(tiers)


@cache
def _read_schedules() -> dict[float, list[tuple[float, float]]]:
    """Floor and rate of every tier, by the rate of the first."""
    text = files(__package__).joinpath("paper_tiers.csv").read_text(encoding="utf-8")
    schedules: dict[float, list[tuple[float, float]]] = {}
    for row in csv.DictReader(text.splitlines()):
        tiers = schedules.setdefault(float(row["first_rate"]), [])
        tiers.append((float(row["floor_usd"]), float(row["rate"])))
    return schedules
