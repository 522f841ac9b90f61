"""The state as it would be: a copy on which orders are filled at the quotes of now, to be thrown away."""

from __future__ import annotations

import numpy as np

from engine.portfolio import layout as at
from engine.portfolio.arrays import Output, State, World
from engine.portfolio.fills import fill_orders, set_order
from engine.portfolio.holdings import see_legs

_ROOM = 64


def copy_state(state: State) -> State:
    """A state of its own; timers and latches are shared, for they are only read."""
    return State(
        state.legs.copy(),
        state.position.copy(),
        state.wallet.copy(),
        state.dust.copy(),
        state.book.copy(),
        state.equity_days,
        state.latches,
    )


def copy_world(world: World, state: State) -> World:
    """The same world with another state, whose events are thrown away."""
    nothing = np.zeros((0, 0), dtype=np.float64)
    events = np.zeros((_ROOM, len(at.EVENT_FIELDS)), dtype=np.float64)
    output = Output(np.zeros(4, dtype=np.int64), events, nothing, nothing, nothing, nothing)
    return World(state, world.signals, world.program, output)


def fill_as_if(world: World, time: int, pair: int, row: int) -> None:
    """Fill the orders of a pair at the quotes of now; they still count as orders that wait."""
    state = world.state
    lots, margin = state.legs[at.ORDER_LOTS, pair].copy(), state.legs[at.ORDER_MARGIN, pair].copy()
    purpose = int(state.position[pair, at.PURPOSE])
    world.output.used[0] = 0
    see_legs(state, world.signals.rows[row], world.program.legs, pair)
    fill_orders(world, time, pair, row)
    state.legs[at.ORDER_LOTS, pair, :] = lots
    state.legs[at.ORDER_MARGIN, pair, :] = margin
    set_order(state, pair, purpose, -1, -1)
