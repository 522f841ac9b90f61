"""The one deciding loop body: from state and signals to verdicts and targets.

Live and paper call it with one time, replay with many. What then happened is `engine.portfolio.settlement` in
paper and replay, the ledger when live.
"""

from __future__ import annotations

from engine.portfolio import layout as at
from engine.portfolio.allocation import allocate
from engine.portfolio.arrays import Integers, Signals, World
from engine.portfolio.exits import decide_positions
from engine.portfolio.gates import judge_limits
from engine.portfolio.holdings import list_held, notional_of
from engine.portfolio.measures import equity_of, find_capital, use_capital
from engine.portfolio.settlement import settle


def advance(world: World, first: int, last: int) -> int:
    """Settle and step through times, in paper and replay.

    Args:
        world: What is remembered, the market, the book; takes what is decided and what happened.
        first: Place of the first time.
        last: Place after the last one.

    Returns:
        The place of the first time that was not stepped: `last`, or an earlier one whose events might not
        have had room.
    """
    for time in range(first, last):
        if not has_room(world, time):
            return time
        row_of = settle(world, time)
        step(world, time, row_of)
    return last


def step(world: World, time: int, row_of: Integers) -> None:
    """Decide at one time: limits on the state, exits, new positions with limits on the state as it would be.

    Args:
        world: What is remembered, the market, the book; takes orders, verdicts, acts, changes of limits.
        time: Place of the time.
        row_of: The row of each pair now, -1 for one that is not quoted.
    """
    signals = world.signals
    candidates = signals.candidates[
        signals.starts[at.CANDIDATES, time] : signals.starts[at.CANDIDATES, time + 1]
    ]
    doubt = judge_limits(world, time, row_of, candidates)
    in_doubt = decide_positions(world, time, row_of)
    allocate(world, time, candidates, doubt, in_doubt)
    write_book(world, time)


def has_room(world: World, time: int) -> bool:
    """Whether all that one step can write down has room."""
    output, signals, state = world.output, world.signals, world.state
    needed = need_room(signals, time, state.legs.shape[1], state.legs.shape[2], state.latches.shape[1])
    return bool(
        output.cash.shape[0] - output.used[0] >= needed[0]
        and output.verdicts.shape[0] - output.used[1] >= needed[1]
        and output.acts.shape[0] - output.used[2] >= needed[2]
        and output.changes.shape[0] - output.used[3] >= needed[3]
    )


def need_room(signals: Signals, time: int, pairs: int, legs: int, limits: int) -> tuple[int, int, int, int]:
    """The most events, verdicts, acts and changes that one step may write down.

    A leg may pay interest, be closed by force, and have its order filled with margin moved to it or from it;
    besides it is paid each settlement. A limit may begin and cease to act in one step.

    Args:
        signals: What is known of the market.
        time: Place of the time.
        pairs: How many pairs there are.
        legs: How many legs each has.
        limits: How many limits there are.
    """
    accounts, venues, bases = signals.counts[0], signals.counts[1], signals.counts[2]
    candidates = signals.starts[at.CANDIDATES, time + 1] - signals.starts[at.CANDIDATES, time]
    pays = signals.starts[at.PAYS, time + 1] - signals.starts[at.PAYS, time]
    events = accounts + pays + 8 * legs * pairs
    changes = 2 * limits * (1 + accounts + venues + bases + pairs)
    return int(events), int(candidates), 2 * pairs, int(changes)


def write_book(world: World, time: int) -> None:
    """Write the figures of the book after a step: equity, capital used, notional, positions, free money."""
    state, row = world.state, world.output.book[time]
    row[0], row[1] = equity_of(state, world.program), use_capital(state, world.program)
    row[2] = row[3] = 0.0
    for pair in list_held(state):
        row[2] += notional_of(state, pair)
        row[3] += 1.0
    row[4] = 0.0
    for account in range(state.wallet.shape[0]):
        row[4] += state.wallet[account]
    row[5] = find_capital(state, world.program)
    row[6] = world.state.book[at.FEES_MONTH]
