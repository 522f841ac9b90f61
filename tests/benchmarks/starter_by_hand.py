"""The starter book written by hand in Polars and NumPy, for `bench_cycle.py` to be held against.

Written for this one book and for speed: its numbers stand in the code, and nothing is checked. An unknown
number is null in Polars and NaN in NumPy, where every comparison with it is false.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Bits = NDArray[np.bool_]
Cell = tuple[Bits, Bits]

METRICS = (
    *("basis_in", "basis_out", "funding_apr", "daily_funding", "note_return", "forecast_apr", "basis_normal"),
    *("fees_4", "net_hold", "net_apr", "equity_apr", "break_even_days", "spread", "volume_usd", "depth_usd"),
    "vol",
)
SHORTLIST = 40
STABLE = ("USDT", "USDC", "FDUSD", "DAI", "EUR")
QUOTED = ("USDT", "USDC", "USD")

_WEEK, _LAG = timedelta(days=7), timedelta(hours=8)
_LAG_US = 8 * 3_600_000_000
_WEEK_US = 7 * 86_400_000_000
_COVER = 0.8 * (1 - 1e-9)
_SLACK = 1e-12
_HOLD = 30 / 365
_SEEN = ("pair", "perp_ask", "spot_bid", "perp_mark", "step_s", "ts")
_NOW = (
    *("pair", "base", "spot_quote", "perp_status", "spot_bid", "spot_ask", "perp_bid", "perp_ask"),
    *("perp_funding_rate", "perp_funding_interval_hours", "perp_funding_apr_3d", "perp_funding_apr_7d"),
    *("spot_taker_fee", "perp_taker_fee", "spot_volume_usd_24h", "perp_volume_usd_24h", "spot_has_book"),
    *("perp_has_book", "spot_depth_usd", "perp_depth_usd", "perp_listed_days", "perp_hours_to_delisting"),
)
_NONE, _ENTER, _UNKNOWN = range(3)
_DECISIONS = pl.Series("decision", ["none", "enter", "unknown"])
_STAGES = pl.Series("stage", ["universe", "shortlist", "entry"])
_RULES = pl.Series("rule", [None, "U1", "U2", "E1", "E2"])
_STATES = pl.Series("state", [None, "rule", "default", "unknown"])


def decide_by_hand(pairs: pl.DataFrame, at: datetime) -> pl.DataFrame:
    """The metrics, decision, stage, rule and state of every pair that has a row at this time."""
    now = pairs.select(_NOW)[(pairs["ts"] == at).arg_true()]
    measured = _measure(now.with_columns(_look_back(pairs, at)))
    include, decision, rule, state = _judge_universe(measured)
    stage = include.astype(np.intp)
    order = measured.select("pair", "net_apr").with_row_index("row").filter(pl.Series(include))
    best = order.sort("net_apr", "pair", descending=[True, False], nulls_last=True).head(SHORTLIST)
    listed = best["row"].to_numpy()
    stage[listed] = 2
    decision[listed], rule[listed], state[listed] = _judge_entry(measured[best["row"]])
    columns = [(_DECISIONS, decision), (_STAGES, stage), (_RULES, rule), (_STATES, state)]
    said = [words.gather(places) for words, places in columns]
    return measured.select("pair", *METRICS).hstack(said)


def _look_back(pairs: pl.DataFrame, at: datetime) -> list[pl.Series]:
    """The median of the basis and the deviation of 8 h returns, both over 7 days."""
    ts = pl.col("ts")
    seen = pairs.select(_SEEN).filter(ts.is_between(at - _WEEK - _LAG * 1.2, at, closed="both"))
    basis = _finite((pl.col("perp_ask") - pl.col("spot_bid")) / pl.col("spot_bid"))
    seen = seen.with_columns(basis.alias("basis"), pl.col("pair").rle_id().cast(pl.Int64).alias("code"))
    code, time_us = seen["code"].to_numpy(), seen["ts"].to_physical().to_numpy()
    mark = seen["perp_mark"]
    before = _find_before(code, time_us)
    ago = pl.Series(before, dtype=pl.Int64).set(pl.Series(before < 0), None)
    change = (mark / mark.gather(ago)).log()
    change = change.set(~change.is_finite(), None)
    ends = np.flatnonzero(np.diff(code, append=-1))
    ends = ends[time_us[ends] == seen["ts"].max().timestamp() * 1e6] if ends.size else ends  # type: ignore[union-attr]
    key = code * (time_us.max() - time_us.min() + _WEEK_US) + (time_us - time_us.min())
    starts = np.searchsorted(key, key[ends] - _WEEK_US, side="right")
    starts = np.maximum(starts, np.searchsorted(code, code[ends]))
    step = np.nan_to_num(seen["step_s"].fill_null(0.0).to_numpy())
    weeks = [_cut(column, starts, ends) for column in (seen["basis"], change)]
    enough = [_is_covered(week, _cut(pl.Series(step), starts, ends)) for week in weeks]
    middle, deviation = _find_median(weeks[0]), _find_deviation(weeks[1])
    found = [np.where(enough[0], middle, np.nan), np.where(enough[1], deviation, np.nan)]
    return [
        pl.Series(name, each, nan_to_null=True)
        for name, each in zip(("basis_normal", "vol_8h"), found, strict=True)
    ]


def _find_before(code: NDArray[np.int64], time_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """The latest row of the same pair that is at least 8 h old and at most a fifth older; else -1."""
    found = np.arange(code.size) - 8
    tried = np.maximum(found, 0)
    fits = (found >= 0) & (code[tried] == code) & (time_us[tried] == time_us - _LAG_US)
    rest = np.flatnonzero(~fits)
    span = time_us.max() - time_us.min() + 2 * _LAG_US
    key = code * span + (time_us - time_us.min() + _LAG_US)
    found[rest] = np.searchsorted(key, key[rest] - _LAG_US, side="right") - 1
    tried = np.maximum(found, 0)
    fresh = (code[tried] == code) & (time_us[tried] >= time_us - _LAG_US - _LAG_US // 5)
    return np.where((found >= 0) & fresh, found, -1)


def _cut(column: pl.Series, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Numbers:
    """A window in each column, its newest row last; NaN before its first."""
    longest = int((ends - starts).max()) + 1
    values = column.fill_null(np.nan).to_numpy()
    rows = ends - np.arange(longest - 1, -1, -1)[:, None]
    return np.where(rows >= starts, values[rows], np.nan)


def _is_covered(week: Numbers, step: Numbers) -> Bits:
    covered: Bits = np.where(np.isnan(week), 0.0, step).sum(axis=0) * 1e6 / _WEEK_US >= _COVER
    return covered


def _find_median(week: Numbers) -> Numbers:
    ordered = np.sort(week.T, axis=1)
    row, count = np.arange(len(ordered)), np.maximum((~np.isnan(week)).sum(axis=0), 1)
    lower, upper = ordered[row, (count - 1) // 2], ordered[row, count // 2]
    median: Numbers = np.where(lower == upper, lower, (lower + upper) / 2)
    return median


def _find_deviation(week: Numbers) -> Numbers:
    known = ~np.isnan(week)
    count = known.sum(axis=0)
    with np.errstate(all="ignore"):
        mean = np.where(known, week, 0.0).sum(axis=0) / count
        distance = np.where(known, week - mean, 0.0)
        return np.where(count > 1, np.sqrt((distance * distance).sum(axis=0) / (count - 1)), np.nan)


def _finite(expression: pl.Expr) -> pl.Expr:
    return pl.when(expression.is_finite()).then(expression)


def _both(kind: str, *columns: str) -> pl.Expr:
    """The smaller or the larger of columns; null if one is."""
    pick = pl.min_horizontal if kind == "min" else pl.max_horizontal
    return pl.when(pl.all_horizontal(pl.col(name).is_not_null() for name in columns)).then(pick(columns))


def _build_metrics() -> Sequence[Sequence[pl.Expr]]:
    col = pl.col
    rate = col("perp_funding_rate") / col("perp_funding_interval_hours")
    both_books = col("spot_has_book") & col("perp_has_book")
    first = {
        "basis_in": _finite((col("perp_bid") - col("spot_ask")) / col("spot_ask")),
        "basis_out": _finite((col("perp_ask") - col("spot_bid")) / col("spot_bid")),
        "funding_apr": _finite(rate * 8760.0),
        "daily_funding": _finite(rate * 24.0),
        "forecast_apr": _both("min", "perp_funding_apr_3d", "perp_funding_apr_7d"),
        "fees_4": 2.0 * (col("spot_taker_fee") + col("perp_taker_fee")),
        "spot_spread": _finite((col("spot_ask") - col("spot_bid")) / col("spot_bid")),
        "perp_spread": _finite((col("perp_ask") - col("perp_bid")) / col("perp_bid")),
        "volume_usd": _both("min", "spot_volume_usd_24h", "perp_volume_usd_24h"),
        "taker_fee": _both("max", "spot_taker_fee", "perp_taker_fee"),
        "vol": col("vol_8h") * float(np.sqrt(8760 / 8)),
    }
    seen_depth = _both("min", "spot_depth_usd", "perp_depth_usd")
    second = {
        "note_return": col("basis_in") + col("daily_funding"),
        "net_hold": col("forecast_apr") * _HOLD + col("basis_in") - col("basis_normal") - col("fees_4"),
        "break_even_days": pl.when(col("forecast_apr") > 0.0).then(
            _finite(col("fees_4") / col("forecast_apr") * 365.0)
        ),
        "spread": _both("max", "spot_spread", "perp_spread"),
        "depth_usd": pl.when(both_books).then(seen_depth).when(~both_books).then(0.001 * col("volume_usd")),
    }
    third = {"net_apr": col("net_hold") / _HOLD}
    fourth = {"equity_apr": col("net_apr") / 1.25}
    return [[value.alias(name) for name, value in each.items()] for each in (first, second, third, fourth)]


_METRICS = _build_metrics()


def _measure(now: pl.DataFrame) -> pl.DataFrame:
    for expressions in _METRICS:
        now = now.with_columns(expressions)
    return now


def _at_least(x: Numbers, bound: float) -> Cell:
    true = x >= bound - abs(bound) * _SLACK
    return true, true | np.isnan(x)


def _at_most(x: Numbers, bound: float) -> Cell:
    true = x <= bound + abs(bound) * _SLACK
    return true, true | np.isnan(x)


def _above(x: Numbers, bound: float) -> Cell:
    true = x > bound + abs(bound) * _SLACK
    return true, true | np.isnan(x)


def _below(x: Numbers, bound: float) -> Cell:
    true = x < bound - abs(bound) * _SLACK
    return true, true | np.isnan(x)


def _one_of(texts: pl.Series, words: Sequence[str]) -> Cell:
    found = texts.is_in(words)
    return found.fill_null(value=False).to_numpy(), found.fill_null(value=True).to_numpy()


def _all(*cells: Cell) -> Cell:
    """Whether all cells are true, and whether none is false."""
    return np.logical_and.reduce([true for true, _ in cells]), np.logical_and.reduce(
        [possible for _, possible in cells]
    )


def _numbers(frame: pl.DataFrame, *names: str) -> Mapping[str, Numbers]:
    return {name: frame[name].fill_null(np.nan).to_numpy() for name in names}


def _judge_universe(measured: pl.DataFrame) -> tuple[Bits, Any, Any, Any]:
    """Which pairs it includes; decision, rule and state of the others. U1 says what the default says."""
    x = _numbers(measured, "volume_usd", "perp_listed_days", "perp_hours_to_delisting")
    stable, maybe_stable = _one_of(measured["base"], STABLE)
    fits, may_fit = _all(
        _one_of(measured["spot_quote"], QUOTED),
        _at_least(x["volume_usd"], 20e6),
        _at_least(x["perp_listed_days"], 60.0),
        _at_least(x["perp_hours_to_delisting"], 720.0),
        _one_of(measured["perp_status"], ("trading",)),
    )
    include = fits & ~maybe_stable
    unknown = ~stable & ((fits & maybe_stable) | (may_fit & ~fits))
    rule = np.where(stable, 1, 0)
    state = np.where(include, 0, np.where(unknown, 3, np.where(stable, 1, 2)))
    return include, np.where(unknown, _UNKNOWN, _NONE), rule, state


def _judge_entry(listed: pl.DataFrame) -> tuple[Any, Any, Any]:
    """The decision, rule and state of the pairs on the short list."""
    names = ("net_apr", "forecast_apr", "funding_apr", "basis_in", "spread", "depth_usd", "taker_fee", "vol")
    x = _numbers(listed, *names)
    shared = _all(
        _above(x["forecast_apr"], 0.0),
        _above(x["funding_apr"], 0.0),
        _at_most(x["basis_in"], 0.003),
        _at_most(x["spread"], 0.001),
        _at_most(x["taker_fee"], 0.002),
        _at_most(x["vol"], 1.2),
    )
    net, depth, basis = x["net_apr"], x["depth_usd"], x["basis_in"]
    strong, may_be_strong = _all(
        shared, _at_least(net, 0.12), _at_least(basis, -0.001), _at_least(depth, 20e3)
    )
    normal, may_be_normal = _all(
        shared, _at_least(net, 0.05), _below(net, 0.12), _at_least(basis, 0.0), _at_least(depth, 100e3)
    )
    unknown = ~strong & (may_be_strong | (may_be_normal & ~normal))
    rule = np.where(unknown, 0, np.where(strong, 3, np.where(normal, 4, 0)))
    decision = np.where(unknown, _UNKNOWN, np.where(rule > 0, _ENTER, _NONE))
    return decision, rule, np.where(unknown, 3, np.where(rule > 0, 1, 2))
