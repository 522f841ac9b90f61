"""From a checked book and the values of its parameters to one that decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from engine.book.book import Book
from engine.book.catalogue import list_flat_values
from engine.book.compile import CompiledBook
from engine.book.looking_back import check_history
from engine.book.parameters import change_parameters
from engine.errors import BookErrors
from engine.language.core import Core
from engine.language.passes import Passes
from engine.language.quantities import Quantity
from engine.tables.bind import CompiledTable, bind_table


@dataclass(frozen=True, slots=True)
class BoundBook:
    """A book that is ready to decide.

    Attributes:
        book: As written.
        parameters: The value of each parameter.
        formulas: The bound formula of each metric.
        sheet: The metrics, ready to be evaluated.
        tables: Its decision tables by role.
    """

    book: Book
    parameters: Mapping[str, Quantity] = field(repr=False)
    formulas: Mapping[str, Core] = field(repr=False)
    sheet: Passes = field(repr=False)
    tables: Mapping[str, CompiledTable] = field(repr=False)

    def measure(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Pairs with the book's metrics, and the names about positions as they are without one.

        Args:
            pairs: Columns as in `engine.frames.pairs` with settled funding; sorted by pair and time, and as
                far back before the first row of interest as the manifest's `history`.
        """
        flat = [pl.lit(value).alias(name) for name, value in list_flat_values().items()]
        return self.sheet.evaluate(pairs.with_columns(flat))


def bind(compiled: CompiledBook, parameters: Mapping[str, Any] | None = None) -> BoundBook:
    """Give a book the values of its parameters.

    Args:
        compiled: The book.
        parameters: Values that differ from the book's own, as numbers, booleans or texts such as `5%`.

    Raises:
        BookErrors: A parameter is unknown, out of its bounds, or of another kind.
    """
    values = change_parameters(compiled.book.parameters, parameters or {})
    if isinstance(values, tuple):
        raise BookErrors(values)
    sheet = compiled.sheet.bind(values)
    too_far = tuple(check_history(compiled.book, sheet))
    if too_far:
        raise BookErrors(too_far)
    tables = {role: bind_table(table, values) for role, table in compiled.tables.items()}
    return BoundBook(compiled.book, values, sheet.formulas, sheet.passes, tables)
