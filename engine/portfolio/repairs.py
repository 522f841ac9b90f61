"""Repairs that limits ask for: margin added, legs balanced, a position made smaller until it holds."""

from __future__ import annotations

import math

from engine.portfolio import layout as at
from engine.portfolio.arrays import State, World
from engine.portfolio.fills import drop_orders, renew_steps, set_order
from engine.portfolio.gates import is_breached, read_pair
from engine.portfolio.holdings import coins_of_leg, count_units, leverage_of, list_held
from engine.portfolio.judging import evaluate
from engine.portfolio.lots import CENT, floor_lots, round_lots
from engine.portfolio.measures import find_capital
from engine.portfolio.scratch import copy_state, copy_world
from engine.portfolio.sizing import find_weight

_PARTS = 64


def is_mended(world: World, time: int, pair: int, row: int, limit: int) -> bool:
    """Whether a limit of a position would be released as the position is: its `until`, else its own test."""
    program = world.program
    test = program.limits[limit, at.L_RELEASE_TEST]
    if test < 0:
        test = program.limits[limit, at.L_TEST]
    return evaluate(program.code, test, read_pair(world, time, pair, row)) == 1.0


def top_up(world: World, time: int, pair: int, row: int, limit: int) -> float:
    """Order the least margin, in whole cents, that releases a limit: at most what buffer and account have.

    It goes to the leg that needs the least. Where none has enough, all goes to the leg of the highest
    leverage among those whose margin the measure of the limit hangs on.

    Returns:
        The amount; 0 where there is none to give.
    """
    state, program = world.state, world.program
    value = evaluate(program.code, program.limits[limit, at.L_MEASURE], read_pair(world, time, pair, row))
    chosen, amount, released, highest = -1, 0, False, -math.inf
    for leg in range(state.legs.shape[2]):
        most = floor_lots(max(find_spare(world, pair, leg), 0.0), CENT)
        if program.legs[at.MARGINED, leg] == 0 or state.legs[at.UNITS, pair, leg] == 0.0 or most == 0:
            continue
        supposed = copy_world(world, copy_state(state))
        supposed.state.legs[at.MARGIN, pair, leg] += most / 100.0
        values = read_pair(supposed, time, pair, row)
        leverage = leverage_of(state, program.legs, pair, leg)
        if is_mended(supposed, time, pair, row, limit):
            cents = find_least_margin(world, time, pair, row, limit, leg, most)
            if not released or cents < amount:
                chosen, amount, released = leg, cents, True
        elif (
            not released
            and leverage > highest
            and evaluate(program.code, program.limits[limit, at.L_MEASURE], values) != value
        ):
            chosen, amount, highest = leg, most, leverage
    if chosen < 0:
        return 0.0
    drop_orders(world, pair)
    state.legs[at.ORDER_MARGIN, pair, chosen] = amount / 100.0
    set_order(state, pair, at.TOPPING, -1, limit)
    return float(amount / 100.0)


def find_least_margin(world: World, time: int, pair: int, row: int, limit: int, leg: int, most: int) -> int:
    """The fewest cents on the margin of a leg with which a limit is released; `most` releases it."""
    supposed = copy_world(world, copy_state(world.state))
    enough, too_little = most, 0
    while enough - too_little > 1:
        cents = (enough + too_little) // 2
        supposed.state.legs[at.MARGIN, pair, leg] = world.state.legs[at.MARGIN, pair, leg] + cents / 100.0
        if is_mended(supposed, time, pair, row, limit):
            enough = cents
        else:
            too_little = cents
    return enough


def find_spare(world: World, pair: int, leg: int) -> float:
    """What the buffer and the account of a leg have left, without what waits to go to margin: USD."""
    state, account = world.state, world.signals.who[at.ACCOUNT, pair, leg]
    free = state.wallet[account]
    for other in list_held(state):
        if state.position[other, at.PURPOSE] == at.TOPPING:
            for each in range(state.legs.shape[2]):
                if world.signals.who[at.ACCOUNT, other, each] == account:
                    free -= state.legs[at.ORDER_MARGIN, other, each]
    return float(min(find_buffer_left(world), free))


def find_buffer_left(world: World) -> float:
    """What top-ups, those ordered now too, have left of their bucket: USD."""
    state = world.state
    left = world.program.settings[at.S_BUFFER] * find_capital(state, world.program)
    for pair in list_held(state):
        left -= state.position[pair, at.TOPPED_UP]
        if state.position[pair, at.PURPOSE] == at.TOPPING:
            left -= state.legs[at.ORDER_MARGIN, pair].sum()
    return float(left)


def balance_legs(world: World, pair: int, row: int, limit: int) -> bool:
    """Order what brings the last leg of contracts, else the last leg, to the coins of the first.

    Returns:
        Whether that is any lot at all.
    """
    state, legs = world.state, world.program.legs
    follower = state.legs.shape[2] - 1
    for leg in range(state.legs.shape[2]):
        if legs[at.DERIVATIVE, leg] > 0:
            follower = leg
    first = 0 if follower != 0 else state.legs.shape[2] - 1
    held = coins_of_leg(state, pair, first, state.legs[at.MARK_PRICE, pair, first])
    coins = held * find_weight(world, follower, row) / find_weight(world, first, row)
    wanted = count_units(
        coins,
        state.legs[at.SCALE, pair, follower],
        state.legs[at.INVERTED, pair, follower],
        state.legs[at.MARK_PRICE, pair, follower],
    )
    renew_steps(world, pair, row)
    step = state.legs[at.STEP, pair, follower]
    lots = round_lots(wanted, step) - round_lots(state.legs[at.UNITS, pair, follower], step)
    if lots == 0:
        return False
    drop_orders(world, pair)
    state.legs[at.ORDER_LOTS, pair, follower] = lots
    set_order(state, pair, at.REBALANCING, -1, limit)
    return True


def find_keep(world: World, time: int, pair: int, row: int, limit: int) -> float:
    """The largest share of the entry quantity, in 64ths of what is held, with which a limit is released.

    What a limit of a wider scope measures depends on other positions too: each is halved, cycle by cycle,
    until the limit is no longer breached.
    """
    state = world.state
    held = share_held(state, pair)
    if world.program.limits[limit, at.L_SCOPE] < at.SCOPE_PAIR:
        return held / 2.0 if is_breached(world, time, limit, pair) else held
    if is_mended(world, time, pair, row, limit):
        return held
    supposed = copy_world(world, copy_state(state))
    fits, fails = 0, _PARTS
    while fails - fits > 1:
        part = (fits + fails) // 2
        for leg in range(state.legs.shape[2]):
            supposed.state.legs[at.UNITS, pair, leg] = state.legs[at.UNITS, pair, leg] * part / _PARTS
        if is_mended(supposed, time, pair, row, limit):
            fits = part
        else:
            fails = part
    return held * fits / _PARTS


def share_held(state: State, pair: int) -> float:
    """The share of its entry quantity that a position has still: of its largest leg."""
    most = 0.0
    for leg in range(state.legs.shape[2]):
        if state.legs[at.ENTRY_UNITS, pair, leg] > 0.0:
            most = max(most, state.legs[at.UNITS, pair, leg] / state.legs[at.ENTRY_UNITS, pair, leg])
    return float(most)
