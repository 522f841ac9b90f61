"""Every name that the tables of a book may use: where it comes from, and which tables see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.book.book import Book
from engine.book.catalogue import list_flat_values
from engine.book.limits import FILE as LIMITS_FILE
from engine.book.measures import MEASURES, type_measures
from engine.book.metrics import FILE as METRICS_FILE
from engine.book.roles import CONTRACTS
from engine.language.names import Scope
from engine.language.types import Kind, Name, Stage
from engine.language.units import PLAIN

METRICS, LIMITS = (file.removesuffix(".csv") for file in (METRICS_FILE, LIMITS_FILE))

TABLES = (METRICS, *CONTRACTS, LIMITS)
"""Tables whose cells may use names."""


@dataclass(frozen=True, slots=True)
class ListedName:
    """One name.

    Attributes:
        name: The name.
        type: Its kind, and its unit if it is a number.
        unit: The unit of a number that has one, or the kind of any other value.
        source: Where its value comes from: `parameter`, `market`, `position`, `metric`, `order` or `measure`.
        tables: Tables that see it.
        scopes: Of a measure, the scopes of the limits that see it; else empty.
        flat: Its value without a position; None where that means nothing.
        words: Words that it may be, if they are declared.
        meaning: One line for people.
    """

    name: str
    type: str
    unit: str
    source: str
    tables: tuple[str, ...]
    scopes: tuple[str, ...]
    flat: float | None
    words: tuple[str, ...]
    meaning: str

    @property
    def sight(self) -> str:
        """The tables that see it, for people."""
        if self.scopes:
            return f"limits of {', '.join(self.scopes)}"
        return "all tables" if self.tables == TABLES else ", ".join(self.tables)


def list_names(book: Book, scope: Scope) -> tuple[ListedName, ...]:
    """Every name of a book; a name that positions and measures share stands once for each.

    Args:
        book: The book.
        scope: Its names that are known: parameters, market data, positions and metrics.
    """
    return (*_list_scope(book, scope), *_list_own(), *_list_measures())


def _list_scope(book: Book, scope: Scope) -> Iterator[ListedName]:
    flat = list_flat_values(book.manifest.pairing.legs)
    metrics = {metric.name for metric in book.metrics}
    for name in scope.names.values():
        source = "metric" if name.name in metrics else name.stage.name.lower()
        seeing = [METRICS] if name.stage <= Stage.POSITION else []
        seeing += [role for role, contract in CONTRACTS.items() if name.stage <= contract.sees]
        yield _list_name(name, source, (*seeing, LIMITS), flat=flat.get(name.name))


def _list_own() -> Iterator[ListedName]:
    """Names that only one decision table sees."""
    for role, contract in CONTRACTS.items():
        for name in contract.names:
            yield _list_name(name, "order", (role,))


def _list_measures() -> Iterator[ListedName]:
    for measure, name in zip(MEASURES, type_measures(), strict=True):
        yield _list_name(name, "measure", (LIMITS,), scopes=measure.scopes)


def _list_name(
    name: Name,
    source: str,
    tables: tuple[str, ...],
    *,
    scopes: tuple[str, ...] = (),
    flat: float | None = None,
) -> ListedName:
    words = tuple(sorted(name.vocabulary or ()))
    return ListedName(
        name.name, str(name.type), _write_unit(name), source, tables, scopes, flat, words, name.meaning
    )


def _write_unit(name: Name) -> str:
    if name.type.kind is not Kind.NUMBER or name.type.unit == PLAIN:
        return str(name.type.kind)
    return name.type.unit.name
