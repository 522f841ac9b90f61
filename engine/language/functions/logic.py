"""Comparisons and three-valued logic."""

from __future__ import annotations

import operator
from typing import Any

import polars as pl

from engine.language.functions.declaration import Argument, Function, Opcode
from engine.language.types import Kind

_ANY: tuple[Kind, ...] = ()
_LEFT, _RIGHT = Argument("left", _ANY), Argument("right", _ANY)
_BOOLEANS = (Argument("left", (Kind.BOOLEAN,)), Argument("right", (Kind.BOOLEAN,)))


def _conjoin(a: bool | None, b: bool | None) -> bool | None:
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def _disjoin(a: bool | None, b: bool | None) -> bool | None:
    if a is True or b is True:
        return True
    return None if a is None or b is None else False


def _choose(condition: bool | None, then: Any, otherwise: Any) -> Any:
    return None if condition is None else then if condition else otherwise


def _choose_column(condition: pl.Expr, then: pl.Expr, otherwise: pl.Expr) -> pl.Expr:
    # Polars takes an unknown condition for false; here it makes the result unknown.
    return pl.when(condition).then(then).when(~condition).then(otherwise)


AT_LEAST = Function(
    ">=", (_LEFT, _RIGHT), Kind.BOOLEAN, operator.ge, operator.ge, "not less", opcode=Opcode.AT_LEAST
)
MORE = Function(">", (_LEFT, _RIGHT), Kind.BOOLEAN, operator.gt, operator.gt, "more", opcode=Opcode.MORE)
AT_MOST = Function(
    "<=", (_LEFT, _RIGHT), Kind.BOOLEAN, operator.le, operator.le, "not more", opcode=Opcode.AT_MOST
)
LESS = Function("<", (_LEFT, _RIGHT), Kind.BOOLEAN, operator.lt, operator.lt, "less", opcode=Opcode.LESS)
SAME = Function(
    "=", (_LEFT, _RIGHT), Kind.BOOLEAN, operator.eq, operator.eq, "exactly equal", opcode=Opcode.SAME
)
IS_UNKNOWN = Function(
    "= null",
    (Argument("value", _ANY),),
    Kind.BOOLEAN,
    lambda x: x.is_null(),
    lambda x: x is None,
    "whether the value is unknown",
    strict=False,
    opcode=Opcode.IS_UNKNOWN,
)
AND = Function(
    "and",
    _BOOLEANS,
    Kind.BOOLEAN,
    operator.and_,
    _conjoin,
    "false if either is false, true if both are true, else unknown",
    strict=False,
    opcode=Opcode.AND,
)
OR = Function(
    "or",
    _BOOLEANS,
    Kind.BOOLEAN,
    operator.or_,
    _disjoin,
    "true if either is true, false if both are false, else unknown",
    strict=False,
    opcode=Opcode.OR,
)
NOT = Function(
    "not",
    (Argument("negand", (Kind.BOOLEAN,)),),
    Kind.BOOLEAN,
    operator.invert,
    operator.not_,
    "true for false, false for true, unknown for unknown",
    examples=(("not(1 > 2)", "true"),),
    opcode=Opcode.NOT,
)
CHOOSE = Function(
    "if",
    (Argument("condition", (Kind.BOOLEAN,)), Argument("then", _ANY), Argument("else", _ANY)),
    Kind.NUMBER,
    _choose_column,
    _choose,
    "the second value if the condition holds, the third if it does not, unknown if that is unknown",
    strict=False,
    guarded=(),
    closed=True,
    repeats=True,
    opcode=Opcode.CHOOSE,
)
