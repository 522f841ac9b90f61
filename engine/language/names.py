"""Scopes: which names a text may use, and what a wrong name may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import polars as pl

from engine.errors import BookErrors, Diagnostic
from engine.language.lexing import KEYWORDS
from engine.language.quantities import Quantity, read_quantity
from engine.language.types import Kind, Name, Stage, Type
from engine.language.units import find_unit, infer_unit

_KIND_WORDS = {
    "number": Kind.NUMBER,
    "text": Kind.TEXT,
    "string": Kind.TEXT,
    "boolean": Kind.BOOLEAN,
    "instant": Kind.INSTANT,
    "date and time": Kind.INSTANT,
    "date": Kind.DATE,
    "time": Kind.TIME,
}
_PYTHON_KINDS: tuple[tuple[type, Kind], ...] = (
    (bool, Kind.BOOLEAN),
    (int, Kind.NUMBER),
    (float, Kind.NUMBER),
    (Decimal, Kind.NUMBER),
    (str, Kind.TEXT),
    (datetime, Kind.INSTANT),
    (date, Kind.DATE),
    (time, Kind.TIME),
)

Schema = Mapping[str, Any]
"""Names to types and units.

A type is a Polars dtype (`pl.Float64`), a Python type (`float`), a word (`"number"`, `"text"`, `"boolean"`,
`"instant"`, `"date"`, `"time"`), a unit (`"bps"`, `"hours"`, `"usd"`, …), both (`"number bps"` or
`("number", "bps")`), a list or set of words (a text column with that vocabulary), a `Type` or a `Name`.
A number without a unit takes the one that stands in its name (`age_hours`)."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that a text may use, with their types.

    Attributes:
        names: Every name by its identifier.
        elsewhere: What to say of names that other texts see and these do not.
    """

    names: Mapping[str, Name]
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    def find(self, name: str) -> Name | None:
        """The name, or None."""
        return self.names.get(name)

    def with_names(self, more: Iterable[Name]) -> Scope:
        """A scope with further names; a later name hides an earlier one."""
        return replace(self, names={**self.names, **{name.name: name for name in more}})

    def up_to(self, stage: Stage) -> Scope:
        """The scope with those names only whose values are known by a stage."""
        return replace(self, names={key: name for key, name in self.names.items() if name.stage <= stage})


def build_scope(schema: Schema, parameters: Mapping[str, Any] | None = None) -> Scope:
    """The scope of a schema and the types of the parameters' values.

    Raises:
        BookErrors: for an unknown type or unit, an unreadable parameter, or a name in both.
    """
    names: dict[str, Name] = {}
    faults: list[Diagnostic] = []
    for name, declared in schema.items():
        read = read_name(name, declared)
        if isinstance(read, Diagnostic):
            faults.append(read)
        else:
            names[name] = read
    for name, value in (parameters or {}).items():
        if name in names:
            faults.append(
                Diagnostic("name.twice", f'"{name}" is both a column and a parameter', "rename one of them")
            )
            continue
        quantity = read_quantity(name, value)
        if isinstance(quantity, Diagnostic):
            faults.append(quantity)
        else:
            names[name] = Name(name, quantity.type, Stage.PARAMETER)
    if faults:
        raise BookErrors(faults)
    return Scope(names)


def read_name(name: str, declared: Any) -> Name | Diagnostic:
    """The typed name that a schema's entry declares."""
    if isinstance(declared, Name):
        return declared
    if isinstance(declared, Type):
        return Name(name, declared)
    if isinstance(declared, pl.DataType) or (
        isinstance(declared, type) and issubclass(declared, pl.DataType)
    ):
        return _of_dtype(name, declared)
    if isinstance(declared, type):
        kind = next((kind for python, kind in _PYTHON_KINDS if issubclass(declared, python)), None)
        return _unknown_type(name, declared.__name__) if kind is None else _of_kind(name, kind)
    if isinstance(declared, (frozenset, set, list)):
        return Name(name, Type(Kind.TEXT), vocabulary=frozenset(str(word) for word in declared))
    words = list(declared) if isinstance(declared, tuple) else _split_words(str(declared))
    return _of_words(name, [str(word) for word in words if word])


def _split_words(text: str) -> list[str]:
    return [text] if text in _KIND_WORDS else text.replace(",", " ").split()


def _of_words(name: str, words: list[str]) -> Name | Diagnostic:
    kind, unit = Kind.NUMBER, None
    for word in words:
        if word in _KIND_WORDS:
            kind = _KIND_WORDS[word]
        else:
            unit = find_unit(word)
            if unit is None:
                return _unknown_type(name, word)
    if unit is not None:
        return Name(name, Type(kind, unit)) if kind is Kind.NUMBER else _unknown_type(name, " ".join(words))
    return _of_kind(name, kind)


def _of_kind(name: str, kind: Kind) -> Name:
    return Name(name, Type(kind, infer_unit(name)) if kind is Kind.NUMBER else Type(kind))


def _of_dtype(name: str, dtype: Any) -> Name | Diagnostic:
    if dtype.is_numeric():
        return _of_kind(name, Kind.NUMBER)
    if isinstance(dtype, pl.Enum):
        return Name(name, Type(Kind.TEXT), vocabulary=frozenset(dtype.categories.to_list()))
    for example, kind in (
        (pl.Boolean, Kind.BOOLEAN),
        (pl.String, Kind.TEXT),
        (pl.Categorical, Kind.TEXT),
        (pl.Datetime, Kind.INSTANT),
        (pl.Date, Kind.DATE),
        (pl.Time, Kind.TIME),
    ):
        if dtype == example:
            return Name(name, Type(kind))
    return _unknown_type(name, str(dtype))


def _unknown_type(name: str, word: str) -> Diagnostic:
    close = suggest(
        word, [*_KIND_WORDS, "ratio", "apr", "bps", "hours", "days", "s", "usd", "price", "quantity"]
    )
    return Diagnostic("type.unknown", f'"{name}" has an unknown type or unit "{word}"', close)


def suggest(word: str, known: Iterable[str]) -> str:
    """`did you mean "…"?` with the closest of the known words, or nothing."""
    candidates = list(known)
    letters = sorted(word.casefold())
    same = [each for each in candidates if each.casefold() == word.casefold()]
    swapped = [each for each in candidates if sorted(each.casefold()) == letters]
    close = same or swapped or difflib.get_close_matches(word, candidates, n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else ""


def explain_name(word: str, scope: Scope, functions: Iterable[str]) -> str:
    """What an unknown name may have meant."""
    habits = {
        "True": "true",
        "TRUE": "true",
        "False": "false",
        "FALSE": "false",
        "None": "null",
        "NULL": "null",
        "nil": "null",
        "NaN": "null",
        "nan": "null",
    }
    if word in habits:
        return f"write `{habits[word]}`"
    if word in functions:
        return f"`{word}` is a function: write `{word}(…)`"
    if word in scope.elsewhere:
        return scope.elsewhere[word]
    return suggest(word, [*scope.names, *KEYWORDS]) or f'a text needs double quotes: "{word}"'


__all__ = ["Quantity", "Schema", "Scope", "build_scope", "explain_name", "read_name", "suggest"]
