"""From an amount of money to whole lots of each leg that agree with each other."""

from __future__ import annotations

import math

from engine.portfolio import layout as at
from engine.portfolio.arrays import Floats, Integers, World
from engine.portfolio.fills import find_scale, is_priced
from engine.portfolio.holdings import count_coins, count_units
from engine.portfolio.lots import ceil_lots, floor_lots, round_lots


def find_open(world: World, leg: int, row: int) -> float:
    """The price that opens a leg at once, per coin."""
    first = leg * len(at.LEG_FIELDS)
    side = at.ASK if world.program.legs[at.SIGN, leg] > 0 else at.BID
    return float(world.signals.rows[row, first + side])


def find_weight(world: World, leg: int, row: int) -> float:
    """The quantity of a leg beside that of the others."""
    return float(world.signals.rows[row, leg * len(at.LEG_FIELDS) + at.WEIGHT])


def find_lot_coins(world: World, leg: int, row: int) -> float:
    """Coins of one lot of a leg."""
    scale, inverse = find_scale(world, leg, row)
    step = world.signals.rows[row, leg * len(at.LEG_FIELDS) + at.LOT_STEP]
    return count_coins(step, scale, inverse, find_open(world, leg, row))


def find_lead(world: World, row: int) -> int:
    """The leg with the coarsest lot, in coins on its weight: the others follow it. Of equal ones the last."""
    lead, coarsest = 0, 0.0
    for leg in range(world.program.legs.shape[1]):
        coins = find_lot_coins(world, leg, row) / find_weight(world, leg, row)
        if coins >= coarsest:
            lead, coarsest = leg, coins
    return lead


def count_lead_lots(world: World, row: int, notional: float) -> int:
    """The most lots of the leading leg with which no leg has a larger notional than given."""
    lead, dearest = find_lead(world, row), 0.0
    for leg in range(world.program.legs.shape[1]):
        dearest = max(dearest, find_open(world, leg, row) * find_weight(world, leg, row))
    return floor_lots(notional / dearest * find_weight(world, lead, row), find_lot_coins(world, lead, row))


def match_legs(world: World, row: int, lead_lots: int, lots: Integers, margin: Floats) -> None:
    """Lots and margin of every leg for so many lots of the leading one.

    What is received counts: a coin whose fee is taken in itself is bought in so many lots more that it is not
    less, unless that is more than half of the coarsest lot too much. What a leg ties up is its notional × its
    capital, in whole cents.

    Args:
        world: The book and the market.
        row: The row of the pair.
        lead_lots: Lots of the leading leg.
        lots: Takes the lots of each leg.
        margin: Takes the money to set aside for each.
    """
    legs = world.program.legs
    lead = find_lead(world, row)
    coarsest = find_lot_coins(world, lead, row) / find_weight(world, lead, row)
    coins = lead_lots * coarsest * (1.0 - find_coin_fee(world, lead, row))
    for leg in range(legs.shape[1]):
        weight = find_weight(world, leg, row)
        lots[leg] = lead_lots
        if leg != lead:
            lots[leg] = follow_lead(world, row, leg, coins * weight, coarsest * weight)
        value = lots[leg] * find_lot_coins(world, leg, row) * find_open(world, leg, row)
        margin[leg] = 0.0
        if legs[at.MARGINED, leg] > 0:
            margin[leg] = math.ceil(value * legs[at.CAPITAL, leg] * 100.0 - 1e-6) / 100.0


def find_coin_fee(world: World, leg: int, row: int) -> float:
    """The part of a coin that is bought which its fee takes; 0 where the fee is asked in money."""
    quotes, first = world.signals.rows[row], leg * len(at.LEG_FIELDS)
    owned = world.program.legs[at.SIGN, leg] > 0 and world.program.legs[at.DERIVATIVE, leg] == 0
    return float(quotes[first + at.TAKER_FEE]) if owned and quotes[first + at.FEE_IN_BASE] > 0 else 0.0


def follow_lead(world: World, row: int, leg: int, coins: float, coarsest: float) -> int:
    """Lots of a leg with which so many coins are received; the coarsest lot is in coins too."""
    scale, inverse = find_scale(world, leg, row)
    units = count_units(coins, scale, inverse, find_open(world, leg, row))
    step = world.signals.rows[row, leg * len(at.LEG_FIELDS) + at.LOT_STEP]
    fee = find_coin_fee(world, leg, row)
    if fee == 0.0:
        return round_lots(units, step)
    lots = ceil_lots(units / (1.0 - fee), step)
    excess = count_coins(lots * step * (1.0 - fee) - units, scale, inverse, find_open(world, leg, row))
    return lots - 1 if excess > coarsest / 2 else lots


def is_tradable(world: World, row: int) -> bool:
    """Whether prices, steps, fees and smallest orders of every leg are known."""
    for leg in range(world.program.legs.shape[1]):
        first = leg * len(at.LEG_FIELDS)
        quotes = world.signals.rows[row]
        if not quotes[first + at.WEIGHT] > 0.0 or not is_priced(world, leg, row):
            return False
        known = quotes[first + at.LOT_STEP] + quotes[first + at.MIN_LOTS] + quotes[first + at.MIN_NOTIONAL]
        if math.isnan(known):
            return False
    return True


def is_large_enough(world: World, row: int, lots: Integers) -> bool:
    """Whether every leg is an order that its venue takes."""
    for leg in range(world.program.legs.shape[1]):
        first = leg * len(at.LEG_FIELDS)
        quotes = world.signals.rows[row]
        value = lots[leg] * find_lot_coins(world, leg, row) * find_open(world, leg, row)
        if lots[leg] < quotes[first + at.MIN_LOTS] or value < quotes[first + at.MIN_NOTIONAL]:
            return False
    return True


def find_least_notional(world: World, row: int) -> float:
    """The smallest notional of the first leg with which every leg is an order that its venue takes: USD."""
    lead = find_lead(world, row)
    lot = find_lot_coins(world, lead, row)
    coins = 0.0
    for leg in range(world.program.legs.shape[1]):
        quotes, first = world.signals.rows[row], leg * len(at.LEG_FIELDS)
        least = quotes[first + at.MIN_LOTS] * find_lot_coins(world, leg, row)
        least = max(least, quotes[first + at.MIN_NOTIONAL] / find_open(world, leg, row))
        coins = max(coins, least / find_weight(world, leg, row))
    lots = ceil_lots(coins * find_weight(world, lead, row), lot)
    return float(lots * lot / find_weight(world, lead, row) * find_open(world, 0, row))
