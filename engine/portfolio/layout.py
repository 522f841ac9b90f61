"""Where each value stands in the arrays of the loop."""

from __future__ import annotations

from engine.book.measures import MEASURES

LEG_FIELDS = (
    "bid",
    "ask",
    "mark",
    "taker_fee",
    "depth_usd",
    "lot_step",
    "min_lots",
    "min_notional_usd",
    "contract_size",
    "multiplier",
    "inverse",
    "fee_in_base",
    "borrow_apr",
    "maintenance_rate",
    "weight",
)
"""What the loop reads of each leg of a row, in this order; flags are 1 and 0."""

(
    BID,
    ASK,
    MARK,
    TAKER_FEE,
    DEPTH_USD,
    LOT_STEP,
    MIN_LOTS,
    MIN_NOTIONAL,
    CONTRACT_SIZE,
    MULTIPLIER,
    INVERSE,
    FEE_IN_BASE,
    BORROW_APR,
    MAINTENANCE,
    WEIGHT,
) = range(len(LEG_FIELDS))

ROW_FIELDS = ("entry enter", "entry priority", "entry rule", "sizing share", "sizing cap_usd", "sizing rule")
"""What is judged beforehand, for a pair that has no position and never had one."""

FLAT_ENTER, FLAT_PRIORITY, FLAT_ENTRY_RULE, FLAT_SHARE, FLAT_CAP, FLAT_SIZING_RULE = range(len(ROW_FIELDS))

LEG_STATE = (
    "units",
    "entry_units",
    "entry_price",
    "margin",
    "scale",
    "inverse",
    "step",
    "close",
    "mark",
    "maintenance",
    "borrow_rate",
    "order_lots",
    "order_margin",
)
"""What is remembered of a leg of a pair.

`units`: what is held, in the venue's unit (coins, or contracts), above zero on either side; `entry_units`: as
it was opened; `entry_price`: average, per coin; `margin`: money set aside for the leg, top-ups and settled
payments in; `scale`: coins per unit, or dollars per unit of an inverse contract; `step`: units of a lot;
`close`, `mark`: latest price that closes the leg, and that margin uses; `maintenance`: rate of the first
margin tier, NaN before it is known; `borrow_rate`: the same of the interest on borrowed coins; `order_lots`:
to be filled at the next quote, above zero they open, below they close; `order_margin`: money to set aside
with them. """

(
    UNITS,
    ENTRY_UNITS,
    ENTRY_PRICE,
    MARGIN,
    SCALE,
    INVERTED,
    STEP,
    CLOSE_PRICE,
    MARK_PRICE,
    RATE,
    BORROW_RATE,
    ORDER_LOTS,
    ORDER_MARGIN,
) = range(len(LEG_STATE))

POSITION_FIELDS = (
    "opened_at",
    "closed_at",
    "entry_basis",
    "cash",
    "funding",
    "topped_up",
    "doubt_since",
    "naked_since",
    "pnl_past",
    "pnl_day",
    "purpose",
    "order_rule",
    "order_limit",
)
"""What is remembered of a pair beside its legs. Times are seconds since 1970; NaN is never.

`cash` is what the position has paid (below zero) and received in all: fills of coins, realised price
differences of contracts, fees, funding, borrowing, and coins left as dust. `topped_up`: margin added since
the entry. `doubt_since`: when its exit became unknown. `naked_since`: since when one leg stands without the
other. `pnl_past`: profit of the pair's closed positions; `pnl_day`: its whole profit as the day began.
`purpose`: what its order is for, -1 without one; with the rule and the limit that ask for it, -1 without one.
"""

(
    OPENED_AT,
    CLOSED_AT,
    ENTRY_BASIS,
    CASH,
    FUNDING,
    TOPPED_UP,
    DOUBT_SINCE,
    NAKED_SINCE,
    PNL_PAST,
    PNL_DAY,
    PURPOSE,
    ORDER_RULE,
    ORDER_LIMIT,
) = range(len(POSITION_FIELDS))

BOOK_FIELDS = (
    "unit",
    "peak",
    "equity_before",
    "flows_since",
    "day",
    "day_start_equity",
    "flows_today",
    "month",
    "fees_month",
    "last_time",
)
"""What is remembered of the book as a whole.

`unit`: what a share in it is worth that was worth 1 at the beginning, `peak` the most that it was worth;
`equity_before` at the latest time, `flows_since` then.
"""

UNIT, PEAK, EQUITY_BEFORE, FLOWS_SINCE, DAY, DAY_START, FLOWS_TODAY, MONTH, FEES_MONTH, LAST_TIME = range(
    len(BOOK_FIELDS)
)

MEASURE_PLACES = {measure.name: place for place, measure in enumerate(MEASURES)}
"""Place of each measure in the vector that limits of wide scopes read."""

SCOPE_BOOK, SCOPE_ACCOUNT, SCOPE_VENUE, SCOPE_BASE, SCOPE_PAIR, SCOPE_POSITION = range(6)
"""Scopes as in `engine.book.measures.SCOPES`."""

WARN, BLOCK, REBALANCE, TOP_UP, REDUCE, CLOSE, HALT = range(7)
"""Severities as in `engine.book.limits.SEVERITIES`."""

CLEAR, MANUAL, NEXT_DAY, NEXT_MONTH, AFTER, TESTED = range(6)
"""What releases a limit: `RELEASES` in their order, a time span, a test."""

FIRST, UNIQUE, ANY = range(3)
"""Hit policies of the tables in the loop."""

ENTER, EXIT, URGENT, REBALANCING, REDUCING, TOPPING, LIQUIDATED, DROPPED = range(8)
"""What an order is for; a reduction leaves the margin where it is. The last is an act only: an order to enter
that is given up."""

(
    S_CAPITAL,
    S_OPERATING,
    S_CAPITAL_PER_NOTIONAL,
    S_EQUITY_SHARE,
    S_ACTIVE,
    S_BUFFER,
    S_FEES,
    S_COLUMNS,
    S_ROW_FIELDS,
    S_ENTRY_LOOKS,
    S_SIZING_LOOKS,
    S_IMPACT,
    S_HAS_EXIT,
    S_DAY_START,
) = range(14)
SETTINGS = 14
"""Settings of a program: `capital_usd` and `operating_usd_month` (NaN where the book has none), capital per
notional, share of the equity, shares of the buckets, how many columns rows have and where their judgements
begin, whether entry and sizing look at positions (1 or 0), how much worse a fill as large as the visible
depth is, whether there is an exit table, when days begin in seconds after midnight."""

(
    HOURS_SINCE_EXIT,
    AGE_HOURS,
    BASIS_ENTERED,
    BASIS_GAIN,
    PNL_USD,
    FUNDING_USD,
    NOTIONAL_USD,
    DELTA_USD,
    LIQUIDATION_DISTANCE,
    FIRST_LEVERAGE,
) = range(10)
"""Names about positions in the order of the catalogue; behind them the leverage of each leg on margin."""

(
    APPROVED,
    GATED,
    NO_ROOM,
    TOO_SMALL,
    REFUSED,
    NO_SIZE,
    NO_ACCOUNT,
    HELD,
    NO_PRICE,
    IN_DOUBT,
) = range(10)
"""Verdicts on a candidate."""

BEGINS, CEASES, UNKNOWN_NOW = range(3)
"""Changes of a limit."""

FILL, FUNDED, BORROWED, MOVED, FLOWED, DUST = range(6)
"""Kinds of events for the ledger: a fill, funding, interest, money moved to or from margin, money that comes
or goes, coins left as dust."""

EVENT_FIELDS = (
    "time",
    "kind",
    "pair",
    "leg",
    "lots",
    "step",
    "price",
    "reference",
    "fee_rate",
    "fee_in_base",
    "rate",
    "amount",
    "purpose",
    "rule",
    "limit",
)
"""Columns of an event. `lots` are above zero where the venue's books show a buy. `leg` is the account where
money comes or goes. `amount` is in USD: above zero is received, or moved to margin; of dust, what it is
counted at."""

(
    E_TIME,
    E_KIND,
    E_PAIR,
    E_LEG,
    E_LOTS,
    E_STEP,
    E_PRICE,
    E_REFERENCE,
    E_FEE_RATE,
    E_FEE_IN_BASE,
    E_RATE,
    E_AMOUNT,
    E_PURPOSE,
    E_RULE,
    E_LIMIT,
) = range(len(EVENT_FIELDS))

DAY_S = 86_400.0
HOUR_S = 3_600.0
YEAR_S = 365.0 * DAY_S
HALF_CENT = 0.005
"""Money is short by what exceeds this; less is what floats leave of nothing."""
NO_CAP = 1e300
"""Stands for a size that nothing bounds."""

NOW, DAY_NUMBER, MONTH_NUMBER, USDT_USD, RETURNS_END = range(5)
"""What is known of a time: seconds since 1970, number of the book's day and of the month, dollars for one
USDT, how many rows of daily returns lie before it."""

ROWS, CANDIDATES, PAYS = range(3)
"""What begins, for each time, at a place of its own."""

BASE, VENUE, ACCOUNT = range(3)
"""Who a leg of a pair is: its coin (that of the pair), venue, and account, -1 without one."""

SIGN, DERIVATIVE, MARGINED, CAPITAL = range(4)
"""What a book says of a leg: 1 if it is bought and -1 if sold; 1 for contracts, whose price difference is
settled, 0 for coins, which are paid; 1 where it ties up margin of its own; equity tied up per unit of
notional."""

L_SCOPE, L_SEVERITY, L_RELEASE, L_MEASURE, L_TEST, L_RELEASE_TEST, L_MARKET_TEST, L_MARKET_RELEASE = range(8)
"""What a limit says: what it is about, what a breach leads to, what releases it; the formulas of its measure,
of its test, of what releases it (-1 without one); the columns of a row that answer the tests where only the
market matters, else -1."""

SINCE, LAST, ACTIVE = range(3)
"""Times of a latch: when the breach that lasts began, when it was last seen, since when the limit acts."""

T_TEST, T_ID, T_OUTPUTS = range(3)
"""Columns of a table of the loop: the formula that says whether a rule fires, its place in the table as
written, the formulas of its outputs. The last row is the default; in place of a test it has the hit
policy."""
