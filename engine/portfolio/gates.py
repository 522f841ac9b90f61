"""Limits on the state as it is: since when each is breached, whether it acts, and what releases it."""

from __future__ import annotations

import math

import numpy as np

from engine.portfolio import layout as at
from engine.portfolio.arrays import Floats, Integers, Program, State, World
from engine.portfolio.calendar import number_day, number_month
from engine.portfolio.holdings import is_held, list_held, place_position
from engine.portfolio.judging import evaluate
from engine.portfolio.measures import MEASURES, list_bases, measure_scope


def judge_limits(world: World, time: int, row_of: Integers, candidates: Integers) -> Floats:
    """Judge every limit on the state as it is, and move its timers and latches on.

    Whom it is judged for depends on what is known of now and before alone: venues where the book has an
    account, coins and pairs that are held or may be entered, and pairs that are quoted or were held once.

    Args:
        world: What is held, the market, the book; takes the limits that begin or cease to act.
        time: Place of the time.
        row_of: The row of each pair now, -1 without one.
        candidates: Rows that may be entered.

    Returns:
        J × E: 1 where a limit is unknown now, so that it blocks entries without acting.
    """
    state, signals, limits = world.state, world.signals, world.program.limits
    doubt = np.zeros(state.latches.shape[1:], dtype=np.float64)
    judge_wide(world, time, doubt, at.SCOPE_BOOK, np.zeros(1, dtype=np.int64))
    judge_wide(world, time, doubt, at.SCOPE_ACCOUNT, np.arange(state.wallet.shape[0]))
    judge_wide(world, time, doubt, at.SCOPE_VENUE, np.unique(signals.account_venue))
    judge_wide(world, time, doubt, at.SCOPE_BASE, list_bases(signals, state, candidates))
    for limit in range(limits.shape[0]):
        if limits[limit, at.L_SCOPE] < at.SCOPE_PAIR:
            continue
        if limits[limit, at.L_MARKET_TEST] >= 0 and not concerns_held(limits, limit):
            judge_market(world, time, doubt, limit)
        else:
            judge_pairs(world, time, doubt, limit, row_of, candidates)
    return doubt


def concerns_held(limits: Integers, limit: int) -> bool:
    """Whether a limit of a pair is about its position: without one there is nothing to hold or to repair."""
    repairs = limits[limit, at.L_SEVERITY] >= at.REBALANCE and limits[limit, at.L_SEVERITY] <= at.CLOSE
    return bool(repairs or limits[limit, at.L_SCOPE] == at.SCOPE_POSITION)


def judge_wide(world: World, time: int, doubt: Floats, scope: int, entities: Integers) -> None:
    """Judge the limits of one wide scope for each of its entities."""
    program = world.program
    if not np.any(program.limits[:, at.L_SCOPE] == scope):
        return
    values = np.empty(MEASURES, dtype=np.float64)
    for entity in entities:
        measure_scope(values, world, time, scope, entity)
        for limit in range(program.limits.shape[0]):
            if program.limits[limit, at.L_SCOPE] != scope:
                continue
            holds = evaluate(program.code, program.limits[limit, at.L_TEST], values)
            doubt[limit, entity] = 1.0 if math.isnan(holds) else 0.0
            move_on(world, time, limit, entity, holds, values)


def judge_market(world: World, time: int, doubt: Floats, limit: int) -> None:
    """Judge a limit that looks at the market alone: for every pair, from what is computed beforehand."""
    state, signals, limits = world.state, world.signals, world.program.limits
    first, last = signals.starts[at.ROWS, time], signals.starts[at.ROWS, time + 1]
    pairs = signals.pair[first:last]
    holds = signals.rows[first:last, limits[limit, at.L_MARKET_TEST]]
    troubled = (
        (holds != 1.0)
        | ~np.isnan(state.latches[at.ACTIVE, limit][pairs])
        | ~np.isnan(state.latches[at.SINCE, limit][pairs])
    )
    for place in np.nonzero(troubled)[0]:
        doubt[limit, pairs[place]] = 1.0 if math.isnan(holds[place]) else 0.0
        move_on(world, time, limit, pairs[place], holds[place], signals.rows[first + place])


def judge_pairs(
    world: World, time: int, doubt: Floats, limit: int, row_of: Integers, candidates: Integers
) -> None:
    """Judge a limit that looks at positions: for pairs held, candidates, and where it acts already."""
    state, program = world.state, world.program
    for pair in list_concerned(world, limit, row_of, candidates):
        seen = row_of[pair] >= 0
        values = read_pair(world, time, pair, row_of[pair])
        if concerns_held(program.limits, limit) and not is_held(state, pair):
            holds = 1.0
        else:
            holds = evaluate(program.code, program.limits[limit, at.L_TEST], values)
        doubt[limit, pair] = 1.0 if math.isnan(holds) or not seen else 0.0
        move_on(world, time, limit, pair, holds, values)


def read_pair(world: World, time: int, pair: int, row: int) -> Floats:
    """What formulas about a pair read: the columns of its row, then the names about its position.

    Args:
        world: What is held, the market, the book.
        time: Place of the time.
        pair: The pair.
        row: Its row now; -1 for a pair that is not quoted, whose columns are unknown.
    """
    columns = int(world.program.settings[at.S_COLUMNS])
    names = at.FIRST_LEVERAGE + int(world.program.legs[at.MARGINED].sum())
    values = np.empty(columns + names, dtype=np.float64)
    if row >= 0:
        values[:columns] = world.signals.rows[row]
    else:
        values[:columns] = math.nan
    place_position(values, world, time, pair, row >= 0)
    return values


def list_concerned(world: World, limit: int, row_of: Integers, candidates: Integers) -> Integers:
    """The pairs that a limit about positions is judged for."""
    state, limits = world.state, world.program.limits
    concerned = np.zeros(state.legs.shape[1], dtype=np.int64)
    for pair in list_held(state):
        concerned[pair] = 1
    if not concerns_held(limits, limit):
        for row in candidates:
            concerned[world.signals.pair[row]] = 1
    pairs = state.legs.shape[1]
    acting = ~np.isnan(state.latches[at.ACTIVE, limit, :pairs]) | ~np.isnan(
        state.latches[at.SINCE, limit, :pairs]
    )
    known = (row_of >= 0) | ~np.isnan(state.position[:, at.CLOSED_AT])
    return np.nonzero((concerned == 1) | (acting & known))[0]


def move_on(world: World, time: int, limit: int, entity: int, holds: float, values: Floats) -> None:
    """Move the timer and the latch of a limit on.

    Args:
        world: Where they stand.
        time: Place of the time.
        limit: The limit.
        entity: Whom it is judged for.
        holds: 1 where it holds, 0 where it is breached, NaN where that is unknown: then a breach that lasts
            neither ends nor ripens.
        values: What its formulas read.
    """
    state, now = world.state, world.signals.times[time, at.NOW]
    if holds == 1.0:
        state.latches[at.SINCE, limit, entity] = math.nan
    elif holds == 0.0:
        if math.isnan(state.latches[at.SINCE, limit, entity]):
            state.latches[at.SINCE, limit, entity] = now
        state.latches[at.LAST, limit, entity] = now
        ripe = now - state.latches[at.SINCE, limit, entity] >= world.program.spans[limit, 0]
        if ripe and math.isnan(state.latches[at.ACTIVE, limit, entity]):
            state.latches[at.ACTIVE, limit, entity] = now
            write_change(world, time, limit, entity, at.BEGINS, values)
    if not math.isnan(state.latches[at.ACTIVE, limit, entity]) and is_released(
        world, time, limit, entity, holds, values
    ):
        state.latches[at.ACTIVE, limit, entity] = math.nan
        write_change(world, time, limit, entity, at.CEASES, values)


def is_released(world: World, time: int, limit: int, entity: int, holds: float, values: Floats) -> bool:
    """Whether what releases a limit has come. Nothing but a person releases one that waits for a person."""
    state, program, now = world.state, world.program, world.signals.times[time, at.NOW]
    release = program.limits[limit, at.L_RELEASE]
    if release == at.TESTED:
        if concerns_held(program.limits, limit) and not is_held(state, entity):
            return True
        return bool(find_freed(program, limit, values) == 1.0)
    if holds != 1.0 or release == at.MANUAL:
        return False
    begun, day_start = state.latches[at.ACTIVE, limit, entity], program.settings[at.S_DAY_START]
    if release == at.NEXT_DAY:
        return number_day(now, day_start) > number_day(begun, day_start)
    if release == at.NEXT_MONTH:
        return number_month(now, day_start) > number_month(begun, day_start)
    if release == at.AFTER:
        return bool(now - state.latches[at.LAST, limit, entity] >= program.spans[limit, 1])
    return True


def find_freed(program: Program, limit: int, values: Floats) -> float:
    """Whether the test that releases a limit holds."""
    column = program.limits[limit, at.L_MARKET_RELEASE]
    if column >= 0:
        return float(values[column])
    return evaluate(program.code, program.limits[limit, at.L_RELEASE_TEST], values)


def write_change(world: World, time: int, limit: int, entity: int, change: int, values: Floats) -> None:
    """Write down that a limit begins or ceases to act, and the value of its measure."""
    output, program = world.output, world.program
    place = output.used[3]
    row = output.changes[place]
    row[0], row[1], row[2], row[3] = time, limit, entity, change
    row[4] = evaluate(program.code, program.limits[limit, at.L_MEASURE], values)
    output.used[3] = place + 1


def find_worst(world: World, doubt: Floats, pair: int, mildest: int, severest: int) -> int:
    """The worst limit that is in force for a pair, of these severities; of equal ones the first; -1 for none.

    Args:
        world: The limits, and since when they act.
        doubt: J × E: 1 where a limit counts as in force without acting.
        pair: The pair.
        mildest: The mildest severity that counts.
        severest: The severest.
    """
    limits, found, worst = world.program.limits, -1, mildest - 1
    for limit in range(limits.shape[0]):
        severity = limits[limit, at.L_SEVERITY]
        if severity > worst and severity <= severest and is_in_force(world, doubt, limit, pair):
            found, worst = limit, severity
    return found


def is_in_force(world: World, doubt: Floats, limit: int, pair: int) -> bool:
    """Whether a limit acts on a pair, or is unknown for it, at whatever scope it has."""
    for leg in range(world.program.legs.shape[1]):
        entity = find_entity(world, world.program.limits[limit, at.L_SCOPE], pair, leg)
        if entity >= 0 and acts_on(world.state, doubt, limit, entity):
            return True
    return False


def is_breached(world: World, time: int, limit: int, pair: int) -> bool:
    """Whether a limit was found breached at this time, for whom a pair belongs to."""
    for leg in range(world.program.legs.shape[1]):
        entity = find_entity(world, world.program.limits[limit, at.L_SCOPE], pair, leg)
        if entity >= 0 and world.state.latches[at.LAST, limit, entity] == world.signals.times[time, at.NOW]:
            return True
    return False


def find_entity(world: World, scope: int, pair: int, leg: int) -> int:
    """Whom a limit of a scope is judged for where a leg of a pair is concerned; -1 for no account."""
    who = world.signals.who
    if scope == at.SCOPE_BOOK:
        return 0
    if scope == at.SCOPE_BASE:
        return int(who[at.BASE, pair, 0])
    if scope >= at.SCOPE_PAIR:
        return pair
    return int(who[at.ACCOUNT if scope == at.SCOPE_ACCOUNT else at.VENUE, pair, leg])


def acts_on(state: State, doubt: Floats, limit: int, entity: int) -> bool:
    """Whether a limit acts on an entity, or is unknown for it."""
    return not math.isnan(state.latches[at.ACTIVE, limit, entity]) or doubt[limit, entity] > 0.0
