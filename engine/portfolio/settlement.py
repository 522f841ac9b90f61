"""What happened since the time before, in paper and replay: payments, forced closes, fills, new days.

Stated: funding that was settled since the time before is paid on what was held, at the mark of now; interest
on borrowed coins runs by the second; a leg on margin is closed by force where its equity no longer covers the
maintenance margin, at the mark, and what is left of its margin is lost. A payment whose rate is not known is
written down without an amount.
"""

from __future__ import annotations

import math

import numpy as np

from engine.portfolio import layout as at
from engine.portfolio.arrays import Integers, World
from engine.portfolio.drawdown import grow_unit, raise_peak
from engine.portfolio.fills import (
    can_fill,
    drop_orders,
    fill_orders,
    find_price,
    find_scale,
    finish_position,
    pay,
    write_act,
    write_event,
)
from engine.portfolio.holdings import (
    count_coins,
    equity_of_margin,
    is_held,
    list_held,
    list_touched,
    notional_of_leg,
    see_legs,
    see_quotes,
    tiers_of,
    whole_pnl_of,
)
from engine.portfolio.lots import find_common_step, floor_lots
from engine.portfolio.margin import find_maintenance
from engine.portfolio.measures import equity_of, find_capital, use_capital
from engine.portfolio.sizing import find_open


def settle(world: World, time: int) -> Integers:
    """Bring the state to a time; gives back the row of each pair, -1 for one that is not quoted."""
    state, signals = world.state, world.signals
    take_flows(world, time)
    turn_month(world, time)
    row_of = see_quotes(state, signals, world.program, time)
    pay_funding(world, time)
    for pair in list_held(state):
        pay_interest(world, time, pair)
        close_by_force(world, time, pair)
    enters = find_entries(world, row_of)
    for pair in range(state.position.shape[0]):
        if state.position[pair, at.PURPOSE] < 0:
            continue
        row = row_of[pair]
        if row >= 0:
            see_legs(state, signals.rows[row], world.program.legs, pair)
        if state.position[pair, at.PURPOSE] == at.ENTER and enters[pair] == 0:
            drop_entry(world, time, pair)
        else:
            fill_orders(world, time, pair, row)
    turn_day(world, time)
    value_unit(world)
    state.book[at.LAST_TIME] = signals.times[time, at.NOW]
    return row_of


def find_entries(world: World, row_of: Integers) -> Integers:
    """The pairs whose order to enter is filled now: those with prices; none if they are too large together.

    They were bounded at the prices of their decision, and those of now may be far from them: no account may
    fall below zero, and no more capital be used than there is.
    """
    state, signals = world.state, world.signals
    wallet, used = state.wallet.copy(), use_capital(state, world.program)
    enters = np.zeros(state.position.shape[0], dtype=np.int64)
    for pair in range(enters.shape[0]):
        row = row_of[pair]
        if state.position[pair, at.PURPOSE] != at.ENTER or row < 0 or not can_fill(world, pair, row):
            continue
        enters[pair] = 1
        for leg in range(state.legs.shape[2]):
            value, account = value_order(world, pair, leg, row), signals.who[at.ACCOUNT, pair, leg]
            used += value * world.program.legs[at.CAPITAL, leg]
            wallet[account] -= state.legs[at.ORDER_MARGIN, pair, leg]
            if world.program.legs[at.MARGINED, leg] == 0:
                wallet[account] -= value
    if wallet.min() < -at.HALF_CENT or used > find_capital(state, world.program):
        enters[:] = 0
    return enters


def drop_entry(world: World, time: int, pair: int) -> None:
    """Give up an order to enter, and forget what was seen for it: the pair is as it was without it."""
    legs = world.state.legs
    drop_orders(world, pair)
    legs[:, pair, :] = 0.0
    legs[at.RATE, pair, :] = legs[at.BORROW_RATE, pair, :] = math.nan
    write_act(world, time, pair, at.DROPPED, -1, -1, 0.0, math.nan)


def value_order(world: World, pair: int, leg: int, row: int) -> float:
    """What an order to enter pays for a leg, or sells it for, at the quotes of a row: USD without fees."""
    legs, buys = world.state.legs, bool(world.program.legs[at.SIGN, leg] > 0)
    scale, inverse = find_scale(world, leg, row)
    units = legs[at.ORDER_LOTS, pair, leg] * legs[at.STEP, pair, leg]
    coins = count_coins(units, scale, inverse, find_open(world, leg, row))
    return float(coins * find_price(world, leg, row, buys, coins)[0])


def take_flows(world: World, time: int) -> None:
    """Take in deposits and withdrawals: they are no profit, and no drawdown."""
    state, flows = world.state, world.signals.flows
    for account in range(state.wallet.shape[0]):
        amount = flows[time, account]
        if amount != 0.0:
            state.wallet[account] += amount
            state.book[at.FLOWS_TODAY] += amount
            state.book[at.FLOWS_SINCE] += amount
            write_event(world, time, at.FLOWED, 0, account, amount)


def pay_funding(world: World, time: int) -> None:
    """Pay funding: -side × quantity × mark × rate; longs pay shorts where the rate is above zero."""
    state, legs, signals = world.state, world.program.legs, world.signals
    for place in range(signals.starts[at.PAYS, time], signals.starts[at.PAYS, time + 1]):
        pair, leg = int(signals.pays[place, 0]), int(signals.pays[place, 1])
        if legs[at.DERIVATIVE, leg] == 0 or state.legs[at.UNITS, pair, leg] == 0.0:
            continue
        rate = signals.pays[place, 2]
        amount = -legs[at.SIGN, leg] * notional_of_leg(state, pair, leg) * rate
        event = write_event(world, time, at.FUNDED, pair, leg, amount)
        event[at.E_RATE], event[at.E_PRICE] = rate, state.legs[at.MARK_PRICE, pair, leg]
        if not math.isnan(amount):
            state.position[pair, at.FUNDING] += amount
            pay(world, pair, leg, amount)


def pay_interest(world: World, time: int, pair: int) -> None:
    """Pay interest on coins that are borrowed: quantity × mark × rate × time, at the latest known rate."""
    state, legs = world.state, world.program.legs
    elapsed = world.signals.times[time, at.NOW] - state.book[at.LAST_TIME]
    for leg in range(state.legs.shape[2]):
        borrowed = (
            legs[at.SIGN, leg] < 0 and legs[at.DERIVATIVE, leg] == 0 and state.legs[at.UNITS, pair, leg] > 0.0
        )
        if not borrowed or math.isnan(elapsed) or elapsed == 0.0:
            continue
        rate = state.legs[at.BORROW_RATE, pair, leg]
        amount = -notional_of_leg(state, pair, leg) * rate * elapsed / at.YEAR_S
        event = write_event(world, time, at.BORROWED, pair, leg, amount)
        event[at.E_RATE], event[at.E_PRICE] = rate, state.legs[at.MARK_PRICE, pair, leg]
        if not math.isnan(amount):
            pay(world, pair, leg, amount)


def close_by_force(world: World, time: int, pair: int) -> None:
    """Close the legs whose margin no longer covers the maintenance margin; orders of the pair are dropped.

    A leg is judged by its own latest mark, whatever is known of the others.
    """
    state, legs = world.state, world.program.legs
    lost = False
    for leg in range(state.legs.shape[2]):
        if legs[at.MARGINED, leg] == 0 or state.legs[at.UNITS, pair, leg] == 0.0:
            continue
        equity = equity_of_margin(state, legs, pair, leg)
        if equity <= maintenance_of(world, pair, leg) or equity <= 0.0:
            lose_leg(world, time, pair, leg, equity)
            lost = True
    if lost:
        finish_position(world, time, pair)
        drop_orders(world, pair)


def maintenance_of(world: World, pair: int, leg: int) -> float:
    """Maintenance margin of a leg, USD; tiers of an inverse contract are those of its dollars."""
    return find_maintenance(notional_of_leg(world.state, pair, leg), tiers_of(world, pair, leg))


def lose_leg(world: World, time: int, pair: int, leg: int, equity: float) -> None:
    """A leg that is closed by force at the mark: its margin is lost, never more than it."""
    state, legs = world.state, world.program.legs
    mark, units = state.legs[at.MARK_PRICE, pair, leg], state.legs[at.UNITS, pair, leg]
    scale, inverse = state.legs[at.SCALE, pair, leg], state.legs[at.INVERTED, pair, leg]
    notional = count_coins(units, scale, inverse, mark) * mark
    event = write_event(world, time, at.FILL, pair, leg, math.nan)
    step = event[at.E_STEP] = find_common_step(units, state.legs[at.STEP, pair, leg])
    event[at.E_LOTS] = -legs[at.SIGN, leg] * floor_lots(units, step)
    event[at.E_PRICE] = event[at.E_REFERENCE] = mark
    event[at.E_FEE_RATE], event[at.E_FEE_IN_BASE] = equity / notional, 0.0
    event[at.E_PURPOSE], event[at.E_RULE], event[at.E_LIMIT] = at.LIQUIDATED, -1, -1
    # What the price has earned, or the coins are worth, and what is taken make up the margin.
    pay(world, pair, leg, -state.legs[at.MARGIN, pair, leg])
    state.legs[at.UNITS, pair, leg] = 0.0
    if is_held(state, pair):
        state.position[pair, at.NAKED_SINCE] = world.signals.times[time, at.NOW]


def value_unit(world: World) -> None:
    """Value a unit of the book anew; a book that had nothing begins again with 1."""
    book, equity = world.state.book, equity_of(world.state, world.program)
    if book[at.EQUITY_BEFORE] > 0.0:
        book[at.UNIT] = grow_unit(book[at.UNIT], book[at.EQUITY_BEFORE], equity, book[at.FLOWS_SINCE])
        book[at.PEAK] = raise_peak(book[at.PEAK], book[at.UNIT])
    else:
        book[at.UNIT] = book[at.PEAK] = 1.0
    book[at.EQUITY_BEFORE], book[at.FLOWS_SINCE] = equity, 0.0


def turn_month(world: World, time: int) -> None:
    """Begin a new month where one has begun, before the fees of its first fills."""
    book, month = world.state.book, world.signals.times[time, at.MONTH_NUMBER]
    if book[at.MONTH] != month:
        book[at.MONTH], book[at.FEES_MONTH] = month, 0.0


def turn_day(world: World, time: int) -> None:
    """Begin a new day where one has begun."""
    state, signals, book = world.state, world.signals, world.state.book
    if book[at.DAY] == signals.times[time, at.DAY_NUMBER]:
        return
    equity = equity_of(state, world.program)
    start = book[at.DAY_START]
    if start > 0.0:
        days = state.equity_days
        days[:-1] = days[1:].copy()
        days[-1] = (equity - book[at.FLOWS_TODAY]) / start - 1.0
    book[at.DAY], book[at.DAY_START], book[at.FLOWS_TODAY] = signals.times[time, at.DAY_NUMBER], equity, 0.0
    for pair in list_touched(state):
        state.position[pair, at.PNL_DAY] = whole_pnl_of(state, world.program.legs, pair)
