"""The glossary of a workbook: every name, unit and function that a cell may use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.book.book import Book
from engine.book.catalogue import build_catalogue
from engine.book.compile import CompiledBook, check_texts
from engine.language.names import Scope
from engine.language.reference import list_column_units, list_functions, list_unit_words
from engine.language.types import Kind, Name, Stage
from engine.language.units import PLAIN

_WHERE = {Stage.PARAMETER: "parameter", Stage.MARKET: "market data"}
_WORDS_AT_MOST = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the glossary.

    Attributes:
        where: What it is or where it comes from: market data, a parameter, a unit, a function.
        name: As it is written.
        unit: What it measures.
        meaning: One line for people.
        example: How it is used, or made.
    """

    where: str
    name: str
    unit: str
    meaning: str
    example: str = ""


def list_glossary(book: Book | None) -> tuple[Entry, ...]:
    """The glossary of a book; what cannot be known of one with faults is left out.

    Args:
        book: The book as far as it could be read; None leaves the units and functions.
    """
    names = () if book is None else tuple(_list_names(book))
    return (*names, *_list_language())


def _list_names(book: Book) -> Iterable[Entry]:
    """The book's own names first, those of market data after them."""
    scope = _find_scope(book)
    formulas = {metric.name: metric for metric in book.metrics}
    own, given = [], []
    for name in scope.names.values():
        metric = formulas.get(name.name)
        if metric is not None:
            own.append(Entry("metric", name.name, _write_unit(name), metric.note, metric.formula))
        elif name.stage is Stage.PARAMETER:
            own.append(_describe(name))
        else:
            given.append(_describe(name))
    return (*own, *given)


def _find_scope(book: Book) -> Scope:
    checked = check_texts(book)
    if isinstance(checked, CompiledBook):
        return checked.scope
    return build_catalogue(book.manifest.pairing.legs, book.manifest.words)


def _describe(name: Name) -> Entry:
    where = _WHERE.get(name.stage, name.stage.name.lower())
    words = sorted(name.vocabulary or ())
    example = ", ".join(words[:_WORDS_AT_MOST]) + (" …" if len(words) > _WORDS_AT_MOST else "")
    return Entry(where, name.name, _write_unit(name), name.meaning, example)


def _write_unit(name: Name) -> str:
    """The unit of a number, or the kind of any other value."""
    if name.type.kind is not Kind.NUMBER or name.type.unit == PLAIN:
        return str(name.type.kind)
    return name.type.unit.name


def _list_language() -> Iterable[Entry]:
    for word, measures, example in list_unit_words():
        yield _plain("unit behind a number", word, measures, "", example)
    for word, measures, size in list_column_units():
        yield _plain("unit of a column", word, measures, f"one is {size}")
    for title, rows in list_functions():
        for call, gives, example in rows:
            yield _plain(f"function: {title.lower()}", call, "", gives, example)


def _plain(where: str, name: str, unit: str, meaning: str, example: str = "") -> Entry:
    """An entry of the generated reference, without the marks of Markdown."""
    return Entry(where, *(text.replace("`", "") for text in (name, unit, meaning, example)))
