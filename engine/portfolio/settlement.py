"""What happened since the time before, in paper and replay: payments, forced closes, fills, new days.

Stated: funding that was settled since the time before is paid on what was held, at the mark of now; interest
on borrowed coins runs by the second; a leg on margin is closed by force where its equity no longer covers the
maintenance margin, at the mark, and what is left of its margin is lost. A payment whose rate is not known is
written down without an amount.
"""

from __future__ import annotations

import math

from engine.portfolio import layout as at
from engine.portfolio.arrays import Integers, World
from engine.portfolio.drawdown import grow_unit, raise_peak
from engine.portfolio.fills import drop_orders, fill_orders, finish_position, pay, write_event
from engine.portfolio.holdings import (
    count_coins,
    equity_of_margin,
    find_difference,
    is_held,
    list_held,
    list_touched,
    notional_of_leg,
    see_legs,
    see_quotes,
    tiers_of,
    whole_pnl_of,
)
from engine.portfolio.margin import find_maintenance
from engine.portfolio.measures import equity_of


def settle(world: World, time: int) -> Integers:
    """Bring the state to a time; gives back the row of each pair, -1 for one that is not quoted."""
    state, signals = world.state, world.signals
    take_flows(world, time)
    row_of = see_quotes(state, signals, world.program, time)
    pay_funding(world, time)
    for pair in list_held(state):
        pay_interest(world, time, pair)
        if row_of[pair] >= 0:
            close_by_force(world, time, pair)
    for pair in range(state.position.shape[0]):
        if state.position[pair, at.PURPOSE] < 0:
            continue
        row = row_of[pair]
        if row >= 0:
            see_legs(state, signals.rows[row], world.program.legs, pair)
        fill_orders(world, time, pair, row)
    turn_day(world, time)
    value_unit(world)
    state.book[at.LAST_TIME] = signals.times[time, at.NOW]
    return row_of


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
    """Close the legs whose margin no longer covers the maintenance margin; orders of the pair are dropped."""
    state, legs = world.state, world.program.legs
    lost = False
    for leg in range(state.legs.shape[2]):
        if (
            legs[at.MARGINED, leg] == 0
            or legs[at.DERIVATIVE, leg] == 0
            or state.legs[at.UNITS, pair, leg] == 0.0
        ):
            continue
        equity = equity_of_margin(state, legs, pair, leg)
        if equity <= maintenance_of(world, pair, leg):
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
    earned = find_difference(
        legs[at.SIGN, leg], units, scale, inverse, state.legs[at.ENTRY_PRICE, pair, leg], mark
    )
    event = write_event(world, time, at.FILL, pair, leg, math.nan)
    row_step = event[at.E_STEP] = state.legs[at.STEP, pair, leg]
    event[at.E_LOTS] = -legs[at.SIGN, leg] * math.floor(units / row_step + 0.5)
    event[at.E_PRICE] = event[at.E_REFERENCE] = mark
    event[at.E_FEE_RATE], event[at.E_FEE_IN_BASE] = equity / notional, 0.0
    event[at.E_PURPOSE], event[at.E_RULE], event[at.E_LIMIT] = at.LIQUIDATED, -1, -1
    pay(world, pair, leg, earned - equity)
    state.legs[at.MARGIN, pair, leg] = 0.0
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


def turn_day(world: World, time: int) -> None:
    """Begin a new day, or a new month, where one has begun."""
    state, signals, book = world.state, world.signals, world.state.book
    if book[at.MONTH] != signals.times[time, at.MONTH_NUMBER]:
        book[at.MONTH], book[at.FEES_MONTH] = signals.times[time, at.MONTH_NUMBER], 0.0
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
