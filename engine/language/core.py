"""The typed tree: a checked text, with names resolved and units converted.

It has four kinds of nodes only. Everything that computes is an `Apply` of a `Function`, so that each of
the three targets (Polars, plain Python, program) is a few lines.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from engine.language.functions.declaration import Function
from engine.language.types import Kind, Stage, Type, Value
from engine.language.units import PLAIN, Unit


@dataclass(frozen=True, slots=True)
class Constant:
    """A value written in the text; a number with a unit keeps its exact count until it meets a column."""

    value: Value
    type: Type
    exact: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the book, counted in the unit of `type`; its value comes when the text is bound."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the frame."""

    name: str
    type: Type
    stage: Stage


@dataclass(frozen=True, slots=True)
class Apply:
    """A function applied to arguments.

    Attributes:
        function: What is applied.
        arguments: What it is applied to.
        type: Kind and unit of the result.
        stage: The highest stage of the names below.
        size: Nodes below and including this one, a shared one counted each time.
        digest: Its hash.
    """

    function: Function
    arguments: tuple[Core, ...]
    type: Type
    stage: Stage = field(init=False, compare=False, repr=False)
    size: int = field(init=False, compare=False, repr=False)
    digest: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # Kept, because arguments may be shared: looking below each time could take forever.
        stages = (stage_of(argument) for argument in self.arguments)
        object.__setattr__(self, "stage", max(stages, default=Stage.CONSTANT))
        object.__setattr__(self, "size", 1 + sum(size_of(argument) for argument in self.arguments))
        object.__setattr__(self, "digest", hash((self.function, self.arguments, self.type)))

    def __hash__(self) -> int:
        return self.digest


Core = Constant | Parameter | Column | Apply


def stage_of(core: Core) -> Stage:
    """The highest stage of the names below `core`."""
    match core:
        case Constant():
            return Stage.CONSTANT
        case Parameter():
            return Stage.PARAMETER
        case Column(stage=stage) | Apply(stage=stage):
            return stage


def size_of(core: Core) -> int:
    """How many nodes `core` has."""
    return core.size if isinstance(core, Apply) else 1


def walk(core: Core) -> Iterator[Core]:
    """`core` and everything below it."""
    yield core
    if isinstance(core, Apply):
        for argument in core.arguments:
            yield from walk(argument)


def columns_of(core: Core) -> tuple[str, ...]:
    """The columns that `core` reads, each once, in the order of the text."""
    return tuple(dict.fromkeys(node.name for node in walk(core) if isinstance(node, Column)))


def fold_evenly(cores: Sequence[Core], join: Callable[[Core, Core], Core]) -> Core:
    """All of them joined two by two, as a tree without deep branches; the order is kept."""
    if len(cores) == 1:
        return cores[0]
    middle = len(cores) // 2
    return join(fold_evenly(cores[:middle], join), fold_evenly(cores[middle:], join))


def number(value: Decimal | float | str, unit: Unit = PLAIN) -> Constant:
    """A number as a constant; text and Decimal are taken exactly and rounded to float64 once.

    A number beyond float64 is unknown.
    """
    exact = Decimal(value) if not isinstance(value, float) else Decimal(repr(value))
    rounded = float(exact)
    if not math.isfinite(rounded):
        return Constant(None, Type(Kind.NUMBER, unit))
    return Constant(rounded, Type(Kind.NUMBER, unit), exact)
