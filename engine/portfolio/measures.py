"""Measures: what limits bound of the book, an account, a venue, a coin. Definitions: docs/measures.md."""

from __future__ import annotations

import math

import numpy as np

from engine.portfolio import layout as at
from engine.portfolio.arrays import Floats, Integers, Program, Signals, State, World
from engine.portfolio.drawdown import grow_unit, measure_drawdown
from engine.portfolio.holdings import (
    coins_of_leg,
    entry_notional_of_leg,
    is_held,
    list_held,
    list_touched,
    notional_of,
    notional_of_leg,
    value_leg,
    whole_pnl_of,
)
from engine.portfolio.risk import (
    RISK_DAYS,
    measure_beta,
    measure_largest_correlation,
    measure_normal_var,
    measure_var,
)
from engine.portfolio.series import annualise_volatility

_M = at.MEASURE_PLACES
EQUITY, CAPITAL_USED, NOTIONAL = _M["equity_usd"], _M["capital_used_usd"], _M["notional_usd"]
DELTA, GROSS_LEVERAGE, PNL_TODAY = _M["delta_usd"], _M["gross_leverage"], _M["pnl_today_usd"]
DRAWDOWN, BUFFER_LEFT, FEES_LEFT = _M["drawdown"], _M["buffer_left_usd"], _M["fees_left_usd"]
NAKED, NAKED_S, OPEN_POSITIONS = _M["naked_usd"], _M["naked_s"], _M["open_positions"]
OPEN_INTENTS, ERROR_RATE, LATENCY = _M["open_intents"], _M["error_rate"], _M["latency_p95_s"]
USDT, VAR, NORMAL_VAR = _M["usdt_usd"], _M["daily_var_99"], _M["daily_var_99_normal"]
VOL, CORRELATION, BETA = _M["equity_vol"], _M["position_correlation"], _M["beta_btc"]
MEASURES = len(_M)


def equity_of(state: State, program: Program) -> float:
    """Free money, margin, open legs at the prices that close them, and dust."""
    equity = 0.0
    for account in range(state.wallet.shape[0]):
        equity += state.wallet[account] + state.dust[account]
    for pair in list_held(state):
        for leg in range(state.legs.shape[2]):
            equity += state.legs[at.MARGIN, pair, leg] + value_leg(state, program.legs, pair, leg)
    return float(equity)


def find_capital(state: State, program: Program) -> float:
    """What the book may use: the smaller of its `capital_usd` and its share of the equity."""
    share = program.settings[at.S_EQUITY_SHARE] * equity_of(state, program)
    stated = program.settings[at.S_CAPITAL]
    return float(share if math.isnan(stated) else min(share, stated))


def lies_in(signals: Signals, pair: int, leg: int, scope: int, entity: int) -> bool:
    """Whether a leg belongs to the book, an account, a venue or a coin."""
    if scope == at.SCOPE_BOOK:
        return True
    if scope == at.SCOPE_ACCOUNT:
        return bool(signals.who[at.ACCOUNT, pair, leg] == entity)
    if scope == at.SCOPE_VENUE:
        return bool(signals.who[at.VENUE, pair, leg] == entity)
    return bool(signals.who[at.BASE, pair, 0] == entity)


def capital_of_leg(state: State, program: Program, pair: int, leg: int) -> float:
    """Notional at the entry × capital of the leg."""
    return float(entry_notional_of_leg(state, pair, leg) * program.legs[at.CAPITAL, leg])


def use_capital(state: State, program: Program) -> float:
    """Capital that the open positions use: by their legs, and what topped them up."""
    used = 0.0
    for pair in list_held(state):
        for leg in range(state.legs.shape[2]):
            used += capital_of_leg(state, program, pair, leg)
        used += state.position[pair, at.TOPPED_UP]
    return float(used)


def measure_scope(values: Floats, world: World, time: int, scope: int, entity: int) -> None:
    """Write every measure of one entity; those that it has not are unknown.

    Args:
        values: Takes them, in the order of `engine.book.measures.MEASURES`.
        world: What is held, the market, the book.
        time: Place of the time.
        scope: What kind of entity.
        entity: Which one.
    """
    values[:] = math.nan
    for place in (CAPITAL_USED, NOTIONAL, DELTA, NAKED, OPEN_POSITIONS, OPEN_INTENTS, PNL_TODAY, NAKED_S):
        values[place] = 0.0
    add_positions(values, world, time, scope, entity)
    if scope != at.SCOPE_BASE:
        values[EQUITY] = equity_within(world, scope, entity)
        if values[EQUITY] > 0.0:
            values[GROSS_LEVERAGE] = gross_within(world, scope, entity) / values[EQUITY]
    if scope == at.SCOPE_VENUE:
        values[ERROR_RATE] = world.signals.venue_health[time, entity, 0]
        values[LATENCY] = world.signals.venue_health[time, entity, 1]
    if scope == at.SCOPE_BOOK:
        measure_book(values, world, time)


def equity_within(world: World, scope: int, entity: int) -> float:
    """Equity of the book, of an account, or of the accounts of a venue."""
    state, signals, program = world.state, world.signals, world.program
    if scope == at.SCOPE_BOOK:
        return equity_of(state, program)
    equity = 0.0
    for account in range(state.wallet.shape[0]):
        owned = account if scope == at.SCOPE_ACCOUNT else signals.account_venue[account]
        if owned == entity:
            equity += state.wallet[account] + state.dust[account]
    for pair in list_held(state):
        for leg in range(state.legs.shape[2]):
            if lies_in(signals, pair, leg, scope, entity):
                equity += state.legs[at.MARGIN, pair, leg] + value_leg(state, program.legs, pair, leg)
    return float(equity)


def gross_within(world: World, scope: int, entity: int) -> float:
    """Sum of the notionals of all legs of an entity."""
    state, gross = world.state, 0.0
    for pair in list_held(state):
        for leg in range(state.legs.shape[2]):
            if lies_in(world.signals, pair, leg, scope, entity):
                gross += notional_of_leg(state, pair, leg)
    return float(gross)


def add_positions(values: Floats, world: World, time: int, scope: int, entity: int) -> None:
    """Add up what the pairs of an entity have."""
    state, signals, program = world.state, world.signals, world.program
    legs = state.legs.shape[2]
    for pair in list_touched(state):
        if lies_in(signals, pair, 0, scope, entity):
            today = whole_pnl_of(state, program.legs, pair) - state.position[pair, at.PNL_DAY]
            values[PNL_TODAY] += today
        within, most, coins = False, 0.0, 0.0
        for leg in range(legs):
            if lies_in(signals, pair, leg, scope, entity):
                within = True
                most = max(most, notional_of_leg(state, pair, leg))
                coins += program.legs[at.SIGN, leg] * coins_of_leg(
                    state, pair, leg, state.legs[at.MARK_PRICE, pair, leg]
                )
                values[CAPITAL_USED] += capital_of_leg(state, program, pair, leg)
                values[OPEN_INTENTS] += 1.0 if state.legs[at.ORDER_LOTS, pair, leg] != 0 else 0.0
        if within and is_held(state, pair):
            values[NOTIONAL] += most
            values[DELTA] += coins * state.legs[at.MARK_PRICE, pair, 0]
            values[OPEN_POSITIONS] += 1.0
            values[CAPITAL_USED] += state.position[pair, at.TOPPED_UP]
            add_naked(values, state, pair, signals.times[time, at.NOW])


def add_naked(values: Floats, state: State, pair: int, now: float) -> None:
    """Add the notional of a position of which a leg is missing, and how long it has stood so."""
    since = state.position[pair, at.NAKED_SINCE]
    if not math.isnan(since):
        for leg in range(state.legs.shape[2]):
            values[NAKED] += notional_of_leg(state, pair, leg)
        values[NAKED_S] = max(values[NAKED_S], now - since)


def measure_book(values: Floats, world: World, time: int) -> None:
    """Write what only the whole book has."""
    state, program = world.state, world.program
    equity, book, settings = values[EQUITY], state.book, program.settings
    values[PNL_TODAY] = equity - book[at.DAY_START] - book[at.FLOWS_TODAY]
    values[DRAWDOWN] = measure_drawdown(
        book[at.PEAK], grow_unit(book[at.UNIT], book[at.EQUITY_BEFORE], equity, 0.0)
    )
    capital = find_capital(state, program)
    topped_up = 0.0
    for pair in list_held(state):
        topped_up += state.position[pair, at.TOPPED_UP]
    values[BUFFER_LEFT] = settings[at.S_BUFFER] * capital - topped_up
    operating = settings[at.S_OPERATING]
    costs = book[at.FEES_MONTH] + (0.0 if math.isnan(operating) else operating)
    values[FEES_LEFT] = settings[at.S_FEES] * capital - costs
    values[USDT] = world.signals.times[time, at.USDT_USD]
    measure_risk(values, world, time)


def measure_risk(values: Floats, world: World, time: int) -> None:
    """Write what past days say of the positions of now; only what some limit reads."""
    state, signals, named = world.state, world.signals, world.program.named
    held = list_held(state)
    notionals = np.empty(held.shape[0], dtype=np.float64)
    for place in range(held.shape[0]):
        notionals[place] = notional_of(state, held[place])
    last = int(signals.times[time, at.RETURNS_END])
    first = max(0, last - RISK_DAYS)
    returns = np.ascontiguousarray(signals.returns[first:last][:, held])
    if named[VAR] > 0:
        values[VAR] = measure_var(returns, notionals, values[EQUITY])
    if named[NORMAL_VAR] > 0:
        values[NORMAL_VAR] = measure_normal_var(returns, notionals, values[EQUITY])
    if named[BETA] > 0:
        coin = np.ascontiguousarray(signals.returns[first:last, -1])
        values[BETA] = measure_beta(returns, notionals, values[EQUITY], coin)
    if named[CORRELATION] > 0:
        values[CORRELATION] = measure_largest_correlation(returns, notionals)
    if named[VOL] > 0:
        values[VOL] = annualise_volatility(state.equity_days)


def list_bases(signals: Signals, state: State, candidates: Integers) -> Integers:
    """The coins of pairs that are held or are candidates, each once, in their order."""
    wanted = np.zeros(signals.counts[2], dtype=np.int64)
    for pair in list_held(state):
        wanted[signals.who[at.BASE, pair, 0]] = 1
    for row in candidates:
        wanted[signals.who[at.BASE, signals.pair[row], 0]] = 1
    return np.nonzero(wanted)[0]
