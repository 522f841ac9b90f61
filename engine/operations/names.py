"""The names that the tables of a book may use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.book.catalogue import list_flat_values
from engine.book.compile import CompiledBook, compile_book
from engine.book.limits import FILE as LIMITS_FILE
from engine.book.load import load_draft
from engine.book.measures import MEASURES, type_measures
from engine.book.metrics import FILE as METRICS_FILE
from engine.book.roles import CONTRACTS
from engine.errors import UsageError
from engine.language.names import suggest
from engine.language.types import Name, Stage

METRICS, LIMITS = (file.removesuffix(".csv") for file in (METRICS_FILE, LIMITS_FILE))


@dataclass(frozen=True, slots=True)
class ListedName:
    """One name.

    Attributes:
        name: The name.
        type: Its kind, and its unit if it is a number.
        source: Where its value comes from: `parameter`, `market`, `position`, `metric` or `measure`.
        tables: Tables that see it.
        scopes: Of a measure, the scopes of the limits that see it; else empty.
        flat: Its value without a position; None where that means nothing.
        words: Words that it may be, if they are declared.
        meaning: One line for people.
    """

    name: str
    type: str
    source: str
    tables: tuple[str, ...]
    scopes: tuple[str, ...]
    flat: float | None
    words: tuple[str, ...]
    meaning: str


def list_names(path: Path, table: str | None = None) -> list[ListedName]:
    """Every name of the book in a folder, or those that one table sees.

    Raises:
        BookErrors: Every fault of the book.
        UsageError: There is no such table.
    """
    compiled = compile_book(load_draft(path))
    known = [METRICS, *CONTRACTS, LIMITS]
    if table is not None and table not in known:
        hint = suggest(table, known) or f"tables are {', '.join(known)}"
        raise UsageError(f'there is no table "{table}"; {hint}')
    listed = [*_list_scope(compiled), *_list_own(), *_list_measures()]
    return [name for name in listed if table is None or table in name.tables]


def _list_scope(compiled: CompiledBook) -> list[ListedName]:
    """Names of parameters, market data, positions and metrics."""
    flat = list_flat_values(compiled.book.manifest.pairing.legs)
    metrics = {metric.name for metric in compiled.book.metrics}
    return [
        _list_name(name, "metric" if name.name in metrics else _name_source(name), flat.get(name.name))
        for name in compiled.scope.names.values()
    ]


def _name_source(name: Name) -> str:
    return str(name.stage.name.lower())


def _list_name(name: Name, source: str, flat: float | None) -> ListedName:
    roles = [role for role, contract in CONTRACTS.items() if name.stage <= contract.sees]
    metrics = [METRICS] if name.stage <= Stage.POSITION else []
    words = tuple(sorted(name.vocabulary or ()))
    tables = (*metrics, *roles, LIMITS)
    return ListedName(name.name, str(name.type), source, tables, (), flat, words, name.meaning)


def _list_own() -> list[ListedName]:
    """Names that only one decision table sees."""
    return [
        ListedName(
            *(name.name, str(name.type), "order", (role,), ()),
            *(None, tuple(sorted(name.vocabulary or ())), name.meaning),
        )
        for role, contract in CONTRACTS.items()
        for name in contract.names
    ]


def _list_measures() -> list[ListedName]:
    typed = {name.name: name for name in type_measures()}
    return [
        ListedName(
            *(measure.name, str(typed[measure.name].type), "measure", (LIMITS,)),
            *(measure.scopes, None, (), measure.meaning),
        )
        for measure in MEASURES
    ]
