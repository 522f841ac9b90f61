"""Arithmetic operators."""

from __future__ import annotations

import operator

from engine.language.functions import columns, scalars
from engine.language.functions.declaration import Argument, Function, Opcode
from engine.language.types import Kind

_LEFT, _RIGHT = Argument("left"), Argument("right")

# Infinity and NaN never become finite again in a sum, a difference or a product, so operands need no guard.
NEGATE = Function(
    "-",
    (Argument("n"),),
    Kind.NUMBER,
    operator.neg,
    operator.neg,
    "the number with the other sign",
    unit="first",
    guarded=(),
    closed=True,
    opcode=Opcode.NEGATE,
)
ADD = Function(
    "+",
    (_LEFT, _RIGHT),
    Kind.NUMBER,
    operator.add,
    operator.add,
    "sum",
    unit="common",
    guarded=(),
    opcode=Opcode.ADD,
)
SUBTRACT = Function(
    "-",
    (_LEFT, _RIGHT),
    Kind.NUMBER,
    operator.sub,
    operator.sub,
    "difference",
    unit="common",
    guarded=(),
    opcode=Opcode.SUBTRACT,
)
MULTIPLY = Function(
    "*",
    (_LEFT, _RIGHT),
    Kind.NUMBER,
    operator.mul,
    operator.mul,
    "product",
    guarded=(),
    opcode=Opcode.MULTIPLY,
)
DIVIDE = Function(
    "/",
    (_LEFT, _RIGHT),
    Kind.NUMBER,
    columns.divide,
    scalars.divide,
    "quotient; unknown if the divisor is 0",
    guarded=(1,),
    opcode=Opcode.DIVIDE,
)
POWER = Function(
    "**",
    (_LEFT, _RIGHT),
    Kind.NUMBER,
    lambda a, b: a.pow(b),
    scalars.power,
    "power; unknown where it is not a finite real number",
    opcode=Opcode.POWER,
)
CONCATENATE = Function(
    "+",
    (Argument("left", (Kind.TEXT,)), Argument("right", (Kind.TEXT,))),
    Kind.TEXT,
    operator.add,
    operator.add,
    "two texts joined",
    closed=True,
)
# Beside the largest float64 a column's bound may be infinite: it compares as the finite one does.
LOWER_BOUND = Function(
    "lower bound",
    (Argument("n"),),
    Kind.NUMBER,
    lambda x: x - x.abs() * scalars.TOLERANCE,
    scalars.lower_bound,
    "the least number that still compares as equal",
    unit="first",
    closed=True,
    opcode=Opcode.LOWER_BOUND,
)
UPPER_BOUND = Function(
    "upper bound",
    (Argument("n"),),
    Kind.NUMBER,
    lambda x: x + x.abs() * scalars.TOLERANCE,
    scalars.upper_bound,
    "the largest number that still compares as equal",
    unit="first",
    closed=True,
    opcode=Opcode.UPPER_BOUND,
)
