"""Placing: which region of an input each row's value lies in.

Polars delivers every input as plain numbers without nulls, in one pass; NumPy places them.
"""

from __future__ import annotations

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
    return (
        _Truths() if regions.kind == "truth" else _Codes(pl.Series(regions.categories, dtype=pl.Categorical))
    )


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

    Polars gives a text the same code everywhere, but only as long as some series holds it. So the words are
    held here, and their codes asked for anew with each frame.
    """

    words: pl.Series

    def prepare(self, subject: pl.Expr) -> pl.Expr:
        return subject.cast(pl.Categorical).to_physical().cast(pl.UInt32).fill_null(_NO_CODE)

    def place(self, numbers: NDArray[Any]) -> Places:
        other, unknown = len(self.words), len(self.words) + 1
        codes = self.words.to_physical().to_numpy().astype(np.intp)
        # A code beyond the table is of a text that no cell names: so is the table's last entry.
        table = np.full(int(codes.max(initial=-1)) + 2, other, dtype=np.intp)
        table[codes] = np.arange(codes.size)
        places = table.take(numbers, mode="clip")
        places[numbers == _NO_CODE] = unknown
        return places


@dataclass(frozen=True, slots=True)
class _Search:
    """Numbers are placed by binary search."""

    cuts: NDArray[np.float64]

    def prepare(self, subject: pl.Expr) -> pl.Expr:
        return subject.fill_null(float("nan"))

    def place(self, numbers: NDArray[Any]) -> Places:
        places = np.searchsorted(self.cuts, numbers, side="right")
        places[np.isnan(numbers)] = self.cuts.size + 1
        return places


@dataclass(frozen=True, slots=True)
class _Grid:
    """Numbers are placed by a grid of equal cells laid over the cuts.

    A cell with at most two cuts needs two comparisons, which is several times faster than a search.
    """

    low: float
    scale: float
    base: Places
    first: NDArray[np.float64]
    second: NDArray[np.float64] | None
    unknown: int

    def prepare(self, subject: pl.Expr) -> pl.Expr:
        return subject.fill_null(float("nan"))

    def place(self, numbers: NDArray[Any]) -> Places:
        with np.errstate(over="ignore"):  # what is too far away for a float is in the outermost cell
            cells = (numbers - self.low) * self.scale
        unknown = np.isnan(cells)
        np.clip(cells, 0.0, _CELLS + 1.0, out=cells)
        if has_unknown := bool(unknown.any()):
            cells[unknown] = 0.0
        cell = cells.astype(np.intp)
        places = self.base.take(cell)
        places += numbers >= self.first.take(cell)
        if self.second is not None:
            places += numbers >= self.second.take(cell)
        if has_unknown:
            places[unknown] = self.unknown
        return places


def _lay_out(cuts: NDArray[np.float64]) -> Placing:
    """A grid over the cuts, or a search if a cell would hold more than two of them."""
    width = float(cuts[-1] - cuts[0]) if cuts.size > 1 else 0.0
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
    second = np.where(count >= 2, padded[base + 1], np.inf) if count.max() > 1 else None
    return _Grid(low, scale, base, first, second, int(cuts.size) + 1)
