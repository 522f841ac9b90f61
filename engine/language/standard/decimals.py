"""Numbers of the standard: decimals of 34 digits, as in IEEE 754-2008 decimal128."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

from engine.language.standard.faults import NoValueError

CONTEXT = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[])
"""Precision, rounding and range of every number."""

_ZERO = Decimal(0)


def settle(value: Decimal) -> Decimal:
    """`value` rounded to 34 digits; no value if it is infinite or not a number."""
    rounded = CONTEXT.plus(value)
    if not rounded.is_finite():
        raise NoValueError(
            "number.range", "the result is not a finite number", "numbers reach from -1E6145 to 1E6145"
        )
    return rounded


def divide(left: Decimal, right: Decimal) -> Decimal:
    """The quotient; no value if `right` is zero."""
    if right == _ZERO:
        raise NoValueError("number.division", "a number is divided by zero", "test the divisor before")
    return settle(CONTEXT.divide(left, right))


def raise_to_power(number: Decimal, exponent: Decimal) -> Decimal:
    """`number ** exponent`; no value where it is not a real number."""
    if number == _ZERO and exponent == _ZERO:
        return Decimal(1)
    return settle(CONTEXT.power(number, exponent))


def to_integer(number: Decimal) -> int:
    """The whole number; no value if `number` has a fraction or more than 34 digits before the point."""
    if number.adjusted() > 34 or number != number.to_integral_value():
        raise NoValueError("number.whole", f"{spell(number)} is not a whole number")
    return int(number)


def spell(number: Decimal) -> str:
    """The number as plain digits, without exponent and without zeros at the end of the fraction."""
    if number == _ZERO:
        return "0"
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
