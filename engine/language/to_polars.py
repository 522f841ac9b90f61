"""Polars expressions: every row of a frame at once.

Unknown is null. Polars itself takes `NaN >= 0.5` for true, so no NaN or infinity may reach a comparison.
Guards are set only where one can arise: sums and products never make an infinite value finite again, so
one guard at the end of a chain of them says the same as a guard after each.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from engine.language.core import Apply, Column, Constant, Core, Parameter
from engine.language.functions.declaration import Function
from engine.language.functions.other_rows import Axes
from engine.language.types import Kind

DTYPES: dict[Kind, pl.DataType] = {
    Kind.NUMBER: pl.Float64(),
    Kind.TEXT: pl.String(),
    Kind.BOOLEAN: pl.Boolean(),
    Kind.INSTANT: pl.Datetime("us", "UTC"),
    Kind.DATE: pl.Date(),
    Kind.TIME: pl.Time(),
    Kind.NULL: pl.Null(),
}
"""The Polars type of each kind of value."""


@dataclass(frozen=True, slots=True)
class _Emitted:
    """An expression, and whether it is finite or null in every row."""

    expression: pl.Expr
    finite: bool

    def guard(self) -> pl.Expr:
        """The expression with null for what is not finite."""
        if self.finite:
            return self.expression
        return pl.when(self.expression.is_finite()).then(self.expression)


def to_polars(core: Core, axes: Axes | None = None, *, clean: bool = False) -> pl.Expr:
    """A bound text as a Polars expression.

    Args:
        core: A bound typed tree.
        axes: Which columns tell pairs and times apart, for functions of other rows.
        clean: Whether numeric columns are known to be float64 without NaN and infinities.
    """
    return _emit(core, axes or Axes(), clean).guard()


def _emit(core: Core, axes: Axes, clean: bool) -> _Emitted:
    match core:
        case Constant():
            return _Emitted(_emit_constant(core), finite=True)
        case Column():
            return _emit_column(core, clean)
        case Parameter(name=name):
            raise ValueError(f'parameter "{name}" is not bound')
        case Apply(function=function):
            return _emit_apply(core, function, axes, clean)


def _emit_constant(constant: Constant) -> pl.Expr:
    return pl.lit(constant.value, dtype=DTYPES[constant.type.kind])


def _emit_column(column: Column, clean: bool) -> _Emitted:
    expression = pl.col(column.name)
    if clean:
        return _Emitted(expression, finite=True)
    cast = expression.cast(DTYPES[column.type.kind])
    return _Emitted(cast, finite=column.type.kind is not Kind.NUMBER)


def _emit_apply(apply: Apply, function: Function, axes: Axes, clean: bool) -> _Emitted:
    emitted = [_emit(argument, axes, clean) for argument in apply.arguments]
    guarded = range(len(emitted)) if function.guarded is None else function.guarded
    inputs: list[object] = [axes] if function.scope != "row" else []
    finite = True
    for position, (argument, value) in enumerate(zip(apply.arguments, emitted, strict=True)):
        declared = function.arguments[min(position, len(function.arguments) - 1)]
        if declared.constant:
            inputs.append(_constant_value(argument))
        elif position in guarded:
            inputs.append(value.guard())
        else:
            inputs.append(value.expression)
            finite = finite and value.finite
    numeric = apply.type.kind is Kind.NUMBER
    return _Emitted(function.polars(*inputs), finite=not numeric or (function.closed and finite))


def _constant_value(argument: Core) -> object:
    if not isinstance(argument, Constant):
        raise TypeError("a fixed argument is not bound")
    return argument.value
