"""Limits on the state as it would be: what a trade would breach that is not breached without it."""

from __future__ import annotations

import math

import numpy as np

from engine.portfolio import layout as at
from engine.portfolio.arrays import Floats, State, World
from engine.portfolio.gates import concerns_held, names_about_positions, place_pair
from engine.portfolio.holdings import is_held
from engine.portfolio.judging import evaluate
from engine.portfolio.measures import MEASURES, measure_scope
from engine.portfolio.scratch import copy_world


def find_breach(world: World, supposed: World, before: State, time: int, row: int, verdict: Floats) -> bool:
    """Whether a trade would breach a limit that at least blocks entries.

    A limit that is breached, or unknown, without the trade as well is no matter of the trade: as long as it
    lasts too short to act, it does not act here either.

    Args:
        world: The state as it is.
        supposed: The state as it would be.
        before: The state without this trade, but with those before it.
        time: Place of the time.
        row: The row of the pair.
        verdict: Takes the limit, and the value that its measure would have.
    """
    limits, pair = world.program.limits, world.signals.pair[row]
    earlier = copy_world(world, before)
    values = np.empty(MEASURES, dtype=np.float64)
    about = int(world.program.settings[at.S_COLUMNS]) + names_about_positions(world.program)
    pair_values = np.empty(about, dtype=np.float64)
    for limit in range(limits.shape[0]):
        if limits[limit, at.L_SEVERITY] < at.BLOCK:
            continue
        if limits[limit, at.L_SCOPE] >= at.SCOPE_PAIR:
            if limits[limit, at.L_MARKET_TEST] >= 0:
                continue
            place_pair(pair_values, supposed, time, pair, row)
            fails = breaks_pair(world, earlier, pair_values, limit, time, row)
            value = evaluate(world.program.code, limits[limit, at.L_MEASURE], pair_values)
        else:
            fails, value = breaks_scope(supposed, earlier, values, limit, time, pair)
        if fails:
            verdict[3], verdict[4] = limit, value
            return True
    return False


def breaks_pair(world: World, earlier: World, values: Floats, limit: int, time: int, row: int) -> bool:
    """Whether a limit of a pair or a position fails as it would be, and not without the trade."""
    program, pair = world.program, world.signals.pair[row]
    test = program.limits[limit, at.L_TEST]
    if evaluate(program.code, test, values) == 1.0:
        return False
    if concerns_held(program.limits, limit) and not is_held(earlier.state, pair):
        return True
    without = values.copy()
    place_pair(without, earlier, time, pair, row)
    return evaluate(program.code, test, without) == 1.0


def breaks_scope(
    supposed: World, earlier: World, values: Floats, limit: int, time: int, pair: int
) -> tuple[bool, float]:
    """The same of a limit of a wide scope, for each entity that the pair belongs to; and its measure."""
    program, signals = supposed.program, supposed.signals
    scope = program.limits[limit, at.L_SCOPE]
    for leg in range(program.legs.shape[1]):
        entity = 0
        if scope == at.SCOPE_ACCOUNT:
            entity = signals.who[at.ACCOUNT, pair, leg]
        elif scope == at.SCOPE_VENUE:
            entity = signals.who[at.VENUE, pair, leg]
        elif scope == at.SCOPE_BASE:
            entity = signals.who[at.BASE, pair, 0]
        measure_scope(values, supposed, time, scope, entity)
        if evaluate(program.code, program.limits[limit, at.L_TEST], values) != 1.0:
            value = evaluate(program.code, program.limits[limit, at.L_MEASURE], values)
            measure_scope(values, earlier, time, scope, entity)
            if evaluate(program.code, program.limits[limit, at.L_TEST], values) == 1.0:
                return True, value
        if scope in (at.SCOPE_BOOK, at.SCOPE_BASE):
            break
    return False, math.nan
