"""Placing: which region of an input each row's value lies in.

Polars delivers every input as plain numbers without nulls, in one pass; NumPy places them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.tables.regions import Regions

Places = NDArray[np.intp]

_CELLS = 4096
_NO_CODE = 2**32 - 1


class Placing(Protocol):
    """How the values of one input find their regions; the unknown value's region is the last."""

    def prepare(self, subject: pl.Expr) -> pl.Expr:
        """The input as numbers without nulls."""

    def place(self, numbers: NDArray[Any]) -> Places:
        """The region of each number that `prepare` delivers."""


def build_placing(regions: Regions) -> Placing:
    """The placing of an input."""
    if regions.kind == "number":
        return _lay_out(np.array(regions.cuts, dtype=np.float64))
    return _Truths() if regions.kind == "truth" else _list_codes(regions.categories)


@dataclass(frozen=True, slots=True)
class _Truths:
    """False, true, unknown."""

    def prepare(self, subject: pl.Expr) -> pl.Expr:
        return subject.cast(pl.UInt8).fill_null(2)

    def place(self, numbers: NDArray[Any]) -> Places:
        return numbers.astype(np.intp)


@dataclass(frozen=True, slots=True)
class _Codes:
    """Texts are placed by their category codes.

    Polars gives a text the same code everywhere in a process, but only as long as some series holds it. So
    the words are held here, and another process makes its own.
    """

    words: pl.Series
    table: Places

    def prepare(self, subject: pl.Expr) -> pl.Expr:
        return subject.cast(pl.Categorical).to_physical().cast(pl.UInt32).fill_null(_NO_CODE)

    def place(self, numbers: NDArray[Any]) -> Places:
        # A code beyond the table is of a text that no cell names: so is the table's last entry.
        places = self.table.take(numbers, mode="clip")
        places[numbers == _NO_CODE] = len(self.words) + 1
        return places

    def __reduce__(self) -> tuple[Any, ...]:
        return _list_codes, (tuple(self.words),)


def _list_codes(words: tuple[str, ...]) -> _Codes:
    held = pl.Series(words, dtype=pl.Categorical)
    codes = held.to_physical().to_numpy().astype(np.intp)
    table = np.full(int(codes.max(initial=-1)) + 2, len(words), dtype=np.intp)
    table[codes] = np.arange(len(words))
    return _Codes(held, table)


def _mark_unknown(subject: pl.Expr) -> pl.Expr:
    """Infinity in place of what is missing or not finite."""
    return pl.when(subject.is_finite()).then(subject).otherwise(math.inf)


@dataclass(frozen=True, slots=True)
class _Search:
    """Numbers are placed by binary search; infinity stands for the unknown value."""

    cuts: NDArray[np.float64]

    def prepare(self, subject: pl.Expr) -> pl.Expr:
        return _mark_unknown(subject)

    def place(self, numbers: NDArray[Any]) -> Places:
        places = np.searchsorted(self.cuts, numbers, side="right")
        places += numbers == math.inf
        return places


@dataclass(frozen=True, slots=True)
class _Grid:
    """Numbers are placed by a grid of equal cells laid over the cuts.

    A cell with at most two cuts needs two comparisons, which is several times faster than a search. Infinity
    stands for the unknown value: it is not less than the infinite first cut of the last cell, and so comes
    behind all regions.
    """

    low: float
    scale: float
    base: Places
    first: NDArray[np.float64]
    second: NDArray[np.float64] | None

    def prepare(self, subject: pl.Expr) -> pl.Expr:
        return _mark_unknown(subject)

    def place(self, numbers: NDArray[Any]) -> Places:
        with np.errstate(over="ignore"):
            cells = (numbers - self.low) * self.scale
        cell = np.clip(cells, 0.0, _CELLS + 1.0, out=cells).astype(np.intp)
        places = self.base.take(cell)
        places += numbers >= self.first.take(cell)
        if self.second is not None:
            places += numbers >= self.second.take(cell)
        return places


def _lay_out(cuts: NDArray[np.float64]) -> Placing:
    """A grid over the cuts, or a search if a cell would hold more than two of them."""
    width = float(cuts[-1]) - float(cuts[0]) if cuts.size > 1 else 0.0
    if not 0.0 < width < np.inf or not np.isfinite(_CELLS / width):
        return _Search(cuts)
    low, scale = float(cuts[0]), _CELLS / width
    cell = np.clip((cuts - low) * scale, 0.0, _CELLS + 1.0).astype(np.intp)
    count = np.bincount(cell, minlength=_CELLS + 2)
    if count.max() > 2:
        return _Search(cuts)
    base = np.concatenate(([0], np.cumsum(count)[:-1])).astype(np.intp)
    padded = np.append(cuts, [np.inf, np.inf])
    first = np.where(count >= 1, padded[base], np.inf)
    # NaN is above every number, infinity too.
    second = np.where(count >= 2, padded[base + 1], np.nan) if count.max() > 1 else None
    return _Grid(low, scale, base, first, second)
