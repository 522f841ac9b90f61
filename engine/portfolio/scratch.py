"""The state as it would be: a copy on which orders are filled at the quotes of now, to be judged and thrown away."""

from __future__ import annotations

import numpy as np

from engine.portfolio import layout as at
from engine.portfolio.arrays import Output, Signals, State, World
from engine.portfolio.fills import fill_orders
from engine.portfolio.holdings import see_legs

_ROOM = 64


def copy_state(state: State) -> State:
    """A state of its own; timers and latches are shared, for they are only read."""
    return State(
        state.units.copy(),
        state.entry_units.copy(),
        state.entry_price.copy(),
        state.margin.copy(),
        state.scale.copy(),
        state.inverse.copy(),
        state.step.copy(),
        state.close.copy(),
        state.mark.copy(),
        state.maintenance.copy(),
        state.order_lots.copy(),
        state.order_margin.copy(),
        state.order.copy(),
        state.position.copy(),
        state.wallet.copy(),
        state.book.copy(),
        state.equity_days,
        state.since,
        state.last,
        state.active,
    )


def copy_world(world: World, state: State) -> World:
    """The same world with another state, whose events are thrown away."""
    nothing = np.zeros((0, 0), dtype=np.float64)
    events = np.zeros((_ROOM, len(at.EVENT_FIELDS)), dtype=np.float64)
    output = Output(np.zeros(4, dtype=np.int64), events, nothing, nothing, nothing, nothing)
    return World(state, world.signals, world.program, output)


def fill_as_if(world: World, time: int, pair: int, row: int) -> None:
    """Fill the orders of a pair at the quotes of now; they still count as orders that wait."""
    state: State = world.state
    signals: Signals = world.signals
    lots, margin, order = (
        state.order_lots[pair].copy(),
        state.order_margin[pair].copy(),
        state.order[pair].copy(),
    )
    world.output.used[0] = 0
    see_legs(state, signals.rows[row], world.program.legs, pair)
    fill_orders(world, time, pair, row)
    state.order_lots[pair, :] = lots
    state.order_margin[pair, :] = margin
    state.order[pair, :] = order
