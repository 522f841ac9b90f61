"""Limits on the state as it would be: what a trade would breach that is not breached without it."""

from __future__ import annotations

import math

import numpy as np

from engine.portfolio import layout as at
from engine.portfolio.arrays import Floats, Integers, State, World
from engine.portfolio.gates import concerns_held, find_entity, read_pair
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
    values = read_pair(supposed, time, pair, row)
    # A scope is measured once for each leg, however many limits it has.
    measured = np.full((at.SCOPE_PAIR, world.program.legs.shape[1], MEASURES), math.nan)
    known = np.zeros((at.SCOPE_PAIR, world.program.legs.shape[1]), dtype=np.int64)
    for limit in range(limits.shape[0]):
        if limits[limit, at.L_SEVERITY] < at.BLOCK:
            continue
        if limits[limit, at.L_SCOPE] >= at.SCOPE_PAIR:
            if limits[limit, at.L_MARKET_TEST] >= 0:
                continue
            fails = breaks_pair(earlier, values, limit, time, row)
            value = evaluate(world.program.code, limits[limit, at.L_MEASURE], values)
        else:
            fails, value = breaks_scope(supposed, earlier, measured, known, limit, time, pair)
        if fails:
            verdict[3], verdict[4] = limit, value
            return True
    return False


def breaks_pair(earlier: World, values: Floats, limit: int, time: int, row: int) -> bool:
    """Whether a limit of a pair or a position fails as it would be, and not without the trade."""
    program, pair = earlier.program, earlier.signals.pair[row]
    test = program.limits[limit, at.L_TEST]
    if evaluate(program.code, test, values) == 1.0:
        return False
    if concerns_held(program.limits, limit) and not is_held(earlier.state, pair):
        return True
    return evaluate(program.code, test, read_pair(earlier, time, pair, row)) == 1.0


def breaks_scope(
    supposed: World, earlier: World, measured: Floats, known: Integers, limit: int, time: int, pair: int
) -> tuple[bool, float]:
    """The same of a limit of a wide scope, for each entity that the pair belongs to; and its measure.

    Args:
        supposed: The state as it would be.
        earlier: The state without the trade.
        measured: Scopes × legs × measures: as it would be, for the entity of each leg.
        known: Scopes × legs: 1 where that is measured already.
        limit: The limit.
        time: Place of the time.
        pair: The pair.
    """
    program = supposed.program
    scope, test = program.limits[limit, at.L_SCOPE], program.limits[limit, at.L_TEST]
    for leg in range(program.legs.shape[1]):
        entity = find_entity(supposed, scope, pair, leg)
        values = measured[scope, leg]
        if known[scope, leg] == 0:
            measure_scope(values, supposed, time, scope, entity)
            known[scope, leg] = 1
        if evaluate(program.code, test, values) != 1.0:
            without = np.empty(MEASURES, dtype=np.float64)
            measure_scope(without, earlier, time, scope, entity)
            if evaluate(program.code, test, without) == 1.0:
                return True, evaluate(program.code, program.limits[limit, at.L_MEASURE], values)
        if scope in (at.SCOPE_BOOK, at.SCOPE_BASE):
            break
    return False, math.nan
