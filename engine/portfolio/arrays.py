"""The arrays of the loop: what is known at each time, what is remembered, what is written down.

Sizes: `T` times, `N` rows (a pair at a time), `P` pairs, `L` legs, `A` accounts, `V` venues, `B` coins, `J`
limits, `E` the most of 1, A, V, B and P, `D` days.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int64]]


class Legs(NamedTuple):
    """What a book says of its legs.

    Attributes:
        sign: L: 1 for a leg that is bought, -1 for one that is sold.
        derivative: L: 1 for contracts, whose price difference is settled; 0 for coins, which are paid.
        margined: L: 1 where the leg ties up margin of its own.
        capital: L: equity tied up per unit of notional.
        weight: L: quantity relative to the other legs.
    """

    sign: Floats
    derivative: Floats
    margined: Floats
    capital: Floats
    weight: Floats


class Code(NamedTuple):
    """Formulas for the interpreter, one after the other.

    Attributes:
        opcodes: Instructions.
        operands: Their operands; those of constants count from the formula's first.
        constants: Numbers.
        code_start: Formulas + 1: where the instructions of each begin.
        constant_start: Formulas + 1: where the constants of each begin.
    """

    opcodes: Integers
    operands: Integers
    constants: Floats
    code_start: Integers
    constant_start: Integers


class LoopTable(NamedTuple):
    """A decision table that is judged in the loop.

    Attributes:
        tests: Rules: the formula that says whether each fires, in the order of the policy.
        outputs: (Rules + 1) × outputs: the formula of each result, the default last.
        ids: Rules: place of each rule in the table as written.
        policy: 1: FIRST, UNIQUE or ANY.
    """

    tests: Integers
    outputs: Integers
    ids: Integers
    policy: Integers


class Limits(NamedTuple):
    """The limits of a book, each an entry of these arrays.

    Attributes:
        scope: What it is about.
        severity: What a breach leads to.
        hold_s: How long a breach must last.
        release: What releases it.
        release_s: The time span, where one does.
        measure: Formula of what is bounded.
        test: Formula that is true where it holds.
        release_test: Formula that releases it; -1 without one.
        market_test: Column of a row that says whether it holds, where only the market matters; else -1.
        market_release: The same of what releases it.
    """

    scope: Integers
    severity: Integers
    hold_s: Floats
    release: Integers
    release_s: Floats
    measure: Integers
    test: Integers
    release_test: Integers
    market_test: Integers
    market_release: Integers


class Program(NamedTuple):
    """A bound book for the loop.

    Attributes:
        legs: Its legs.
        code: Every formula.
        entry: The entry table: `enter`, `priority`.
        exit: The exit table: `keep`, `urgent`.
        sizing: The sizing table: `share`, `cap_usd`.
        limits: Its limits.
        named: For each measure, whether some limit of a wide scope reads it (1 or 0).
        settings: Numbers, placed as `S_…` of `engine.portfolio.layout` say.
    """

    legs: Legs
    code: Code
    entry: LoopTable
    exit: LoopTable
    sizing: LoopTable
    limits: Limits
    named: Integers
    settings: Floats


class Signals(NamedTuple):
    """What is known of the market at each time.

    Attributes:
        now: T: time in seconds since 1970.
        day: T: number of the book's day.
        month: T: number of the calendar month.
        start: T + 1: where the rows of each time begin.
        pair: N: the pair of each row.
        rows: N × columns: values of legs, judgements beforehand, and what formulas read.
        candidate_start: T + 1: where the candidates of each time begin.
        candidates: Rows that may be entered, best by `rank_by` first, then by name.
        base: P: coin of each pair.
        venue: P × L: venue of each leg.
        account: P × L: account that trades it; -1 without one.
        account_venue: A: venue of each account.
        pay_start: T + 1: where the payments of funding of each time begin.
        pay_pair: The pair of each payment.
        pay_leg: Its leg.
        pay_rate: Its rate; NaN where it is not known.
        flows: T × A: deposits less withdrawals since the time before.
        venue_health: T × V × 2: share of requests that failed, latency that 95 of 100 stay below.
        usdt: T: dollars for one USDT.
        tiers: P × L × tiers × 3: margin tiers, as `engine.portfolio.margin` takes them; NaN for coins.
        returns: D × P: daily return on notional of each pair; NaN where it is not known.
        btc: D: daily return of Bitcoin.
        returns_end: T: the rows of `returns` that lie before this time.
        counts: The numbers of accounts, venues and coins.
    """

    now: Floats
    day: Integers
    month: Integers
    start: Integers
    pair: Integers
    rows: Floats
    candidate_start: Integers
    candidates: Integers
    base: Integers
    venue: Integers
    account: Integers
    account_venue: Integers
    pay_start: Integers
    pay_pair: Integers
    pay_leg: Integers
    pay_rate: Floats
    flows: Floats
    venue_health: Floats
    usdt: Floats
    tiers: Floats
    returns: Floats
    btc: Floats
    returns_end: Integers
    counts: Integers


class State(NamedTuple):
    """What is remembered from one time to the next; the loop changes it in place.

    Attributes:
        units: P × L: what is held, in the venue's unit (coins, or contracts), above zero on either side.
        entry_units: P × L: the same as it was opened.
        entry_price: P × L: average price per coin.
        margin: P × L: money set aside for the leg, top-ups and settled payments in.
        scale: P × L: coins per unit; for an inverse contract dollars per unit.
        inverse: P × L: 1 for an inverse contract.
        step: P × L: units of a lot.
        close: P × L: latest price that closes the leg, per coin.
        mark: P × L: latest price that margin uses.
        maintenance: P × L: maintenance rate.
        order_lots: P × L: lots to be filled at the next quote; above zero they open, below they close.
        order_margin: P × L: money to set aside with them.
        order: P × 3: what they are for, the rule, the limit (-1 without one).
        position: P × `POSITION_FIELDS`.
        wallet: A: free money of each account.
        book: `BOOK_FIELDS`.
        equity_days: Returns on equity of the latest days, deposits left out; the latest comes last.
        since: J × E: when the breach that lasts began.
        last: J × E: when it was last seen.
        active: J × E: since when the limit acts.
    """

    units: Floats
    entry_units: Floats
    entry_price: Floats
    margin: Floats
    scale: Floats
    inverse: Floats
    step: Floats
    close: Floats
    mark: Floats
    maintenance: Floats
    order_lots: Integers
    order_margin: Floats
    order: Integers
    position: Floats
    wallet: Floats
    book: Floats
    equity_days: Floats
    since: Floats
    last: Floats
    active: Floats


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
