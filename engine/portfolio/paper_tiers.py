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
from engine.portfolio.margin import AMOUNT, count_tiers, fill_amounts, pick_tiers


def build_paper_tiers(first_rate: float) -> FloatArray:
    """Tiers of an instrument, as `engine.portfolio.margin` takes them, with notionals in USD.

    Args:
        first_rate: Maintenance rate of the instrument's first tier, above 0 and below 1.

    Raises:
        ValueError: The rate is unknown or no such ratio.
    """
    if not (0.0 < first_rate < 1.0):
        raise ValueError(f"a maintenance rate of {first_rate} is no ratio between 0 and 1")
    tiers = pick_tiers(stack_paper_tiers(), first_rate)
    return tiers[: count_tiers(tiers)]


@cache
def stack_paper_tiers() -> FloatArray:
    """Every schedule, by the rate of its first tier; rows that a schedule has not are NaN."""
    text = files(__package__).joinpath("paper_tiers.csv").read_text(encoding="utf-8")
    schedules: dict[float, list[tuple[float, float]]] = {}
    for row in csv.DictReader(text.splitlines()):
        tiers = schedules.setdefault(float(row["first_rate"]), [])
        tiers.append((float(row["floor_usd"]), float(row["rate"])))
    stacked = np.full((len(schedules), max(map(len, schedules.values())), 3), np.nan)
    for place, first_rate in enumerate(sorted(schedules)):
        stacked[place, : len(schedules[first_rate]), :AMOUNT] = schedules[first_rate]
        stacked[place] = fill_amounts(stacked[place])
    return stacked
