"""How an operator or a function is declared: once, for all three targets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal

import polars as pl

from engine.language.types import Kind
from engine.language.units import Unit


class Opcode(IntEnum):
    """Instructions of a program; operands are taken from a stack, booleans are 1 and 0, NaN is unknown.

    The interpreter tells groups apart by their order here: those of one operand from ABSOLUTE to LOGARITHM,
    arithmetic up to DIVIDE and MAXIMUM, comparisons up to SAME, rounding at the end.
    """

    CONSTANT = 0
    INPUT = 1
    NEGATE = 2
    ADD = 3
    SUBTRACT = 4
    MULTIPLY = 5
    DIVIDE = 6
    POWER = 7
    MODULO = 8
    MINIMUM = 9
    MAXIMUM = 10
    LOWER_BOUND = 11
    UPPER_BOUND = 12
    AT_LEAST = 13
    MORE = 14
    AT_MOST = 15
    LESS = 16
    SAME = 17
    IS_UNKNOWN = 18
    AND = 19
    OR = 20
    NOT = 21
    CHOOSE = 22
    ABSOLUTE = 23
    SQUARE_ROOT = 24
    EXPONENTIAL = 25
    LOGARITHM = 26
    FLOOR = 27
    CEILING = 28
    ROUND_UP = 29
    ROUND_DOWN = 30
    ROUND_HALF_UP = 31
    ROUND_HALF_DOWN = 32
    ROUND_HALF_EVEN = 33


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter of a function.

    Attributes:
        name: As written in a call by name.
        kinds: The kinds of value it takes; none means any.
        constant: Whether only a value known before any market is seen will do (a window, a pattern).
            The function's `polars` then gets the plain value.
        default: The value if it is left out; `...` if it must be given.
        unit: The unit its value is counted in when the function sees it; None takes any number.
    """

    name: str
    kinds: tuple[Kind, ...] = (Kind.NUMBER,)
    constant: bool = False
    default: Any = ...
    unit: Unit | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """Something that computes a value from values: an operator or a function. Each is equal to itself only.

    Attributes:
        name: As written in a text.
        arguments: Its parameters.
        gives: The kind of the result.
        polars: The result for columns. Unknown is null; a number that is not finite is turned into null
            by the caller. Functions of other rows get the frame's axes first.
        python: The result for single values: the oracle of the two other targets. A number that is not
            finite counts as unknown.
        meaning: One line for people, and for the reference.
        examples: Pairs of a text and its result, run as tests and shown in the reference.
        unit: Where the unit of a numeric result comes from: nothing is known of it ("plain"), the first
            argument's ("first"), or the one that all numeric arguments are brought to ("common").
        strict: Whether any unknown argument makes the result unknown; `python` then never gets None.
        guarded: Positions of the arguments that must be finite or null before the function sees them,
            because it would turn an infinite value into a finite one; None means all.
        closed: Whether finite arguments always give a finite result.
        repeats: Whether `polars` writes its arguments more than once, so that a long one is better
            computed beforehand.
        scope: What it sees: its own row, the latest row of an age ("lag"), the rows of a window
            ("window"), or all rows of the same time ("section").
        opcode: Its instruction in a program, or None if it has none.
        look: For a function that looks back, its result for some rows only, from history, values, seconds
            and the places of the rows; see `engine.language.functions.other_rows`.
        carry: For the same, its result for the latest rows of an `engine.market.tail.Tail`, from the name of
            its values there and seconds.
    """

    name: str
    arguments: tuple[Argument, ...]
    gives: Kind
    polars: Callable[..., pl.Expr]
    python: Callable[..., Any]
    meaning: str
    examples: tuple[tuple[str, str], ...] = ()
    unit: Literal["plain", "first", "common"] = "plain"
    strict: bool = True
    guarded: tuple[int, ...] | None = None
    closed: bool = False
    repeats: bool = False
    scope: Literal["row", "lag", "window", "section"] = "row"
    opcode: Opcode | None = None
    look: Callable[..., pl.Series] | None = None
    carry: Callable[..., pl.Series] | None = None


X = Argument("n")
"""The usual single number."""
