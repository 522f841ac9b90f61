"""Isolated margin: maintenance, liquidation, leverage, and the top-up that a leverage asks for.

`side` is 1 for a long and -1 for a short position. A *linear* contract is counted in coins, with prices,
margin and notional in the coin it is settled in, taken as USD. An *inverse* contract is counted in its
face value in USD, with margin and notional in coins. `wallet` is the isolated margin without unrealised
profit: what was moved there, top-ups in, less fees and funding paid from it.

`tiers` has a row per tier, sorted, with the columns notional from which it holds (0 first), maintenance
rate, and maintenance amount, in the unit of the notional. Maintenance margin is notional times rate minus
amount, with the tier of the notional *at the price in question*: a liquidation price is that of the tier it
lies in, not of the tier of today. Rows from the first unknown one on are padding.

Formula: Binance's for isolated positions, `(wallet + amount - side * coins * entry) / (coins * rate - side *
coins)`; that of inverse contracts is the same with 1 / price for price, since what a long of face value F
makes in coins is what a short of F coins makes at these prices.

Every function compiles to machine code unchanged and gives the same bytes; see `engine.portfolio.series`.
"""

from __future__ import annotations

import math

from engine.market.catalogue import NEVER
from engine.market.sequence import FloatArray

FLOOR, RATE, AMOUNT = 0, 1, 2
"""Columns of tiers."""


def fill_amounts(tiers: FloatArray) -> FloatArray:
    """Tiers with the amounts that make maintenance margin continuous: a step in notional is none in margin.

    Each tier's amount is the one before plus its floor times the rise of the rate, as venues publish them.
    """
    filled = tiers.copy()
    for tier in range(count_tiers(tiers)):
        amount = 0.0
        if tier > 0:
            rise = float(tiers[tier, RATE]) - float(tiers[tier - 1, RATE])
            amount = float(filled[tier - 1, AMOUNT]) + float(tiers[tier, FLOOR]) * rise
        filled[tier, AMOUNT] = amount
    return filled


def pick_tiers(schedules: FloatArray, first_rate: float) -> FloatArray:
    """Tiers of an instrument by the rate of its first: unknown where that is no ratio between 0 and 1.

    The schedule is that of the smallest first rate at or above the instrument's, or the last one; no tier is
    below the instrument's own rate. So paper closes rather early than late.

    Args:
        schedules: Schedules × tiers × 3, in the order of their first rates.
        first_rate: Maintenance rate of the instrument's first tier.
    """
    place = 0
    while place < schedules.shape[0] - 1 and float(schedules[place, 0, RATE]) < first_rate:
        place += 1
    tiers = schedules[place].copy()
    if not (0.0 < first_rate < 1.0):
        tiers[:] = math.nan
    for tier in range(count_tiers(tiers)):
        tiers[tier, RATE] = max(float(tiers[tier, RATE]), first_rate)
    return fill_amounts(tiers)


def count_tiers(tiers: FloatArray) -> int:
    """How many rows are tiers: those before the first of unknown floor."""
    for tier in range(tiers.shape[0]):
        if math.isnan(float(tiers[tier, FLOOR])):
            return tier
    return int(tiers.shape[0])


def find_maintenance(notional: float, tiers: FloatArray) -> float:
    """Maintenance margin of a notional, by its tier; unknown without tiers or below zero."""
    tier = count_tiers(tiers) - 1
    if tier < 0 or not (0.0 <= notional < math.inf):
        return math.nan
    while tier > 0 and float(tiers[tier, FLOOR]) > notional:
        tier -= 1
    maintenance = notional * float(tiers[tier, RATE]) - float(tiers[tier, AMOUNT])
    return maintenance if math.isfinite(maintenance) else math.nan


def find_profit(side: float, coins: float, entry: float, mark: float) -> float:
    """Unrealised profit of a linear contract, in its quote coin."""
    profit = side * coins * (mark - entry)
    return profit if math.isfinite(profit) else math.nan


def find_inverse_profit(side: float, face: float, entry: float, mark: float) -> float:
    """Unrealised profit of an inverse contract, in coins; unknown at a price that is not above zero."""
    if not (entry > 0.0 and mark > 0.0):
        return math.nan
    profit = side * face * (1.0 / entry - 1.0 / mark)
    return profit if math.isfinite(profit) else math.nan


def find_liquidation_price(
    side: float, coins: float, entry: float, wallet: float, tiers: FloatArray
) -> float:
    """Mark at which an isolated linear position no longer covers its maintenance margin.

    A short is closed at and above it: infinite if none closes it, 0 if any does. A long is closed at
    and below it: 0 if none above zero closes it. Unknown if an input is.

    Args:
        side: 1 for a long, -1 for a short.
        coins: Contracts times contract size, in the coin that the price is of.
        entry: Mean entry price.
        wallet: Isolated margin, without unrealised profit.
        tiers: Of the instrument.
    """
    if not (0.0 <= coins < math.inf and 0.0 < entry < math.inf and math.isfinite(wallet)):
        return math.nan
    if side > 0.0:
        return 0.0 if coins == 0.0 else _fall_to_liquidation(coins, entry, wallet, tiers)
    return math.inf if coins == 0.0 else _rise_to_liquidation(coins, entry, wallet, tiers)


def find_inverse_liquidation_price(
    side: float, face: float, entry: float, wallet: float, tiers: FloatArray
) -> float:
    """The same for an inverse contract: a long is closed at and below, a short at and above.

    A short whose margin is as large as its face value at the entry is never closed: infinite.

    Args:
        side: 1 for a long, -1 for a short.
        face: Contracts times the USD that one stands for.
        entry: Mean entry price (harmonic), USD a coin.
        wallet: Isolated margin in coins, without unrealised profit.
        tiers: Of the instrument, with notional and amount in coins.
    """
    if not (0.0 < entry < math.inf):
        return math.nan
    reciprocal = find_liquidation_price(-side, face, 1.0 / entry, wallet, tiers)
    if math.isnan(reciprocal):
        return math.nan
    return math.inf if reciprocal == 0.0 else 1.0 / reciprocal


def _rise_to_liquidation(coins: float, entry: float, wallet: float, tiers: FloatArray) -> float:
    """Lowest price at which a short is closed: the first tier from below in which it is, or begins to be."""
    last = count_tiers(tiers) - 1
    for tier in range(last + 1):
        floor, rate, amount = float(tiers[tier, FLOOR]), float(tiers[tier, RATE]), float(tiers[tier, AMOUNT])
        each = coins * (1.0 + rate)
        if not each > 0.0:
            return math.nan
        price = (wallet + amount + coins * entry) / each
        if not math.isfinite(price):
            return math.nan
        if tier == last or coins * price < float(tiers[tier + 1, FLOOR]):
            # Where amounts leave a step in margin, a short may be closed just by reaching the tier.
            lowest = floor / coins
            return max(lowest, price)
    return math.nan


def _fall_to_liquidation(coins: float, entry: float, wallet: float, tiers: FloatArray) -> float:
    """Highest price at which a long is closed: the first tier from above in which it is."""
    last = count_tiers(tiers) - 1
    for tier in range(last, -1, -1):
        floor, rate, amount = float(tiers[tier, FLOOR]), float(tiers[tier, RATE]), float(tiers[tier, AMOUNT])
        each = coins * (1.0 - rate)
        if not each > 0.0:
            return math.nan
        price = (coins * entry - wallet - amount) / each
        if not math.isfinite(price):
            return math.nan
        if tier == 0 or coins * price >= floor:
            highest = math.inf if tier == last else float(tiers[tier + 1, FLOOR]) / coins
            return max(0.0, min(highest, price)) + 0.0
    return math.nan


def measure_liquidation_distance(side: float, mark: float, liquidation: float) -> float:
    """`liquidation_distance`: how far the mark may go against the position, a ratio of the mark.

    0 at the liquidation price, below zero past it, and at most 1e9, which stands for never.
    """
    if not (0.0 < mark < math.inf) or math.isnan(liquidation):
        return math.nan
    distance = (mark - liquidation) / mark if side > 0.0 else (liquidation - mark) / mark
    return min(max(distance, -NEVER), NEVER) + 0.0


def measure_leverage(notional: float, margin_equity: float) -> float:
    """`<leg>_leverage`: notional at the mark on margin equity, which is the wallet and the unrealised profit.

    0 without a position; 1e9, larger than any bound, where nothing is left of the margin.
    """
    if not (0.0 <= notional < math.inf) or not math.isfinite(margin_equity):
        return math.nan
    if notional == 0.0:
        return 0.0
    if margin_equity <= 0.0:
        return NEVER
    leverage = notional / margin_equity
    return min(leverage, NEVER)


def find_top_up(notional: float, margin_equity: float, leverage: float) -> float:
    """What has to be moved to the margin to bring leverage down to a target; 0 if it is there already.

    Args:
        notional: At the mark.
        margin_equity: The wallet and the unrealised profit.
        leverage: The target, above zero; unknown otherwise.
    """
    if not (0.0 <= notional < math.inf and 0.0 < leverage < math.inf):
        return math.nan
    missing = notional / leverage - margin_equity
    return max(missing, 0.0) + 0.0 if math.isfinite(missing) else math.nan
