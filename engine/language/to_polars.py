"""Polars expressions: every row of a frame at once.

Unknown is null. Polars itself takes `NaN >= 0.5` for true, so no NaN or infinity may reach a comparison.
Guards are set only where one can arise: sums and products never make an infinite value finite again, so
one guard at the end of a chain of them says the same as a guard after each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import polars as pl

from engine.language.core import Apply, Column, Constant, Core, Parameter
from engine.language.functions import arithmetic, logic
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
class Emitted:
    """An expression, and whether it is known to be finite or null in every row."""

    expression: pl.Expr
    finite: bool

    def guard(self) -> pl.Expr:
        """The expression with null for what is not finite."""
        return self.expression if self.finite else keep_finite(self.expression)


def keep_finite(expression: pl.Expr) -> pl.Expr:
    """`expression` with null for NaN and infinities."""
    return pl.when(expression.is_finite()).then(expression)


def to_polars(core: Core, axes: Axes | None = None, *, clean: bool = False) -> pl.Expr:
    """A bound text as a Polars expression.

    Args:
        core: A bound typed tree.
        axes: Which columns tell pairs and times apart, for functions of other rows.
        clean: Whether numeric columns are known to be float64 without NaN and infinities, and divisors
            spread out: no column that Polars keeps as one value for all rows.
    """
    return Emitter(axes or Axes(), clean).emit(core).guard()


@dataclass(frozen=True, slots=True)
class Emitter:
    """Turns bound typed trees into expressions.

    Attributes:
        axes: Which columns tell pairs and times apart.
        clean: Whether numeric columns are known to be float64 without NaN and infinities, and divisors
            spread out: no column that Polars keeps as one value for all rows.
        compute_before: Takes a part that the expression would repeat or have to guard, and returns the
            column in which it will stand, finite or null. None keeps everything in one expression.
        spread: Returns a column that holds a number in every row.
    """

    axes: Axes
    clean: bool
    compute_before: Callable[[Apply], pl.Expr] | None = None
    spread: Callable[[float], pl.Expr] | None = None

    def emit(self, core: Core) -> Emitted:
        """The expression of a bound typed tree."""
        match core:
            case Constant(value=value):
                return Emitted(pl.lit(value, dtype=DTYPES[core.type.kind]), finite=True)
            case Column():
                return self._emit_column(core)
            case Parameter(name=name):
                raise ValueError(f'parameter "{name}" is not bound')
            case Apply(function=function) if function is logic.CHOOSE:
                return self._emit_choice(core)
            case Apply():
                return self._emit_apply(core)

    def _emit_column(self, column: Column) -> Emitted:
        expression = pl.col(column.name)
        if self.clean:
            return Emitted(expression, finite=True)
        cast = expression.cast(DTYPES[column.type.kind])
        return Emitted(cast, finite=column.type.kind is not Kind.NUMBER)

    def _emit_choice(self, apply: Apply) -> Emitted:
        """A choice; with a null branch it needs half the work."""
        condition, then, otherwise = apply.arguments
        first, second = self.emit(then), self.emit(otherwise)
        finite = first.finite and second.finite
        if isinstance(otherwise, Constant) and otherwise.value is None:
            return Emitted(pl.when(self.emit(condition).expression).then(first.expression), finite)
        test = self._emit_argument(apply.function, condition, 0).expression
        return Emitted(apply.function.polars(test, first.expression, second.expression), finite)

    def _emit_apply(self, apply: Apply) -> Emitted:
        function = apply.function
        inputs: list[object] = [self.axes] if function.scope != "row" else []
        finite = True
        for position, argument in enumerate(apply.arguments):
            declared = function.arguments[min(position, len(function.arguments) - 1)]
            if declared.constant:
                inputs.append(_constant_value(argument))
                continue
            emitted = self._emit_argument(function, argument, position)
            finite = finite and emitted.finite
            inputs.append(emitted.expression)
        numeric = apply.type.kind is Kind.NUMBER
        return Emitted(self._apply(apply, inputs), finite=not numeric or (function.closed and finite))

    def _apply(self, apply: Apply, inputs: list[Any]) -> pl.Expr:
        if self.clean and apply.function is arithmetic.DIVIDE and not may_be_uniform(apply.arguments[1]):
            return cast("pl.Expr", inputs[0] / inputs[1])
        if self.spread is not None and apply.function is arithmetic.DIVIDE:
            divisor = apply.arguments[1]
            if isinstance(divisor, Constant) and isinstance(divisor.value, float):
                return cast("pl.Expr", inputs[0] / self.spread(divisor.value))
        return apply.function.polars(*inputs)

    def _emit_argument(self, function: Function, argument: Core, position: int) -> Emitted:
        emitted = self.emit(argument)
        must_be_finite = function.guarded is None or position in function.guarded
        unguarded = must_be_finite and not emitted.finite
        worthwhile = unguarded or (function.repeats and _is_long(argument))
        if self.compute_before is not None and isinstance(argument, Apply) and worthwhile:
            return Emitted(self.compute_before(argument), finite=True)
        return Emitted(emitted.guard(), finite=True) if unguarded else emitted


def may_be_uniform(core: Core) -> bool:
    """Whether Polars may keep the value as one for all rows; columns of a frame are taken as spread out.

    It does so with literals, and with a choice that falls on a literal in every row.
    """
    if not isinstance(core, Apply) or core.function.scope != "row":
        return isinstance(core, Constant) and core.value is not None
    test = any if core.function.repeats else all
    return test(may_be_uniform(argument) for argument in core.arguments)


def _is_long(core: Core) -> bool:
    """Whether computing it twice costs more than a column of its own."""
    return isinstance(core, Apply) and any(isinstance(argument, Apply) for argument in core.arguments)


def _constant_value(argument: Core) -> object:
    if not isinstance(argument, Constant):
        raise TypeError("a fixed argument is not bound")
    return argument.value
