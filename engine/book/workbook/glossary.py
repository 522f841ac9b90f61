"""The glossary of a workbook: every name, unit and function that a cell may use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.book.book import Book
from engine.book.catalogue import build_catalogue
from engine.book.compile import CompiledBook, check_texts
from engine.book.names import ListedName, list_names
from engine.language.names import Scope
from engine.language.reference import list_column_units, list_functions, list_unit_words

_OWN = ("parameter", "metric")
_WORDS_AT_MOST = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the glossary.

    Attributes:
        where: What it is or where it comes from: market data, a parameter, a measure, a unit, a function.
        name: As it is written.
        unit: What it measures.
        meaning: One line for people.
        example: How it is used, or made.
        tables: Of a name, the tables that see it.
    """

    where: str
    name: str
    unit: str
    meaning: str
    example: str = ""
    tables: str = ""


def list_glossary(book: Book | None) -> tuple[Entry, ...]:
    """The glossary of a book; what cannot be known of one with faults is left out.

    Args:
        book: The book as far as it could be read; None leaves the units and functions.
    """
    names = () if book is None else tuple(_list_names(book))
    return (*names, *_list_language())


def _list_names(book: Book) -> Iterable[Entry]:
    """The book's own names first, those that it is given after them."""
    formulas = {metric.name: metric.formula for metric in book.metrics}
    own, given = [], []
    for name in list_names(book, _find_scope(book)):
        if name.source in _OWN:
            own.append(_describe(name, formulas.get(name.name, "")))
        else:
            given.append(_describe(name, _shorten(name.words)))
    return (*own, *given)


def _find_scope(book: Book) -> Scope:
    checked = check_texts(book)
    if isinstance(checked, CompiledBook):
        return checked.scope
    return build_catalogue(book.manifest.pairing.legs, book.manifest.words)


def _describe(name: ListedName, example: str) -> Entry:
    where = "market data" if name.source == "market" else name.source
    return Entry(where, name.name, name.unit, name.meaning, example, name.sight)


def _shorten(words: Sequence[str]) -> str:
    return ", ".join(words[:_WORDS_AT_MOST]) + (" …" if len(words) > _WORDS_AT_MOST else "")


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
