"""Results of policies that take every rule that fires: lists, and what COLLECT aggregates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.tables.model import Aggregation
from engine.tables.placing import Places
from engine.tables.policies import Pairs, Verdict, keep_doubts
from engine.tables.results import Values, gather_lists

Bits = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Collected:
    """The outputs of a frame.

    Attributes:
        outputs: A column for each output.
        unknown: Rows whose result is not known; their outputs are null.
        violated: Rows in which rules clash, or an output has a value that is not allowed; their outputs are
            null.
        told: The rules that make it so.
    """

    outputs: Sequence[pl.Series]
    unknown: Bits
    violated: Bits
    told: Pairs


def collect(aggregation: Aggregation | None, verdict: Verdict, values: Sequence[Values]) -> Collected:
    """The outputs of all rules that fire, as lists or aggregated."""
    if aggregation is None:
        return _list_outputs(verdict, values)
    if aggregation is Aggregation.COUNT:
        counts = np.bincount(verdict.fired.rows, minlength=verdict.winner.size).astype(np.float64)
        return _close(values[0], counts, verdict.told)
    return _aggregate(_FOLDS[aggregation], verdict, values[0])


def _list_outputs(verdict: Verdict, values: Sequence[Values]) -> Collected:
    fired, opened, rows = verdict.fired, verdict.told, verdict.winner.size
    outputs = [_gather_lists(each, verdict) for each in values]
    # An open rule adds to the lists; it only changes nothing if it gives what the default would.
    changes = fired.mark(rows)[opened.rows]
    for each in values:
        usual = each.pick(verdict.winner[opened.rows], opened.rows)
        changes |= usual.is_null().to_numpy()
        changes |= each.differ(opened.rules, verdict.winner[opened.rows], opened.rows)
    doubts = keep_doubts(opened, changes, rows)
    unknown = doubts.mark(rows)
    if unknown.any():
        outputs = [output.set(pl.Series(unknown), None) for output in outputs]
    return Collected(outputs, unknown, verdict.violated, doubts)


def _gather_lists(values: Values, verdict: Verdict) -> pl.Series:
    """A list of outputs a row; where no rule fires, the default alone, or nothing without one."""
    fired, rows = verdict.fired, verdict.winner.size
    picked = values.pick(fired.rules, fired.rows)
    none = np.flatnonzero(np.bincount(fired.rows, minlength=rows) == 0)
    defaults = values.pick(verdict.winner[none], none)
    given = ~defaults.is_null().to_numpy()
    listed = pl.concat([picked, defaults.filter(pl.Series(given))])
    return gather_lists(np.concatenate([fired.rows, none[given]]), listed, rows)


@dataclass(frozen=True, slots=True)
class _Fold:
    """How numbers become one.

    Attributes:
        start: The number that changes nothing.
        at: Combines numbers at given places.
        combine: Combines two.
    """

    start: float
    at: Callable[[Floats, Places, Floats], None]
    combine: Callable[[Floats, Floats], Floats]


_FOLDS = {
    Aggregation.SUM: _Fold(0.0, np.add.at, np.add),
    Aggregation.MIN: _Fold(np.inf, np.minimum.at, np.minimum),
    Aggregation.MAX: _Fold(-np.inf, np.maximum.at, np.maximum),
}


# A missing number is NaN here and stays one, which NumPy may warn of.
@np.errstate(invalid="ignore")
def _aggregate(fold: _Fold, verdict: Verdict, values: Values) -> Collected:
    """The sum, least or largest of the outputs; without any the default.

    An open rule leaves it known only if taking it in changes nothing.
    """
    rows = verdict.winner.size
    fired = verdict.fired.mark(rows)
    usual = _to_floats(values.pick(verdict.winner, np.arange(rows)))
    total = np.full(rows, fold.start)
    fold.at(total, verdict.fired.rows, _to_floats(values.pick(verdict.fired.rules, verdict.fired.rows)))
    total = np.where(fired, total, usual)
    opened = verdict.told
    picked = values.pick(opened.rules, opened.rows)
    taken = _to_floats(picked)
    before = total[opened.rows]
    after = np.where(fired[opened.rows], fold.combine(before, taken), taken)
    refused = values.is_refused(picked)
    changed = (after != before) | np.isnan(after) | refused
    # Where the number is missing anyway, only a violation is another outcome.
    missing = np.isnan(total) & fired
    broken = opened.keep(refused).mark(rows)
    changed &= refused | ~(missing & broken)[opened.rows]
    # Without hits, open rules that each give the default may still give something else together.
    several = (opened.count(rows) > 1) & ~fired & ~opened.keep(changed).mark(rows)
    together = several[opened.rows] & (fold.combine(taken, taken) != taken)
    return _close(values, total, opened.keep(changed | together), missing)


def _close(values: Values, total: Floats, doubts: Pairs, missing: Bits | None = None) -> Collected:
    unknown = doubts.mark(total.size)
    if missing is not None:
        unknown |= missing
    shown = pl.Series(values.results.name, np.where(unknown, np.nan, total), nan_to_null=True)
    none = np.zeros(total.size, dtype=np.bool_)
    return Collected([shown], unknown, none, doubts)


def _to_floats(series: pl.Series) -> Floats:
    return series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
