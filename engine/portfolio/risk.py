"""Risk of a whole book by historical simulation: what today's positions would have made on past days.

`day_returns[day, pair]` is the daily return of a hedged pair on its notional, as
`engine.market.day_returns` measures it: minus the change of basis, plus funding. `notionals[pair]` is the
notional of the position in it, one leg, in USD; 0 without one. A day counts only if the return of every
pair held is known on it: a book whose risk is half known has an unknown risk.

Every function compiles to machine code unchanged and gives the same bytes; see `engine.portfolio.series`.
"""

from __future__ import annotations

import math

import numpy as np

from engine.market.sequence import FloatArray
from engine.portfolio.series import MIN_DAYS, correlate, describe_days, find_beta, keep_known

RISK_DAYS = 90
"""How many of the latest days the measures of a book look at."""

NORMAL_99 = 2.3263478740408408
"""The standard normal distribution exceeds it once in 100."""


def find_historical_var(returns: FloatArray) -> float:
    """Loss, on equity, that one day in 100 reaches: minus the 1 % quantile of the daily returns.

    The quantile is an order statistic, the lower empirical one: of n known days the one of rank
    ceil(n / 100) from the worst, without interpolation; up to 100 days that is the worst. A gain on
    that day gives a number below zero. Unknown below 20 known days.
    """
    known = np.sort(keep_known(returns))
    days = known.size
    if days < MIN_DAYS:
        return math.nan
    return 0.0 - float(known[(days + 99) // 100 - 1])


def find_normal_var(returns: FloatArray) -> float:
    """The same loss if returns were normal: 2.326 sample standard deviations, minus the mean.

    Unknown below 20 known days. It stands beside the historical one to be compared with it: returns
    of carry trades have heavier tails.
    """
    days, mean, spread = describe_days(returns)
    loss = NORMAL_99 * spread - mean
    return loss if days >= MIN_DAYS and math.isfinite(loss) else math.nan


def simulate_returns(day_returns: FloatArray, notionals: FloatArray, equity_usd: float) -> FloatArray:
    """Return on equity that the positions of today would have made each day.

    Sum over the pairs held, in their order, of notional times daily return, on equity. Unknown on days
    on which one of them is unknown, and everywhere if a notional is unknown or equity is not above zero.
    """
    days, pairs = day_returns.shape
    simulated = np.full(days, np.nan)
    if not (0.0 < equity_usd < math.inf):
        return simulated
    for day in range(days):
        total = 0.0
        for pair in range(pairs):
            notional = float(notionals[pair])
            if notional != 0.0:
                total += notional * float(day_returns[day, pair])
        earned = total / equity_usd
        if math.isfinite(earned):
            simulated[day] = earned
    return simulated


def measure_var(day_returns: FloatArray, notionals: FloatArray, equity_usd: float) -> float:
    """`daily_var_99`: historical VaR of the book, a ratio of equity; 0 without a position."""
    if count_held(notionals) == 0:
        return 0.0
    return find_historical_var(simulate_returns(day_returns, notionals, equity_usd))


def measure_normal_var(day_returns: FloatArray, notionals: FloatArray, equity_usd: float) -> float:
    """Normal VaR of the book, a ratio of equity; 0 without a position."""
    if count_held(notionals) == 0:
        return 0.0
    return find_normal_var(simulate_returns(day_returns, notionals, equity_usd))


def measure_beta(
    day_returns: FloatArray, notionals: FloatArray, equity_usd: float, market: FloatArray
) -> float:
    """`beta_btc`: beta of the book's simulated returns to those of a coin; 0 without a position.

    Args:
        day_returns: Daily returns of the pairs.
        notionals: Notional of each.
        equity_usd: Equity of the book.
        market: Daily returns of the coin, of the same days.
    """
    if count_held(notionals) == 0:
        return 0.0
    return find_beta(simulate_returns(day_returns, notionals, equity_usd), market)


def measure_largest_correlation(day_returns: FloatArray, notionals: FloatArray) -> float:
    """`position_correlation`: the largest correlation between the daily P&L of two pairs held.

    0 below two positions. Unknown if one of the correlations is: it might be the largest.
    """
    if count_held(notionals) < 2:
        return 0.0
    largest = -1.0
    pairs = day_returns.shape[1]
    for one in range(pairs):
        for other in range(one + 1, pairs):
            if float(notionals[one]) != 0.0 and float(notionals[other]) != 0.0:
                correlation = correlate(day_returns[:, one], day_returns[:, other])
                if math.isnan(correlation):
                    return math.nan
                largest = max(largest, correlation)
    return largest


def count_held(notionals: FloatArray) -> int:
    """How many pairs are held; a position of unknown notional is one."""
    held = 0
    for pair in range(notionals.size):
        if float(notionals[pair]) != 0.0:
            held += 1
    return held
