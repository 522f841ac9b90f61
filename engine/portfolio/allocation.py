"""New positions: candidates in their order, each with what sizing, bucket, accounts and limits leave it."""

from __future__ import annotations

import math

import numpy as np

from engine.portfolio import layout as at
from engine.portfolio.arrays import Floats, Integers, State, World
from engine.portfolio.fills import renew_steps, set_order
from engine.portfolio.gates import find_worst, read_pair
from engine.portfolio.holdings import entry_notional_of_leg, is_held, list_held
from engine.portfolio.judging import judge
from engine.portfolio.measures import capital_of_leg, find_capital, use_capital
from engine.portfolio.prospects import find_breach
from engine.portfolio.scratch import copy_state, copy_world, fill_as_if
from engine.portfolio.sizing import (
    count_lead_lots,
    find_coin_fee,
    find_least_notional,
    find_lot_coins,
    find_open,
    is_large_enough,
    is_tradable,
    match_legs,
)

_LEEWAY = 1.0 + 1e-12
"""A bound is met by what exceeds it by rounding of floats alone."""


def allocate(world: World, time: int, candidates: Integers, doubt: Floats, in_doubt: bool) -> None:
    """Decide which candidates become orders, and how large; every candidate gets a verdict.

    Args:
        world: What is held, the market, the book; takes orders and verdicts.
        time: Place of the time.
        candidates: Rows that may be entered, best by `rank_by` first.
        doubt: Limits that are unknown now, from `judge_limits`.
        in_doubt: Whether a position has been in doubt for too long for any entry.
    """
    wanted = rank_candidates(world, time, candidates)
    if wanted.shape[0] == 0:
        return
    # What waits to be closed is held until it is closed.
    supposed = copy_world(world, copy_state(world.state))
    take_top_ups(supposed)
    for row in wanted:
        verdict = write_verdict(world, time, row)
        verdict[2] = consider(world, supposed, time, row, doubt, in_doubt, verdict)


def take_top_ups(supposed: World) -> None:
    """Add the margin that is ordered for open positions, so that no entry uses the same money."""
    state = supposed.state
    for pair in list_held(state):
        if state.position[pair, at.PURPOSE] == at.TOPPING:
            for leg in range(state.legs.shape[2]):
                amount = state.legs[at.ORDER_MARGIN, pair, leg]
                state.legs[at.MARGIN, pair, leg] += amount
                state.wallet[supposed.signals.who[at.ACCOUNT, pair, leg]] -= amount
                state.position[pair, at.TOPPED_UP] += amount


def rank_candidates(world: World, time: int, candidates: Integers) -> Integers:
    """The rows to enter: by priority, the highest first, else in the order given."""
    rows = np.empty(candidates.shape[0], dtype=np.int64)
    priorities = np.empty(candidates.shape[0], dtype=np.float64)
    said = np.empty(2, dtype=np.float64)
    count = 0
    for row in candidates:
        judge_entry(world, time, row, said)
        if said[0] == 1.0:
            priority = -math.inf if math.isnan(said[1]) else said[1]
            place = count
            while place > 0 and priorities[place - 1] < priority:
                rows[place], priorities[place] = rows[place - 1], priorities[place - 1]
                place -= 1
            rows[place], priorities[place] = row, priority
            count += 1
    return rows[:count]


def is_flat(state: State, pair: int) -> bool:
    """Whether a pair has no position and never had one: then names about positions have fixed values."""
    return math.isnan(state.position[pair, at.CLOSED_AT]) and not is_held(state, pair)


def judge_entry(world: World, time: int, row: int, said: Floats) -> int:
    """What the entry table says of a row: `enter` and `priority`; gives back the rule."""
    looks = world.program.settings[at.S_ENTRY_LOOKS]
    return judge_row(world, time, row, world.program.entry, looks, at.FLAT_ENTER, said)


def judge_sizing(world: World, time: int, row: int, said: Floats) -> int:
    """What the sizing table says of a row: `share` and `cap_usd`; gives back the rule."""
    looks = world.program.settings[at.S_SIZING_LOOKS]
    return judge_row(world, time, row, world.program.sizing, looks, at.FLAT_SHARE, said)


def judge_row(
    world: World, time: int, row: int, table: Integers, looks: float, flat: int, said: Floats
) -> int:
    """What a table says of a row; gives back the rule.

    Args:
        world: What is held, the market, the book.
        time: Place of the time.
        row: The row.
        table: The table, which has two outputs.
        looks: Whether it looks at positions (1 or 0).
        flat: Where its judgement beforehand stands among `ROW_FIELDS`: both outputs, then the rule.
        said: Takes the outputs.
    """
    pair = world.signals.pair[row]
    if looks == 0 or is_flat(world.state, pair):
        first = int(world.program.settings[at.S_ROW_FIELDS]) + flat
        told = world.signals.rows[row]
        said[0], said[1] = told[first], told[first + 1]
        return int(told[first + 2])
    return judge(table, world.program.code, read_pair(world, time, pair, row), said)


def write_verdict(world: World, time: int, row: int) -> Floats:
    """Begin a verdict; gives back its row."""
    output = world.output
    verdict: Floats = output.verdicts[output.used[1]]
    verdict[:] = math.nan
    verdict[0], verdict[1], verdict[3] = time, row, -1
    output.used[1] += 1
    return verdict


def consider(
    world: World, supposed: World, time: int, row: int, doubt: Floats, in_doubt: bool, verdict: Floats
) -> int:
    """The verdict on a candidate; an order if it is approved."""
    pair = world.signals.pair[row]
    if is_held(world.state, pair) or world.state.position[pair, at.PURPOSE] >= 0:
        return at.HELD
    if in_doubt:
        return at.IN_DOUBT
    for leg in range(world.state.legs.shape[2]):
        if world.signals.who[at.ACCOUNT, pair, leg] < 0:
            return at.NO_ACCOUNT
    block = find_worst(world, doubt, pair, at.BLOCK, at.HALT)
    if block >= 0:
        verdict[3] = block
        return at.GATED
    if not is_tradable(world, row):
        return at.NO_PRICE
    said = np.empty(2, dtype=np.float64)
    verdict[7] = judge_sizing(world, time, row, said)
    if math.isnan(said[0] + said[1]) or said[0] <= 0.0 or said[1] <= 0.0:
        return at.NO_SIZE
    bounds = np.empty(2, dtype=np.float64)
    verdict[5] = find_notional(world, supposed, pair, said, bounds)
    if not verdict[5] > 0.0:
        return at.NO_ROOM
    outcome = order_lots(world, supposed, time, row, bounds, verdict)
    if outcome == at.TOO_SMALL:
        verdict[4] = find_least_capital(world, row, said[0])
    return outcome


def find_notional(world: World, supposed: World, pair: int, said: Floats, bounds: Floats) -> float:
    """The notional that a candidate may have.

    The least of its share, its cap, what its bucket has left, and what each account has free beside the
    buckets that it keeps.

    Args:
        world: The state as it is.
        supposed: The state with what is ordered already.
        pair: The pair.
        said: Its `share` and `cap_usd`.
        bounds: Takes the most capital that it may use, and the largest notional.
    """
    settings, legs = world.program.settings, world.program.legs
    bucket = settings[at.S_ACTIVE] * find_capital(supposed.state, supposed.program)
    room = bucket - use_capital(supposed.state, supposed.program)
    bounds[0], bounds[1] = min(said[0] * bucket, room), said[1]
    notional = min(bounds[0] / settings[at.S_CAPITAL_PER_NOTIONAL], said[1])
    kept = settings[at.S_BUFFER] + settings[at.S_FEES]
    for leg in range(legs.shape[1]):
        account, tied = world.signals.who[at.ACCOUNT, pair, leg], 0.0
        for other in range(legs.shape[1]):
            if world.signals.who[at.ACCOUNT, pair, other] == account:
                tied += legs[at.CAPITAL, other]
        free = supposed.state.wallet[account] - kept * held_by(supposed, account)
        notional = min(notional, free / tied)
    return float(notional)


def held_by(world: World, account: int) -> float:
    """What an account would be worth if it shared the capital with the others by what they have free."""
    total = 0.0
    for each in range(world.state.wallet.shape[0]):
        total += world.state.wallet[each]
    if total <= 0.0:
        return 0.0
    return float(find_capital(world.state, world.program) * world.state.wallet[account] / total)


def find_least_capital(world: World, row: int, share: float) -> float:
    """The capital with which a share of the active bucket is enough for the smallest orders: USD."""
    settings = world.program.settings
    tied = find_least_notional(world, row) * settings[at.S_CAPITAL_PER_NOTIONAL]
    return float(tied / (share * settings[at.S_ACTIVE]))


def order_lots(world: World, supposed: World, time: int, row: int, bounds: Floats, verdict: Floats) -> int:
    """Round to lots, clip to what bounds and limits allow on the state as it would be, and order."""
    pair = world.signals.pair[row]
    legs = world.state.legs.shape[2]
    lots, margin = np.empty(legs, dtype=np.int64), np.empty(legs, dtype=np.float64)
    most = count_lead_lots(world, row, verdict[5])
    match_legs(world, row, most, lots, margin)
    if not is_large_enough(world, row, lots):
        return at.TOO_SMALL
    before = copy_state(supposed.state)
    fits, fails = 0, most + 1
    tried = most
    while fails - fits > 1:
        match_legs(world, row, tried, lots, margin)
        restore(supposed.state, before)
        place_order(supposed, pair, row, lots, margin)
        fill_as_if(supposed, time, pair, row)
        if outgrows(supposed, pair, bounds) or find_breach(world, supposed, before, time, row, verdict):
            fails = tried
        else:
            fits = tried
        tried = (fits + fails) // 2
    restore(supposed.state, before)
    match_legs(world, row, fits, lots, margin)
    if fits == 0 or not is_large_enough(world, row, lots):
        return at.REFUSED if verdict[3] >= 0 else at.TOO_SMALL
    place_order(supposed, pair, row, lots, margin)
    fill_as_if(supposed, time, pair, row)
    place_order(world, pair, row, lots, margin)
    world.state.position[pair, at.ORDER_RULE] = judge_entry(world, time, row, np.empty(2, dtype=np.float64))
    world.state.position[pair, at.ORDER_LIMIT] = int(verdict[3])
    verdict[6] = find_notional_of_lots(world, row, lots)
    return at.APPROVED


def outgrows(supposed: World, pair: int, bounds: Floats) -> bool:
    """Whether a position as it would be, slippage in, uses more capital or notional than it may."""
    state, program = supposed.state, supposed.program
    capital = notional = 0.0
    for leg in range(program.legs.shape[1]):
        capital += capital_of_leg(state, program, pair, leg)
        notional = max(notional, entry_notional_of_leg(state, pair, leg))
    return bool(capital > bounds[0] * _LEEWAY or notional > bounds[1] * _LEEWAY)


def find_notional_of_lots(world: World, row: int, lots: Integers) -> float:
    """Notional of the first leg for the lots that are ordered, net of what its fee takes."""
    price = find_open(world, 0, row)
    received = lots[0] * find_lot_coins(world, 0, row) * (1.0 - find_coin_fee(world, 0, row))
    return float(received * price)


def place_order(world: World, pair: int, row: int, lots: Integers, margin: Floats) -> None:
    """Write the orders that open a pair."""
    renew_steps(world, pair, row)
    world.state.legs[at.ORDER_LOTS, pair, :] = lots
    world.state.legs[at.ORDER_MARGIN, pair, :] = margin
    set_order(world.state, pair, at.ENTER, -1, -1)


def restore(state: State, earlier: State) -> None:
    """Bring a supposed state back to what it was."""
    state.legs[:] = earlier.legs
    state.position[:] = earlier.position
    state.wallet[:] = earlier.wallet
    state.dust[:] = earlier.dust
    state.book[:] = earlier.book
