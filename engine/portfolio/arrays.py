"""The arrays of the loop: what is known at each time, what is remembered, what is written down.

Sizes: `T` times, `N` rows (a pair at a time), `P` pairs, `L` legs, `A` accounts, `V` venues, `B` coins, `J`
limits, `E` the most of 1, A, V, B and P, `D` days.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int64]]


class Code(NamedTuple):
    """Formulas for the interpreter, one after the other.

    Attributes:
        instructions: 2 × instructions: opcodes, and operands; those of constants count from the formula's
            first.
        constants: Numbers.
        starts: 2 × (formulas + 1): where the instructions, and the constants, of each begin.
    """

    instructions: Integers
    constants: Floats
    starts: Integers


class Program(NamedTuple):
    """A bound book for the loop.

    Attributes:
        legs: What it says of its legs, by `SIGN` … × L.
        code: Every formula.
        entry: The entry table, outputs `enter` and `priority`: (rules + 1) × columns `T_…`, in the order of
            its policy.
        exit: The exit table: `keep`, `urgent`.
        sizing: The sizing table: `share`, `cap_usd`.
        limits: J × `L_…`.
        spans: J × 2: how long a breach must last, and the time span that releases, in seconds.
        named: For each measure, whether some limit of a wide scope reads it (1 or 0).
        settings: Numbers, placed as `S_…` of `engine.portfolio.layout` say.
    """

    legs: Floats
    code: Code
    entry: Integers
    exit: Integers
    sizing: Integers
    limits: Integers
    spans: Floats
    named: Integers
    settings: Floats


class Signals(NamedTuple):
    """What is known of the market at each time.

    Attributes:
        times: T × `NOW` …: what is known of each time.
        starts: 3 × (T + 1): where the rows, the candidates and the payments of each time begin.
        pair: N: the pair of each row.
        rows: N × columns: values of legs, judgements beforehand, and what formulas read.
        candidates: Rows that may be entered, best by `rank_by` first, then by name.
        who: 3 × P × L: coin, venue and account of each leg.
        account_venue: A: venue of each account.
        pays: Payments of funding: pair, leg, rate (NaN where it is not known).
        flows: T × A: deposits less withdrawals since the time before.
        venue_health: T × V × 2: share of requests that failed, latency that 95 of 100 stay below.
        schedules: Schedules × tiers × 3: margin tiers, as `engine.portfolio.margin` takes them, by the rate
            of the first.
        returns: D × (P + 1): daily return on notional of each pair, and last of Bitcoin; NaN where not known.
        counts: The numbers of accounts, venues and coins.
    """

    times: Floats
    starts: Integers
    pair: Integers
    rows: Floats
    candidates: Integers
    who: Integers
    account_venue: Integers
    pays: Floats
    flows: Floats
    venue_health: Floats
    schedules: Floats
    returns: Floats
    counts: Integers


class State(NamedTuple):
    """What is remembered from one time to the next; the loop changes it in place.

    Attributes:
        legs: `LEG_STATE` × P × L.
        position: P × `POSITION_FIELDS`.
        wallet: A: free money of each account.
        dust: A: what is left of legs there and is too little to be sold, at the price at which it was left.
        book: `BOOK_FIELDS`.
        equity_days: Returns on equity of the latest days, deposits left out; the latest comes last.
        latches: 3 × J × E: timers and latches of limits.
    """

    legs: Floats
    position: Floats
    wallet: Floats
    dust: Floats
    book: Floats
    equity_days: Floats
    latches: Floats


class Output(NamedTuple):
    """What the loop writes down; rows are filled from the top, `used` says how many.

    Attributes:
        used: How many rows of `cash`, `verdicts`, `acts` and `changes` are used.
        cash: Events for the ledger, by `EVENT_FIELDS`.
        verdicts: What became of each candidate: time, row, verdict, limit, value, notional wanted, notional
            approved, rule of sizing, loss of rounding.
        acts: What is done to positions: time, pair, act, rule, limit, share kept, amount.
        changes: Limits that begin or cease to act or are unknown: time, limit, entity, change, value.
        book: T × figures of the book after each step.
    """

    used: Integers
    cash: Floats
    verdicts: Floats
    acts: Floats
    changes: Floats
    book: Floats


class World(NamedTuple):
    """All that a step sees and changes.

    Attributes:
        state: What is remembered.
        signals: What is known of the market.
        program: The book.
        output: What is written down.
    """

    state: State
    signals: Signals
    program: Program
    output: Output
