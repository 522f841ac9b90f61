"""From a checked book and the values of its parameters to one that decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from engine.book.book import Book
from engine.book.catalogue import list_flat_values
from engine.book.compile import CompiledBook
from engine.book.limits import CheckedLimit
from engine.book.looking_back import check_history
from engine.book.parameters import change_parameters
from engine.book.values import check_values, list_capitals, list_shares, settle_values
from engine.errors import BookErrors
from engine.language.bind import bind as bind_formula
from engine.language.core import Core
from engine.language.metrics import BoundSheet
from engine.language.passes import plan_passes
from engine.language.quantities import Quantity
from engine.tables.bind import CompiledTable, bind_table


@dataclass(frozen=True, slots=True)
class BoundBook:
    """A book that is ready to decide.

    Attributes:
        book: As written.
        parameters: The value of each parameter, and `capital_per_notional`.
        formulas: The bound formula of each metric.
        sheet: The metrics, ready to be evaluated.
        tables: Its decision tables by role.
        limits: Its limits.
        capitals: Of each leg, the equity that it ties up per unit of notional.
        shares: Of each bucket, its share of the capital.
        weights: The weight of each leg.
    """

    book: Book
    parameters: Mapping[str, Quantity] = field(repr=False)
    formulas: Mapping[str, Core] = field(repr=False)
    sheet: BoundSheet = field(repr=False)
    tables: Mapping[str, CompiledTable] = field(repr=False)
    limits: tuple[CheckedLimit, ...] = field(repr=False)
    capitals: tuple[float, ...]
    shares: tuple[float, ...]
    weights: tuple[Core, ...] = field(repr=False)

    def measure(self, pairs: pl.DataFrame, wanted: pl.Series | None = None) -> pl.DataFrame:
        """Pairs with the book's metrics, and the names about positions as they are without one.

        Args:
            pairs: Columns as in `engine.frames.pairs` with settled funding; sorted by pair and time, and as
                far back before the first row of interest as the manifest's `history`.
            wanted: Of each row whether it is wanted; all rows of one time are, or none. None wants all.
        """
        return self.sheet.evaluate(self.place(pairs), wanted)

    def place(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Pairs with the names about positions as they are without one, over which metrics are evaluated."""
        flat = list_flat_values(self.book.manifest.pairing.legs)
        return pairs.with_columns(pl.lit(value).alias(name) for name, value in flat.items())

    def weigh(self, measured: pl.DataFrame) -> pl.DataFrame:
        """The quantity of each leg beside that of the others: a column for each, named as the leg.

        Args:
            measured: As `measure` gives it. A weight that is unknown is null; one may be 0 or below.
        """
        legs = self.book.manifest.pairing.legs
        weights = {f"{leg.name}·": weight for leg, weight in zip(legs, self.weights, strict=True)}
        weighed = plan_passes(weights).evaluate(measured)
        return weighed.select(pl.col(f"{leg.name}·").alias(leg.name) for leg in legs)


def bind(compiled: CompiledBook, parameters: Mapping[str, Any] | None = None) -> BoundBook:
    """Give a book the values of its parameters.

    Args:
        compiled: The book.
        parameters: Values that differ from the book's own, as numbers, booleans or texts such as `5%`.

    Raises:
        BookErrors: A parameter is unknown, out of its bounds, or of another kind.
    """
    changed = change_parameters(compiled.book.parameters, parameters or {})
    if isinstance(changed, tuple):
        raise BookErrors(changed)
    unfit = tuple(check_values(compiled, changed))
    if unfit:
        raise BookErrors(unfit)
    values = settle_values(compiled, changed)
    sheet = compiled.sheet.bind(values)
    too_far = tuple(check_history(compiled.book, sheet))
    if too_far:
        raise BookErrors(too_far)
    tables = {role: bind_table(table, values) for role, table in compiled.tables.items()}
    limits = tuple(limit.bind(values) for limit in compiled.limits)
    capitals = tuple(each for each in list_capitals(compiled, values) if each is not None)
    shares = tuple(each for each in list_shares(compiled, values) if each is not None)
    weights = tuple(bind_formula(weight, values) for weight in compiled.weights)
    return BoundBook(
        *(compiled.book, values, sheet.formulas, sheet, tables, limits),
        *(capitals, shares, weights),
    )
