"""Functions that look at other rows: back in time, over a window, or across the market.

Definitions and exactness stand in `engine.market.window` and `engine.market.cross_section`, whose kernels
compute the columns. The scalar forms here are written anew from the definitions, as their oracle.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from engine.language.functions.declaration import Argument, Function
from engine.language.types import Kind
from engine.language.units import SECONDS
from engine.market import aggregate as aggregates
from engine.market import cross_section, window

_VALUE = Argument("x")
_WIDTH = Argument("window", constant=True, unit=SECONDS)


@dataclass(frozen=True, slots=True)
class Axes:
    """Which columns of a frame say whose a row is, and when.

    Attributes:
        group: Column that tells pairs apart; None if all rows are one pair's.
        time: Column of the instant of a row.
        step: Column of the seconds that a row stands for; None if nobody says.
    """

    group: str | None = "pair"
    time: str = "ts"
    step: str | None = "step_s"

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that functions of other rows read."""
        return tuple(name for name in (self.group, self.time, self.step) if name is not None)


def to_microseconds(seconds: float) -> int:
    """A duration as a whole number of microseconds."""
    return round(seconds * 1e6)


def number_groups(group: pl.Series) -> pl.Series:
    """A whole number per row, equal where the groups are; rising if the rows of each stand together."""
    names = group.cast(pl.String)
    if names.null_count():
        names = names.fill_null("")
    codes = names.rle_id()
    runs = codes.to_numpy().astype(np.int64)
    first = np.flatnonzero(np.diff(runs, prepend=-1))
    if names.gather(first).n_unique() == first.size:
        return codes
    return names.cast(pl.Categorical).to_physical()


def _group_codes(group: pl.Series) -> Any:
    """Codes of groups: of names, or as `number_groups` gave them before."""
    numbered = group if group.dtype.is_integer() else number_groups(group)
    return numbered.to_numpy().astype(np.int64)


@dataclass(frozen=True, slots=True)
class History:
    """Rows that functions look back over, as their kernels take them.

    Attributes:
        group: A code per row, equal for the rows of one pair.
        time: Microseconds since 1970.
        step_us: Microseconds that each row stands for; None if nobody says.
    """

    group: Any
    time: Any
    step_us: Any


def read_history(frame: pl.DataFrame, axes: Axes) -> History:
    """The history in a frame; its column of groups may hold names or codes."""
    time = _times(frame.get_column(axes.time))
    group = np.zeros(time.size, np.int64) if axes.group is None else _group_codes(frame[axes.group])
    step_us = None if axes.step is None else _whole_microseconds(frame.get_column(axes.step))
    return History(group, time, step_us)


def _times(time: pl.Series) -> Any:
    return time.cast(pl.Datetime("us", "UTC")).to_physical().to_numpy()


def _whole_microseconds(seconds: pl.Series) -> Any:
    """Seconds as whole microseconds; a row that stands for an unknown time covers nothing."""
    return np.round(np.nan_to_num(to_floats(seconds), posinf=0.0, neginf=0.0) * 1e6).astype(np.int64)


def to_floats(series: pl.Series) -> Any:
    """Numbers as the kernels take them: NaN is unknown."""
    return series.cast(pl.Float64).fill_null(math.nan).to_numpy()


def _spread(values: Any, rows: int) -> Any:
    """A value for each row; Polars hands over one that is the same everywhere only once."""
    return values if len(values) == rows else np.full(rows, values[0])


def _to_series(values: Any) -> pl.Series:
    return pl.Series(values, dtype=pl.Float64, nan_to_null=True)


def _over_history(
    kernel: Callable[..., Any], *, uses_step: bool
) -> Callable[[Axes, pl.Expr, float], pl.Expr]:
    """A Polars expression that runs a kernel over (group, time, value, step)."""

    def build(axes: Axes, value: pl.Expr, seconds: float) -> pl.Expr:
        step = axes.step if uses_step else None
        group = pl.lit("") if axes.group is None else pl.col(axes.group)
        inputs = [pl.col(axes.time), value, group, *([pl.col(step)] if step else [])]

        def run(columns: Sequence[pl.Series]) -> pl.Series:
            time, known, group_names, *steps = columns
            codes = _spread(_group_codes(group_names), len(time))
            values = _spread(to_floats(known), len(time))
            microseconds = [_whole_microseconds(steps[0])] if steps else []
            return _to_series(kernel(codes, _times(time), values, to_microseconds(seconds), *microseconds))

        return pl.map_batches(inputs, run, return_dtype=pl.Float64)

    return build


def _look(kernel: Callable[..., Any], *, uses_step: bool) -> Callable[..., pl.Series]:
    """The result of a kernel for some rows of a history."""

    def look(history: History, value: pl.Series, seconds: float, rows: Any) -> pl.Series:
        steps = [history.step_us] if uses_step else []
        width = to_microseconds(seconds)
        return _to_series(kernel(history.group, history.time, to_floats(value), width, *steps, rows=rows))

    return look


def _over_section(kernel: Callable[..., Any]) -> Callable[[Axes, pl.Expr], pl.Expr]:
    """A Polars expression that runs a kernel over (time, value)."""

    def build(axes: Axes, value: pl.Expr) -> pl.Expr:
        def run(columns: Sequence[pl.Series]) -> pl.Series:
            time, known = columns
            return _to_series(kernel(_times(time), _spread(to_floats(known), len(time))))

        return pl.map_batches([pl.col(axes.time), value], run, return_dtype=pl.Float64)

    return build


def _mean(known: Sequence[float]) -> float:
    return _sum(known) / len(known)


def _sum(known: Sequence[float]) -> float:
    total = 0.0
    for value in known:
        total += value
    return total


def _std(known: Sequence[float]) -> float:
    if len(known) < 2:
        return math.nan
    mean = _mean(known)
    return math.sqrt(_sum([(value - mean) * (value - mean) for value in known]) / (len(known) - 1))


def _median(known: Sequence[float]) -> float:
    ordered = sorted(known)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2.0


def _rank(value: float, known: Sequence[float]) -> float:
    return 1.0 + sum(other > value for other in known)


def _percentile(value: float, known: Sequence[float]) -> float:
    return sum(other <= value for other in known) / len(known)


def _zscore(value: float, known: Sequence[float]) -> float:
    ordered = sorted(known)
    deviation = _std(ordered)
    return (value - _mean(ordered)) / deviation if deviation > 0.0 else math.nan


def _rolling(
    name: str,
    kernel: Callable[..., Any],
    aggregate: aggregates.Aggregate,
    scalar: Callable[[Sequence[float]], float],
    what: str,
) -> Function:
    return Function(
        name,
        (_VALUE, _WIDTH),
        Kind.NUMBER,
        _over_history(kernel, uses_step=True),
        scalar,
        f"{what} of the known values of the last `window`, this row included",
        unit="first",
        closed=True,
        scope="window",
        look=_look(kernel, uses_step=True),
        carry=lambda tail, value, seconds: _to_series(tail.roll(aggregate, value, to_microseconds(seconds))),
    )


def _section(name: str, kernel: Callable[..., Any], scalar: Callable[..., float], meaning: str) -> Function:
    return Function(
        name, (_VALUE,), Kind.NUMBER, _over_section(kernel), scalar, meaning, closed=True, scope="section"
    )


FUNCTIONS = (
    Function(
        "lag",
        (_VALUE, Argument("age", constant=True, unit=SECONDS)),
        Kind.NUMBER,
        _over_history(window.lag, uses_step=False),
        lambda value: value,
        "the latest value that is at least `age` old; unknown if it is a fifth of `age` older than asked",
        unit="first",
        closed=True,
        scope="lag",
        look=_look(window.lag, uses_step=False),
        carry=lambda tail, value, seconds: _to_series(tail.lag(value, to_microseconds(seconds))),
    ),
    _rolling("rolling_sum", window.rolling_sum, aggregates.add_up, _sum, "sum"),
    _rolling("rolling_mean", window.rolling_mean, aggregates.average, _mean, "mean"),
    _rolling("rolling_median", window.rolling_median, aggregates.find_middle, _median, "median"),
    _rolling("rolling_std", window.rolling_std, aggregates.deviate, _std, "sample standard deviation"),
    _rolling("rolling_min", window.rolling_min, aggregates.find_least, min, "smallest"),
    _rolling("rolling_max", window.rolling_max, aggregates.find_most, max, "largest"),
    _section("rank", cross_section.rank, _rank, "place among all pairs at this time: 1 is the largest"),
    _section(
        "percentile",
        cross_section.percentile,
        _percentile,
        "share of all pairs at this time that are not larger",
    ),
    _section(
        "zscore",
        cross_section.zscore,
        _zscore,
        "distance from the mean of all pairs at this time, in sample standard deviations",
    ),
)
