"""The fill model of paper and replay: what orders of the time before become at the quotes of this time.

Stated: an order is filled whole at the next quote. It pays the price that a taker hits (a buy the ask, a sell
the bid), worsened in proportion to its notional on the visible depth, by `S_IMPACT` where it takes all of it;
no depth known, no worsening. Fees are the venue's taker fees, of a coin that is bought in that coin where the
venue takes them so. Both legs are filled or none.
"""

from __future__ import annotations

import math

from engine.portfolio import layout as at
from engine.portfolio.arrays import Floats, State, World
from engine.portfolio.holdings import count_coins, find_difference, is_held, value_leg
from engine.portfolio.lots import CENT, find_leeway, floor_lots


def fill_orders(world: World, time: int, pair: int, row: int) -> None:
    """Fill the waiting orders of a pair at the quotes of a row.

    Args:
        world: Where they wait.
        time: Place of the time.
        pair: The pair.
        row: Its row now, or -1.
    """
    state = world.state
    if row < 0 or not can_fill(world, pair, row):
        return
    fresh = not is_held(state, pair)
    for leg in range(state.legs.shape[2]):
        if state.legs[at.ORDER_LOTS, pair, leg] > 0:
            move_margin(world, time, pair, leg, state.legs[at.ORDER_MARGIN, pair, leg])
    for leg in range(state.legs.shape[2]):
        lots = state.legs[at.ORDER_LOTS, pair, leg]
        if lots > 0:
            open_leg(world, time, pair, leg, row)
        elif lots < 0:
            close_leg(world, time, pair, leg, row)
        elif state.legs[at.ORDER_MARGIN, pair, leg] != 0.0:
            state.position[pair, at.TOPPED_UP] += state.legs[at.ORDER_MARGIN, pair, leg]
            move_margin(world, time, pair, leg, state.legs[at.ORDER_MARGIN, pair, leg])
    if fresh:
        begin_position(world, time, pair)
    finish_position(world, time, pair)
    drop_orders(world, pair)


def can_fill(world: World, pair: int, row: int) -> bool:
    """Whether every leg with an order has prices, a fee, and a size of what is traded."""
    for leg in range(world.state.legs.shape[2]):
        if world.state.legs[at.ORDER_LOTS, pair, leg] != 0 and not is_priced(world, leg, row):
            return False
    return True


def is_priced(world: World, leg: int, row: int) -> bool:
    """Whether prices, the fee, and the size of what is traded are known of a leg."""
    quotes = world.signals.rows[row, leg * len(at.LEG_FIELDS) : (leg + 1) * len(at.LEG_FIELDS)]
    known = quotes[at.BID] + quotes[at.ASK] + quotes[at.TAKER_FEE]
    return not math.isnan(known + quotes[at.CONTRACT_SIZE] + quotes[at.MULTIPLIER])


def set_order(state: State, pair: int, purpose: int, rule: int, limit: int) -> None:
    """Say what the orders of a pair are for, and which rule and limit ask for them; -1 for none."""
    position = state.position[pair]
    position[at.PURPOSE], position[at.ORDER_RULE], position[at.ORDER_LIMIT] = purpose, rule, limit


def renew_steps(world: World, pair: int, row: int) -> None:
    """Take in the lots of now, in which orders are counted: they are filled in lots of their own time."""
    for leg in range(world.state.legs.shape[2]):
        step = world.signals.rows[row, leg * len(at.LEG_FIELDS) + at.LOT_STEP]
        if step > 0.0:
            world.state.legs[at.STEP, pair, leg] = step


def drop_orders(world: World, pair: int) -> None:
    """Forget the orders of a pair."""
    world.state.legs[at.ORDER_LOTS, pair, :] = 0
    world.state.legs[at.ORDER_MARGIN, pair, :] = 0.0
    set_order(world.state, pair, -1, -1, -1)


def find_price(world: World, leg: int, row: int, buys: bool, coins: float) -> tuple[float, float]:
    """The price that a fill pays, and the quote it hits."""
    quotes = world.signals.rows[row, leg * len(at.LEG_FIELDS) : (leg + 1) * len(at.LEG_FIELDS)]
    reference = quotes[at.ASK] if buys else quotes[at.BID]
    depth = quotes[at.DEPTH_USD]
    worse = 0.0
    if depth > 0.0:
        worse = world.program.settings[at.S_IMPACT] * coins * reference / depth
    price = reference * (1.0 + worse) if buys else reference * (1.0 - min(worse, 0.5))
    return float(price), float(reference)


def write_event(world: World, time: int, kind: int, pair: int, leg: int, amount: float) -> Floats:
    """Begin an event; gives back its row, to be filled further."""
    output = world.output
    event: Floats = output.cash[output.used[0]]
    event[:] = math.nan
    event[at.E_TIME], event[at.E_KIND], event[at.E_PAIR], event[at.E_LEG] = time, kind, pair, leg
    event[at.E_AMOUNT] = amount
    event[at.E_PURPOSE] = event[at.E_RULE] = event[at.E_LIMIT] = -1
    if kind in (at.FILL, at.MOVED, at.DUST):
        position = world.state.position[pair]
        event[at.E_PURPOSE], event[at.E_RULE] = position[at.PURPOSE], position[at.ORDER_RULE]
        event[at.E_LIMIT] = position[at.ORDER_LIMIT]
    output.used[0] += 1
    return event


def write_act(
    world: World, time: int, pair: int, act: int, rule: int, limit: int, keep: float, amount: float
) -> None:
    """Write down what is done to a position."""
    output = world.output
    row = output.acts[output.used[2]]
    row[0], row[1], row[2], row[3], row[4], row[5], row[6] = time, pair, act, rule, limit, keep, amount
    output.used[2] += 1


def write_fill(world: World, time: int, pair: int, leg: int, row: int, lots: int) -> Floats:
    """Write down a fill of so many lots, above zero bought; price and fee are found."""
    first = leg * len(at.LEG_FIELDS)
    quotes = world.signals.rows[row]
    scale, inverse = find_scale(world, leg, row)
    step = world.state.legs[at.STEP, pair, leg]
    reference = quotes[first + at.ASK] if lots > 0 else quotes[first + at.BID]
    coins = count_coins(abs(lots) * step, scale, inverse, reference)
    price, reference = find_price(world, leg, row, lots > 0, coins)
    event = write_event(world, time, at.FILL, pair, leg, math.nan)
    event[at.E_LOTS], event[at.E_STEP] = lots, step
    event[at.E_PRICE], event[at.E_REFERENCE] = price, reference
    event[at.E_FEE_RATE] = quotes[first + at.TAKER_FEE]
    takes_coin = (
        quotes[first + at.FEE_IN_BASE] > 0 and lots > 0 and world.program.legs[at.DERIVATIVE, leg] == 0
    )
    event[at.E_FEE_IN_BASE] = 1.0 if takes_coin else 0.0
    return event


def find_scale(world: World, leg: int, row: int) -> tuple[float, float]:
    """Coins per unit of a leg, or dollars per unit of an inverse contract; and whether it is one."""
    quotes, first = world.signals.rows[row], leg * len(at.LEG_FIELDS)
    inverse = quotes[first + at.INVERSE]
    size = quotes[first + at.CONTRACT_SIZE]
    return float(size if inverse > 0 else size * quotes[first + at.MULTIPLIER]), float(inverse)


def open_leg(world: World, time: int, pair: int, leg: int, row: int) -> None:
    """Fill an order that adds to a leg."""
    state, legs = world.state, world.program.legs
    lots = state.legs[at.ORDER_LOTS, pair, leg]
    event = write_fill(world, time, pair, leg, row, lots if legs[at.SIGN, leg] > 0 else -lots)
    scale, inverse = find_scale(world, leg, row)
    state.legs[at.SCALE, pair, leg], state.legs[at.INVERTED, pair, leg] = scale, inverse
    price, units = event[at.E_PRICE], lots * event[at.E_STEP]
    value = count_coins(units, scale, inverse, price) * price
    fee = value * event[at.E_FEE_RATE]
    state.book[at.FEES_MONTH] += fee
    received = units * (1.0 - event[at.E_FEE_RATE]) if event[at.E_FEE_IN_BASE] > 0 else units
    average_entry(world, pair, leg, received, price)
    state.legs[at.UNITS, pair, leg] += received
    state.legs[at.ENTRY_UNITS, pair, leg] += received
    paid = 0.0 if legs[at.DERIVATIVE, leg] > 0 else legs[at.SIGN, leg] * value
    pay(world, pair, leg, -paid - (0.0 if event[at.E_FEE_IN_BASE] > 0 else fee))


def average_entry(world: World, pair: int, leg: int, units: float, price: float) -> None:
    """Mix a price into the average of the leg; that of an inverse contract is harmonic."""
    state = world.state
    held, entry = state.legs[at.UNITS, pair, leg], state.legs[at.ENTRY_PRICE, pair, leg]
    if held == 0.0:
        state.legs[at.ENTRY_PRICE, pair, leg] = price
    elif state.legs[at.INVERTED, pair, leg] > 0:
        state.legs[at.ENTRY_PRICE, pair, leg] = (held + units) / (held / entry + units / price)
    else:
        state.legs[at.ENTRY_PRICE, pair, leg] = (held * entry + units * price) / (held + units)


def pay(world: World, pair: int, leg: int, amount: float) -> None:
    """Add an amount, below zero paid, to the money that a leg uses: its margin, else its account."""
    state = world.state
    if world.program.legs[at.MARGINED, leg] > 0:
        state.legs[at.MARGIN, pair, leg] += amount
    else:
        state.wallet[world.signals.who[at.ACCOUNT, pair, leg]] += amount
    state.position[pair, at.CASH] += amount


def move_margin(world: World, time: int, pair: int, leg: int, amount: float) -> None:
    """Move money from the account to the margin of a leg; below zero it comes back."""
    if amount == 0.0:
        return
    state = world.state
    state.legs[at.MARGIN, pair, leg] += amount
    state.wallet[world.signals.who[at.ACCOUNT, pair, leg]] -= amount
    write_event(world, time, at.MOVED, pair, leg, amount)


def close_leg(world: World, time: int, pair: int, leg: int, row: int) -> None:
    """Fill an order that takes from a leg, and free its part of the margin."""
    state, legs = world.state, world.program.legs
    held, step = state.legs[at.UNITS, pair, leg], state.legs[at.STEP, pair, leg]
    lots = min(-state.legs[at.ORDER_LOTS, pair, leg], floor_lots(held, step))
    if lots == 0:
        return
    event = write_fill(world, time, pair, leg, row, -lots if legs[at.SIGN, leg] > 0 else lots)
    units = min(lots * step, held)
    scale, inverse, price = (
        state.legs[at.SCALE, pair, leg],
        state.legs[at.INVERTED, pair, leg],
        event[at.E_PRICE],
    )
    value = count_coins(units, scale, inverse, price) * price
    # A coin that is bought back to repay a loan arrives whole: its fee is asked in money.
    event[at.E_FEE_IN_BASE] = 0.0
    fee = value * event[at.E_FEE_RATE]
    state.book[at.FEES_MONTH] += fee
    entry = state.legs[at.ENTRY_PRICE, pair, leg]
    got = find_difference(legs[at.SIGN, leg], units, scale, inverse, entry, price)
    if legs[at.DERIVATIVE, leg] == 0:
        got = legs[at.SIGN, leg] * value
    pay(world, pair, leg, got - fee)
    left = held - units
    # So little is what floats leave of nothing, except for coins, where it is dust.
    if legs[at.DERIVATIVE, leg] > 0 and left <= find_leeway(lots) * step:
        left = 0.0
    free_margin(world, time, pair, leg, left)
    state.legs[at.UNITS, pair, leg] = left


def free_margin(world: World, time: int, pair: int, leg: int, left: float) -> None:
    """Give back the margin of what is closed: all of it with the last unit, else its part in whole cents."""
    state, legs = world.state, world.program.legs
    margin = state.legs[at.MARGIN, pair, leg]
    if legs[at.MARGINED, leg] == 0 or margin == 0.0:
        return
    if left == 0.0:
        move_margin(world, time, pair, leg, -margin)
        return
    if legs[at.DERIVATIVE, leg] == 0:
        # What was paid or received for the coins that are left is bound to them.
        margin += (
            legs[at.SIGN, leg]
            * left
            * state.legs[at.SCALE, pair, leg]
            * state.legs[at.ENTRY_PRICE, pair, leg]
        )
    if margin > 0.0 and state.position[pair, at.PURPOSE] != at.REDUCING:
        part = 1.0 - left / state.legs[at.UNITS, pair, leg]
        move_margin(world, time, pair, leg, -floor_lots(margin * part, CENT) / 100.0)


def begin_position(world: World, time: int, pair: int) -> None:
    """Remember how a position was opened."""
    position = world.state.position[pair]
    position[at.OPENED_AT] = world.signals.times[time, at.NOW]
    position[at.ENTRY_BASIS] = find_entry_basis(world, pair)


def find_entry_basis(world: World, pair: int) -> float:
    """Price of the first leg sold less that of the first leg bought, on the latter; 0 if one is missing."""
    bought = sold = math.nan
    for leg in range(world.state.legs.shape[2] - 1, -1, -1):
        if world.program.legs[at.SIGN, leg] > 0:
            bought = world.state.legs[at.ENTRY_PRICE, pair, leg]
        else:
            sold = world.state.legs[at.ENTRY_PRICE, pair, leg]
    return 0.0 if math.isnan(bought + sold) else float((sold - bought) / bought)


def finish_position(world: World, time: int, pair: int) -> None:
    """Close the books of a position of which no contract is left, and fewer coins than the smallest step.

    Coins that are left stay in their account, at the price of now.
    """
    state, position = world.state, world.state.position[pair]
    for leg in range(state.legs.shape[2]):
        step = 0.0 if world.program.legs[at.DERIVATIVE, leg] > 0 else state.legs[at.STEP, pair, leg]
        if state.legs[at.UNITS, pair, leg] > step * (1.0 - 1e-9):
            return
    for leg in range(state.legs.shape[2]):
        leave_dust(world, time, pair, leg)
        state.legs[at.UNITS, pair, leg] = 0.0
        free_margin(world, time, pair, leg, 0.0)
        state.legs[at.ENTRY_UNITS, pair, leg] = 0.0
        state.legs[at.ENTRY_PRICE, pair, leg] = 0.0
    past = position[at.PNL_PAST] + position[at.CASH]
    day = position[at.PNL_DAY]
    position[:] = 0.0
    position[at.PNL_PAST], position[at.PNL_DAY] = past, day
    position[at.CLOSED_AT] = world.signals.times[time, at.NOW]
    position[at.OPENED_AT] = position[at.DOUBT_SINCE] = position[at.NAKED_SINCE] = math.nan


def leave_dust(world: World, time: int, pair: int, leg: int) -> None:
    """Leave the coins of a leg that are too few to be traded where they are, counted at the price of now."""
    state, legs = world.state, world.program.legs
    if state.legs[at.UNITS, pair, leg] == 0.0 or legs[at.DERIVATIVE, leg] > 0:
        return
    value = value_leg(state, legs, pair, leg)
    event = write_event(world, time, at.DUST, pair, leg, value)
    event[at.E_PRICE] = state.legs[at.CLOSE_PRICE, pair, leg]
    state.dust[world.signals.who[at.ACCOUNT, pair, leg]] += value
    state.position[pair, at.CASH] += value
