"""The typed tree: a checked text, with names resolved and units converted.

It has five kinds of nodes only. Everything that computes is an `Apply` of a `Function`, so that each of
the three targets (Polars, plain Python, program) is a few lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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
    """A function applied to arguments."""

    function: Function
    arguments: tuple[Core, ...]
    type: Type


Core = Constant | Parameter | Column | Apply


def stage_of(core: Core) -> Stage:
    """The highest stage of the names below `core`."""
    match core:
        case Constant():
            return Stage.CONSTANT
        case Parameter():
            return Stage.PARAMETER
        case Column(stage=stage):
            return stage
        case Apply(arguments=arguments):
            return max((stage_of(argument) for argument in arguments), default=Stage.CONSTANT)


def walk(core: Core) -> Iterator[Core]:
    """`core` and everything below it."""
    yield core
    if isinstance(core, Apply):
        for argument in core.arguments:
            yield from walk(argument)


def columns_of(core: Core) -> tuple[str, ...]:
    """The columns that `core` reads, each once, in the order of the text."""
    return tuple(dict.fromkeys(node.name for node in walk(core) if isinstance(node, Column)))


def parameters_of(core: Core) -> tuple[str, ...]:
    """The parameters that `core` reads, each once, in the order of the text."""
    return tuple(dict.fromkeys(node.name for node in walk(core) if isinstance(node, Parameter)))


def number(value: Decimal | float | str, unit: Unit = PLAIN) -> Constant:
    """A number as a constant; text and Decimal are taken exactly and rounded to float64 once."""
    exact = Decimal(value) if not isinstance(value, float) else Decimal(repr(value))
    return Constant(float(exact), Type(Kind.NUMBER, unit), exact)
