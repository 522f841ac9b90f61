"""How equity fares over time, whatever is paid in and out: units, returns, and the distance from the peak.

A withdrawal is no loss and a deposit no gain. So equity is told as the value of a unit that begins at 1
and changes by what was earned alone, as in a fund; drawdown, returns and their volatility are those of
the unit. The functions over series and those over one step are the same arithmetic, and all compile to
machine code unchanged; see `engine.portfolio.series`.
"""

from __future__ import annotations

import math

import numpy as np

from engine.market.sequence import FloatArray


def value_units(equity: FloatArray, flows: FloatArray) -> FloatArray:
    """Value of a unit at each time, beginning at 1 with the first known equity.

    Args:
        equity: Equity at each time, in one currency; NaN is unknown.
        flows: What was paid in since the time before, withdrawals below zero.

    Returns:
        A number per time; unknown where equity is, and ever after it was not above zero. A flow at a
        time of unknown equity counts at the next known one; those up to the first do not count.
    """
    units = np.full(equity.size, np.nan)
    unit, before, flow = 1.0, math.nan, 0.0
    for row in range(equity.size):
        now = float(equity[row])
        flow += float(flows[row])
        if not math.isfinite(now):
            continue
        unit = unit if math.isnan(before) else grow_unit(unit, before, now, flow)
        units[row] = unit
        before, flow = now, 0.0
    return units


def grow_unit(unit: float, equity_before: float, equity: float, flow: float) -> float:
    """Value of a unit after a step: `unit * (equity - flow) / equity before`.

    Unknown if the equity before was not above zero, or if one of the numbers is unknown.

    Args:
        unit: Its value before.
        equity_before: Equity before, in one currency.
        equity: Equity now.
        flow: What was paid in between, less what was paid out, at the end of the step.
    """
    if not (0.0 < equity_before < math.inf):
        return math.nan
    grown = unit * ((equity - flow) / equity_before)
    return grown if math.isfinite(grown) else math.nan


def list_returns(units: FloatArray) -> FloatArray:
    """Return of each step: value on the one before, minus 1; unknown for the first and beside a gap."""
    returns = np.full(units.size, np.nan)
    for row in range(1, units.size):
        before = float(units[row - 1])
        if 0.0 < before < math.inf:
            earned = float(units[row]) / before - 1.0
            if math.isfinite(earned):
                returns[row] = earned
    return returns


def list_drawdowns(units: FloatArray) -> FloatArray:
    """Distance of each value from the highest so far, on that; unknown where the value is."""
    drawdowns = np.full(units.size, np.nan)
    peak = math.nan
    for row in range(units.size):
        value = float(units[row])
        peak = raise_peak(peak, value)
        drawdowns[row] = measure_drawdown(peak, value)
    return drawdowns


def raise_peak(peak: float, value: float) -> float:
    """The highest value so far; an unknown value changes nothing, an unknown peak is none yet."""
    if not math.isfinite(value):
        return peak
    return value if math.isnan(peak) or value > peak else peak


def measure_drawdown(peak: float, value: float) -> float:
    """`drawdown`: distance of a value from its peak, on that; unknown if the peak is not above zero."""
    if not (0.0 < peak < math.inf) or not math.isfinite(value):
        return math.nan
    drawdown = (peak - value) / peak
    return drawdown if math.isfinite(drawdown) else math.nan
