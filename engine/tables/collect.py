"""Results of policies that take every rule that fires: lists, and what COLLECT aggregates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.tables.model import Aggregation
from engine.tables.placing import Places
from engine.tables.policies import Pairs, Verdict
from engine.tables.results import Values, gather_lists

Bits = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Collected:
    """The outputs of a frame.

    Attributes:
        outputs: A column for each output.
        unknown: Rows whose result is not known; their outputs are null.
        refused: Rows in which an output has a value that is not allowed; their outputs are null.
        told: The rules that make it so.
    """

    outputs: Sequence[pl.Series]
    unknown: Bits
    refused: Bits
    told: Pairs


def collect(aggregation: Aggregation | None, verdict: Verdict, values: Sequence[Values]) -> Collected:
    """The outputs of all rules that fire, as lists or aggregated."""
    if aggregation is None:
        return _list_outputs(verdict, values)
    if aggregation is Aggregation.COUNT:
        counts = np.bincount(verdict.fired.rows, minlength=verdict.winner.size).astype(np.float64)
        return _close(verdict, values[0], counts, verdict.told)
    return _aggregate(_FOLDS[aggregation], verdict, values[0])


def _list_outputs(verdict: Verdict, values: Sequence[Values]) -> Collected:
    fired, rows = verdict.fired, verdict.winner.size
    outputs: list[pl.Series] = []
    refused = np.zeros(rows, dtype=np.bool_)
    for each in values:
        picked = each.pick(fired.rules, fired.rows)
        refused[fired.rows[each.is_refused(picked)]] = True
        outputs.append(_gather_lists(each, picked, verdict))
    absent = pl.Series(verdict.unknown | refused)
    if absent.any():
        outputs = [output.set(absent, None) for output in outputs]
    return Collected(outputs, verdict.unknown, refused, verdict.told)


def _gather_lists(values: Values, picked: pl.Series, verdict: Verdict) -> pl.Series:
    """A list of outputs a row; where no rule fires, the default alone, or nothing without one."""
    fired, rows = verdict.fired, verdict.winner.size
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
    taken = _to_floats(values.pick(opened.rules, opened.rows))
    before = total[opened.rows]
    after = np.where(fired[opened.rows], fold.combine(before, taken), taken)
    several = np.bincount(opened.rows, minlength=rows)[opened.rows] > 1
    # Without hits, two open rules that each give the default may still give something else together.
    together = ~fired[opened.rows] & several & (fold.combine(taken, taken) != taken)
    changed = (after != before) | np.isnan(after) | together
    doubts = opened.keep(changed)
    missing = np.isnan(total) & fired
    return _close(verdict, values, total, doubts, missing)


def _close(
    verdict: Verdict, values: Values, total: Floats, doubts: Pairs, missing: Bits | None = None
) -> Collected:
    rows = verdict.winner.size
    unknown = doubts.mark(rows)
    if missing is not None:
        unknown |= missing
    shown = pl.Series(values.results.name, np.where(unknown, np.nan, total), nan_to_null=True)
    none = np.zeros(rows, dtype=np.bool_)
    return Collected([shown], unknown, none, doubts)


def _to_floats(series: pl.Series) -> Floats:
    return series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
