"""What is held: values of legs and positions at the latest prices. Units: USD, coins, ratios."""

from __future__ import annotations

import math

import numpy as np

from engine.portfolio import layout as at
from engine.portfolio.arrays import Floats, Integers, Program, Signals, State, World
from engine.portfolio.margin import (
    AMOUNT,
    FLOOR,
    find_inverse_liquidation_price,
    find_liquidation_price,
    measure_leverage,
    measure_liquidation_distance,
    pick_tiers,
)

_NEVER = 1e9


def count_coins(units: float, scale: float, inverse: float, price: float) -> float:
    """Coins that units stand for; those of an inverse contract depend on the price."""
    return units * scale / price if inverse > 0 else units * scale


def count_units(coins: float, scale: float, inverse: float, price: float) -> float:
    """Units that stand for coins."""
    return coins * price / scale if inverse > 0 else coins / scale


def find_difference(
    sign: float, units: float, scale: float, inverse: float, entry: float, price: float
) -> float:
    """What a change of price has earned on contracts: side × quantity × (price - entry).

    An inverse contract earns side × dollars × (1 / entry - 1 / price) in coins, here at `price`.
    """
    if inverse > 0:
        return sign * units * scale * (price / entry - 1.0)
    return sign * units * scale * (price - entry)


def value_leg(state: State, legs: Floats, pair: int, leg: int) -> float:
    """What a leg is worth at the price that closes it, margin left out."""
    units = state.legs[at.UNITS, pair, leg]
    if units == 0.0:
        return 0.0
    price, scale, inverse = (
        state.legs[at.CLOSE_PRICE, pair, leg],
        state.legs[at.SCALE, pair, leg],
        state.legs[at.INVERTED, pair, leg],
    )
    if legs[at.DERIVATIVE, leg] > 0:
        entry = state.legs[at.ENTRY_PRICE, pair, leg]
        return find_difference(legs[at.SIGN, leg], units, scale, inverse, entry, price)
    return float(legs[at.SIGN, leg] * units * scale * price)


def coins_of_leg(state: State, pair: int, leg: int, price: float) -> float:
    """Coins that a leg holds, at a price; none where it is not open, whatever the price."""
    units = state.legs[at.UNITS, pair, leg]
    if units == 0.0:
        return 0.0
    return count_coins(units, state.legs[at.SCALE, pair, leg], state.legs[at.INVERTED, pair, leg], price)


def notional_of_leg(state: State, pair: int, leg: int) -> float:
    """Quantity × the price that margin uses."""
    price = float(state.legs[at.MARK_PRICE, pair, leg])
    return coins_of_leg(state, pair, leg, price) * price


def entry_notional_of_leg(state: State, pair: int, leg: int) -> float:
    """Quantity that is held × its entry price."""
    entry = float(state.legs[at.ENTRY_PRICE, pair, leg])
    return coins_of_leg(state, pair, leg, entry) * entry


def is_held(state: State, pair: int) -> bool:
    """Whether any leg of a pair is open."""
    for leg in range(state.legs.shape[2]):
        if state.legs[at.UNITS, pair, leg] > 0.0:
            return True
    return False


def list_held(state: State) -> Integers:
    """The pairs with an open leg, in their order."""
    return np.nonzero(state.legs[at.UNITS].sum(axis=1) > 0.0)[0]


def list_touched(state: State) -> Integers:
    """The pairs with an open leg, a waiting order, or a past."""
    held = state.legs[at.UNITS].sum(axis=1) > 0.0
    earned = (state.position[:, at.PNL_PAST] != 0.0) | (state.position[:, at.PNL_DAY] != 0.0)
    return np.nonzero(held | (state.position[:, at.PURPOSE] >= 0) | earned)[0]


def notional_of(state: State, pair: int) -> float:
    """Notional of a position: that of its larger leg."""
    most = 0.0
    for leg in range(state.legs.shape[2]):
        most = max(most, notional_of_leg(state, pair, leg))
    return most


def delta_of(state: State, legs: Floats, pair: int) -> float:
    """Coins that the legs do not cancel, at the price of the first: USD."""
    coins = 0.0
    for leg in range(state.legs.shape[2]):
        coins += legs[at.SIGN, leg] * coins_of_leg(state, pair, leg, state.legs[at.MARK_PRICE, pair, leg])
    return float(coins * state.legs[at.MARK_PRICE, pair, 0])


def pnl_of(state: State, legs: Floats, pair: int) -> float:
    """Profit of the open position: what it paid and received, and what its legs are worth."""
    pnl = state.position[pair, at.CASH]
    for leg in range(state.legs.shape[2]):
        pnl += value_leg(state, legs, pair, leg)
    return float(pnl)


def whole_pnl_of(state: State, legs: Floats, pair: int) -> float:
    """Profit of a pair: of its closed positions, and of the open one."""
    past = float(state.position[pair, at.PNL_PAST])
    return past + pnl_of(state, legs, pair) if is_held(state, pair) else past


def gain_of_basis(state: State, legs: Floats, pair: int) -> float:
    """What prices alone have earned since the entry, on the larger leg's notional of then."""
    earned = notional = 0.0
    for leg in range(state.legs.shape[2]):
        units = state.legs[at.UNITS, pair, leg]
        if units > 0.0:
            scale, inverse = state.legs[at.SCALE, pair, leg], state.legs[at.INVERTED, pair, leg]
            entry, close = state.legs[at.ENTRY_PRICE, pair, leg], state.legs[at.CLOSE_PRICE, pair, leg]
            earned += find_difference(legs[at.SIGN, leg], units, scale, inverse, entry, close)
            notional = max(notional, entry_notional_of_leg(state, pair, leg))
    return float(earned / notional)


def equity_of_margin(state: State, legs: Floats, pair: int, leg: int) -> float:
    """Margin of a leg and what its price has earned, at the mark.

    Coins that are bought or sold on margin were paid from it, or to it: there they count with their value.
    """
    if legs[at.DERIVATIVE, leg] == 0:
        value = legs[at.SIGN, leg] * notional_of_leg(state, pair, leg)
        return float(state.legs[at.MARGIN, pair, leg] + value)
    earned = find_difference(
        legs[at.SIGN, leg],
        state.legs[at.UNITS, pair, leg],
        state.legs[at.SCALE, pair, leg],
        state.legs[at.INVERTED, pair, leg],
        state.legs[at.ENTRY_PRICE, pair, leg],
        state.legs[at.MARK_PRICE, pair, leg],
    )
    return float(state.legs[at.MARGIN, pair, leg] + earned)


def leverage_of(state: State, legs: Floats, pair: int, leg: int) -> float:
    """Notional of a leg on the equity of its margin."""
    return measure_leverage(notional_of_leg(state, pair, leg), equity_of_margin(state, legs, pair, leg))


def tiers_of(world: World, pair: int, leg: int) -> Floats:
    """Margin tiers of a leg, by the latest known rate of its first.

    Venues rarely tell that of coins on margin: then they are closed where their margin is used up.
    """
    rate = float(world.state.legs[at.RATE, pair, leg])
    if math.isnan(rate) and world.program.legs[at.DERIVATIVE, leg] == 0:
        return np.zeros((1, 3), dtype=np.float64)
    return pick_tiers(world.signals.schedules, rate)


def liquidation_price_of(world: World, pair: int, leg: int) -> float:
    """The mark at which the margin of a leg no longer covers its maintenance; unknown without tiers."""
    state, side = world.state, world.program.legs[at.SIGN, leg]
    face = state.legs[at.UNITS, pair, leg] * state.legs[at.SCALE, pair, leg]
    entry, margin = state.legs[at.ENTRY_PRICE, pair, leg], state.legs[at.MARGIN, pair, leg]
    tiers = tiers_of(world, pair, leg)
    if state.legs[at.INVERTED, pair, leg] > 0:
        mark = state.legs[at.MARK_PRICE, pair, leg]
        counted = tiers.copy()
        counted[:, FLOOR] /= mark
        counted[:, AMOUNT] /= mark
        return find_inverse_liquidation_price(side, face, entry, margin / mark, counted)
    if world.program.legs[at.DERIVATIVE, leg] == 0:
        # What was paid or received for the coins lies in their margin.
        margin += side * face * entry
    return find_liquidation_price(side, face, entry, margin, tiers)


def liquidation_distance_of(world: World, pair: int) -> float:
    """How far the mark is from the nearest liquidation, on the mark; very far where none can come."""
    state, legs, nearest = world.state, world.program.legs, _NEVER
    for leg in range(state.legs.shape[2]):
        if legs[at.MARGINED, leg] > 0 and state.legs[at.UNITS, pair, leg] > 0.0:
            price = liquidation_price_of(world, pair, leg)
            distance = measure_liquidation_distance(
                legs[at.SIGN, leg], state.legs[at.MARK_PRICE, pair, leg], price
            )
            if math.isnan(distance):
                return math.nan
            nearest = min(nearest, distance)
    return float(nearest)


def place_position(values: Floats, world: World, time: int, pair: int, seen: bool) -> None:
    """Write the names about a position behind the columns of a row.

    Args:
        values: Columns of the row, then these names in the order of the catalogue.
        world: What is held, the market, the book.
        time: Place of the time.
        pair: The pair.
        seen: Whether the pair is quoted now; else what depends on prices is unknown.
    """
    state, legs, now = world.state, world.program.legs, world.signals.times[time, at.NOW]
    first = int(world.program.settings[at.S_COLUMNS])
    place_flat(values, first, state, pair, now)
    if not is_held(state, pair):
        return
    position = state.position[pair]
    values[first + at.AGE_HOURS] = (now - position[at.OPENED_AT]) / at.HOUR_S
    values[first + at.BASIS_ENTERED] = position[at.ENTRY_BASIS]
    values[first + at.FUNDING_USD] = position[at.FUNDING]
    values[first + at.BASIS_GAIN] = gain_of_basis(state, legs, pair) if seen else math.nan
    values[first + at.PNL_USD] = pnl_of(state, legs, pair) if seen else math.nan
    values[first + at.NOTIONAL_USD] = notional_of(state, pair) if seen else math.nan
    values[first + at.DELTA_USD] = delta_of(state, legs, pair) if seen else math.nan
    values[first + at.LIQUIDATION_DISTANCE] = liquidation_distance_of(world, pair) if seen else math.nan
    place = first + at.FIRST_LEVERAGE
    for leg in range(state.legs.shape[2]):
        if legs[at.MARGINED, leg] > 0:
            values[place] = leverage_of(state, legs, pair, leg) if seen else math.nan
            place += 1


def place_flat(values: Floats, first: int, state: State, pair: int, now: float) -> None:
    """Write the same names as they are without a position."""
    values[first:] = 0.0
    closed = state.position[pair, at.CLOSED_AT]
    values[first + at.HOURS_SINCE_EXIT] = _NEVER if math.isnan(closed) else (now - closed) / at.HOUR_S
    values[first + at.LIQUIDATION_DISTANCE] = _NEVER


def see_quotes(state: State, signals: Signals, program: Program, time: int) -> Integers:
    """Take in the prices of a time; gives back the row of each pair, -1 for one that is not quoted.

    A price that is missing leaves the latest one in force for the equity.
    """
    row_of = np.full(state.legs.shape[1], -1, dtype=np.int64)
    for row in range(signals.starts[at.ROWS, time], signals.starts[at.ROWS, time + 1]):
        row_of[signals.pair[row]] = row
    for pair in list_held(state):
        row = row_of[pair]
        if row >= 0 and not see_legs(state, signals.rows[row], program.legs, pair):
            row_of[pair] = -1
    return row_of


def see_legs(state: State, row: Floats, legs: Floats, pair: int) -> bool:
    """Take in the prices of the legs of a row; whether all are there."""
    whole = True
    for leg in range(legs.shape[1]):
        first = leg * len(at.LEG_FIELDS)
        close = row[first + at.BID] if legs[at.SIGN, leg] > 0 else row[first + at.ASK]
        mark = row[first + at.MARK]
        if math.isnan(mark):
            mark = (row[first + at.BID] + row[first + at.ASK]) / 2.0
        if math.isnan(close) or math.isnan(mark):
            whole = False
            continue
        state.legs[at.CLOSE_PRICE, pair, leg] = close
        state.legs[at.MARK_PRICE, pair, leg] = mark
        if not math.isnan(row[first + at.MAINTENANCE]):
            state.legs[at.RATE, pair, leg] = row[first + at.MAINTENANCE]
        if not math.isnan(row[first + at.BORROW_APR]):
            state.legs[at.BORROW_RATE, pair, leg] = row[first + at.BORROW_APR]
    return whole
