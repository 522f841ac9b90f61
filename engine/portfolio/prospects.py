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
    for limit in np.nonzero(limits.severity >= at.BLOCK)[0]:
        if limits.scope[limit] >= at.SCOPE_PAIR:
            if limits.market_test[limit] >= 0:
                continue
            place_pair(pair_values, supposed, time, pair, row)
            fails = breaks_pair(world, earlier, pair_values, limit, time, row)
            value = evaluate(world.program.code, limits.measure[limit], pair_values)
        else:
            fails, value = breaks_scope(supposed, earlier, values, limit, time, pair)
        if fails:
            verdict[3], verdict[4] = limit, value
            return True
    return False


def breaks_pair(world: World, earlier: World, values: Floats, limit: int, time: int, row: int) -> bool:
    """Whether a limit of a pair or a position fails as it would be, and not without the trade."""
    program, pair = world.program, world.signals.pair[row]
    test = program.limits.test[limit]
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
    scope = program.limits.scope[limit]
    for leg in range(program.legs.sign.shape[0]):
        entity = 0
        if scope == at.SCOPE_ACCOUNT:
            entity = signals.account[pair, leg]
        elif scope == at.SCOPE_VENUE:
            entity = signals.venue[pair, leg]
        elif scope == at.SCOPE_BASE:
            entity = signals.base[pair]
        measure_scope(values, supposed, time, scope, entity)
        if evaluate(program.code, program.limits.test[limit], values) != 1.0:
            value = evaluate(program.code, program.limits.measure[limit], values)
            measure_scope(values, earlier, time, scope, entity)
            if evaluate(program.code, program.limits.test[limit], values) == 1.0:
                return True, value
        if scope == at.SCOPE_BOOK or scope == at.SCOPE_BASE:
            break
    return False, math.nan
