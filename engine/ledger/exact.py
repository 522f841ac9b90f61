"""Exact decimals: sums and products keep every digit; only a division rounds, to 40 digits, half to even."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, localcontext
from functools import wraps
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")

DIGITS = 40
"""How many significant digits a quotient keeps."""

ZERO = Decimal(0)

# Far more digits than any sum of money needs: what does not fit stops the work instead of being rounded.
_EXACT = Context(prec=10_000, traps=[Inexact, InvalidOperation, DivisionByZero])
_QUOTIENT = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero])


def exactly(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Let a function compute with decimals exactly: Python by itself rounds products to 28 digits."""

    @wraps(function)
    def compute(*arguments: _P.args, **named: _P.kwargs) -> _T:
        with localcontext(_EXACT):
            return function(*arguments, **named)

    return compute


def divide(dividend: Decimal, divisor: Decimal) -> Decimal:
    """A quotient, rounded to `DIGITS` significant digits: one over a price may be no finite decimal."""
    return _QUOTIENT.divide(dividend, divisor)


def decimal_of(number: float) -> Decimal:
    """The decimal that a float stands for: that of its shortest form, so that 0.001 is one thousandth.

    Args:
        number: A finite float, also one of NumPy; an int.

    Raises:
        ValueError: It is not finite.
    """
    plain = number if isinstance(number, int) else float(number)
    decimal = Decimal(repr(plain))
    if not decimal.is_finite():
        raise ValueError(f"{plain} is no amount")
    return decimal
