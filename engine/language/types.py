"""Types, stages and the typed names that a text may use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import IntEnum, StrEnum

from engine.language.units import PLAIN, Unit

Value = float | bool | str | datetime | date | time | None
"""A value of one cell of a frame; None is unknown."""


class Kind(StrEnum):
    """What sort of value an expression has."""

    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    DATE = "date"
    TIME = "time"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Type:
    """The type of an expression: its kind and, for a number, its unit."""

    kind: Kind
    unit: Unit = PLAIN

    @property
    def phrase(self) -> str:
        """As messages name it, with its article."""
        return f"an {self}" if self.kind is Kind.INSTANT else f"a {self}"

    def __str__(self) -> str:
        """As messages name it."""
        if self.kind is not Kind.NUMBER or self.unit.dimension == PLAIN.dimension:
            return str(self.kind)
        if self.unit.dimension == self.unit.name:
            return self.unit.name
        return f"{self.unit.dimension} in {self.unit.name}"


NUMBER = Type(Kind.NUMBER)
TEXT = Type(Kind.TEXT)
BOOLEAN = Type(Kind.BOOLEAN)
INSTANT = Type(Kind.INSTANT)
DATE = Type(Kind.DATE)
TIME = Type(Kind.TIME)
NULL = Type(Kind.NULL)


class Stage(IntEnum):
    """When the value of a name is known; a formula has the highest stage of its names."""

    CONSTANT = 0
    PARAMETER = 1
    MARKET = 2
    POSITION = 3
    BOOK = 4


@dataclass(frozen=True, slots=True)
class Name:
    """A name that texts may use.

    Attributes:
        name: The identifier.
        type: Its type and unit.
        stage: When its value is known.
        vocabulary: The words that a text column's cells may hold without quotes, if any are declared.
        meaning: One line for people.
        minimum: Least value that the number can have, in its unit; None has no bound.
        maximum: Largest value.
        open: Whether a text column may have other values than the words of its vocabulary.
    """

    name: str
    type: Type
    stage: Stage = Stage.MARKET
    vocabulary: frozenset[str] | None = None
    meaning: str = ""
    minimum: float | None = None
    maximum: float | None = None
    open: bool = False
