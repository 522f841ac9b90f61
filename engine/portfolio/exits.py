"""Open positions: what the exit table and the limits that act make of each."""

from __future__ import annotations

import math

import numpy as np

from engine.portfolio import layout as at
from engine.portfolio.arrays import Floats, Integers, World
from engine.portfolio.fills import renew_steps, set_order, write_act
from engine.portfolio.gates import find_worst, read_pair
from engine.portfolio.holdings import count_coins, list_held
from engine.portfolio.judging import UNKNOWN, judge
from engine.portfolio.lots import find_common_step, floor_lots, round_lots
from engine.portfolio.repairs import balance_legs, find_keep, top_up

DOUBT_BLOCK_S = 3_600.0
"""A position whose exit is unknown for longer keeps the book from entering anything."""


def decide_positions(world: World, time: int, row_of: Integers) -> bool:
    """Decide about every open position.

    Args:
        world: What is held, the market, the book; takes orders and acts.
        time: Place of the time.
        row_of: The row of each pair now, -1 without one.

    Returns:
        Whether the exit of some position has been unknown for too long for any entry.
    """
    blocked = False
    for pair in list_held(world.state):
        decide_position(world, time, pair, row_of[pair])
        since = world.state.position[pair, at.DOUBT_SINCE]
        blocked = blocked or world.signals.times[time, at.NOW] - since >= DOUBT_BLOCK_S
    return blocked


def decide_position(world: World, time: int, pair: int, row: int) -> None:
    """Decide about one position: the worst of what speaks wins, and of two shares kept the smaller."""
    state = world.state
    said = np.empty(2, dtype=np.float64)
    rule = judge_exit(world, time, pair, row, said)
    limit = find_act(world, pair)
    severity = world.program.limits[limit, at.L_SEVERITY] if limit >= 0 else at.WARN
    keep, purpose = said[0], at.URGENT if said[1] == 1.0 else at.EXIT
    if not math.isnan(state.position[pair, at.NAKED_SINCE]):
        keep, purpose = 0.0, at.URGENT
    if severity == at.CLOSE and keep > 0.0:
        keep, purpose = 0.0, at.URGENT
    elif severity == at.REDUCE and keep > 0.0 and row >= 0:
        keep, purpose = min(keep, find_keep(world, time, pair, row, limit)), at.REDUCING
    if keep < 1.0:
        rule_told = rule if said[0] < 1.0 else -1
        reduce_position(world, time, pair, row, keep, purpose, rule_told, limit)
    elif severity == at.TOP_UP and row >= 0:
        write_act(world, time, pair, at.TOPPING, rule, limit, 1.0, top_up(world, time, pair, row, limit))
    elif severity == at.REBALANCE and row >= 0 and balance_legs(world, pair, row, limit):
        write_act(world, time, pair, at.REBALANCING, rule, limit, 1.0, math.nan)


def judge_exit(world: World, time: int, pair: int, row: int, said: Floats) -> int:
    """What the exit table says of a position: `keep` and `urgent`; unknown is to keep, and remembered."""
    program, position = world.program, world.state.position[pair]
    said[0], said[1] = 1.0, 0.0
    if program.settings[at.S_HAS_EXIT] == 0:
        return -1
    rule = judge(program.exit, program.code, read_pair(world, time, pair, row), said)
    if rule == UNKNOWN or math.isnan(said[0]):
        said[0], said[1] = 1.0, 0.0
        if math.isnan(position[at.DOUBT_SINCE]):
            position[at.DOUBT_SINCE] = world.signals.times[time, at.NOW]
        write_act(world, time, pair, -1, UNKNOWN, -1, 1.0, math.nan)
    else:
        position[at.DOUBT_SINCE] = math.nan
    return rule


def find_act(world: World, pair: int) -> int:
    """The limit that asks the most of a position, between repairing and closing it; -1 without one.

    A limit that is unknown does not act.
    """
    nothing = np.zeros(world.state.latches.shape[1:], dtype=np.float64)
    return find_worst(world, nothing, pair, at.REBALANCE, at.CLOSE)


def reduce_position(
    world: World, time: int, pair: int, row: int, keep: float, purpose: int, rule: int, limit: int
) -> None:
    """Order what brings a position down to a share of its entry quantity; nothing if it is there already."""
    state = world.state
    if row >= 0:
        renew_steps(world, pair, row)
    if not plan_reduction(world, pair, keep):
        return
    set_order(state, pair, purpose, rule, limit)
    write_act(world, time, pair, purpose, rule, limit, keep, math.nan)


def plan_reduction(world: World, pair: int, keep: float) -> bool:
    """Write the lots that close down to a share of the entry quantity; whether there are any.

    The leg with the coarsest lot leads, the others close the same part of what they hold.
    """
    state = world.state
    lead, coarsest = -1, -1.0
    for leg in range(state.legs.shape[2]):
        lot = count_coins(
            state.legs[at.STEP, pair, leg],
            state.legs[at.SCALE, pair, leg],
            state.legs[at.INVERTED, pair, leg],
            state.legs[at.MARK_PRICE, pair, leg],
        )
        if state.legs[at.UNITS, pair, leg] > 0.0 and lot >= coarsest:
            lead, coarsest = leg, lot
    excess = state.legs[at.UNITS, pair, lead] - keep * state.legs[at.ENTRY_UNITS, pair, lead]
    step = state.legs[at.STEP, pair, lead]
    if keep > 0.0 and excess < step / 2:
        return False
    part = (
        1.0 if keep == 0.0 else min(1.0, round_lots(excess, step) * step / state.legs[at.UNITS, pair, lead])
    )
    some = False
    for leg in range(state.legs.shape[2]):
        units, step = state.legs[at.UNITS, pair, leg] * part, state.legs[at.STEP, pair, leg]
        if part == 1.0 and units > 0.0 and world.program.legs[at.DERIVATIVE, leg] > 0:
            # A contract is closed whole, also where the venue has made its lots coarser since it was opened.
            step = find_common_step(units, step)
            state.legs[at.STEP, pair, leg] = step
        lots = floor_lots(units, step) if part == 1.0 else round_lots(units, step)
        state.legs[at.ORDER_LOTS, pair, leg] = -lots
        state.legs[at.ORDER_MARGIN, pair, leg] = 0.0
        some = some or lots > 0
    return some
