"""Functions of numbers."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

from engine.language.standard.arithmetic import negate
from engine.language.standard.decimals import CONTEXT, settle
from engine.language.standard.declaration import declare
from engine.language.standard.faults import NoValueError
from engine.language.standard.temporal import DayTimeDuration, YearMonthDuration

_SCALE_LEAST, _SCALE_MOST = -6111, 6176
_TWO = Decimal(2)


def _round(number: Decimal, scale: Decimal, rounding: str) -> Decimal:
    """The number with `scale` digits after the point; negative scales round before the point."""
    if not _SCALE_LEAST <= scale <= _SCALE_MOST:
        raise NoValueError("number.scale", f"a scale reaches from {_SCALE_LEAST} to {_SCALE_MOST}")
    places = int(scale)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return number
    return settle(number.quantize(Decimal((0, (1,), -places)), rounding=rounding, context=CONTEXT))


@declare(
    "decimal(n: number, scale: number)",
    "The number with that many digits after the point, halves to the even digit.",
)
def round_half_even(number: Decimal, scale: Decimal) -> Decimal:
    """See the declaration."""
    return _round(number, scale, ROUND_HALF_EVEN)


@declare("floor(n: number, scale: number?)", "The greatest number with that many digits that is not above n.")
def round_floor(number: Decimal, scale: Decimal = Decimal(0)) -> Decimal:
    """See the declaration."""
    return _round(number, scale, ROUND_FLOOR)


@declare("ceiling(n: number, scale: number?)", "The least number with that many digits that is not below n.")
def round_ceiling(number: Decimal, scale: Decimal = Decimal(0)) -> Decimal:
    """See the declaration."""
    return _round(number, scale, ROUND_CEILING)


@declare("round up(n: number, scale: number)", "The number with that many digits, rounded away from zero.")
def round_up(number: Decimal, scale: Decimal) -> Decimal:
    """See the declaration."""
    return _round(number, scale, ROUND_UP)


@declare("round down(n: number, scale: number)", "The number with that many digits, rounded towards zero.")
def round_down(number: Decimal, scale: Decimal) -> Decimal:
    """See the declaration."""
    return _round(number, scale, ROUND_DOWN)


@declare(
    "round half up(n: number, scale: number)",
    "The nearest number with that many digits, halves away from zero.",
)
def round_half_up(number: Decimal, scale: Decimal) -> Decimal:
    """See the declaration."""
    return _round(number, scale, ROUND_HALF_UP)


@declare(
    "round half down(n: number, scale: number)",
    "The nearest number with that many digits, halves towards zero.",
)
def round_half_down(number: Decimal, scale: Decimal) -> Decimal:
    """See the declaration."""
    return _round(number, scale, ROUND_HALF_DOWN)


@declare(
    "abs(n: number | duration)",
    "The number or duration without its sign.",
)
def measure_size(value: Decimal | DayTimeDuration | YearMonthDuration) -> object:
    """See the declaration."""
    if isinstance(value, Decimal):
        return abs(value)
    count = value.nanoseconds if isinstance(value, DayTimeDuration) else value.months
    return negate(value) if count < 0 else value


@declare(
    "modulo(dividend: number, divisor: number)", "The remainder of a division, with the sign of the divisor."
)
def find_remainder(dividend: Decimal, divisor: Decimal) -> Decimal:
    """See the declaration."""
    if divisor == 0:
        raise NoValueError("number.division", "a number is divided by zero", "test the divisor before")
    rest = settle(CONTEXT.remainder(dividend, divisor))
    return settle(CONTEXT.add(rest, divisor)) if rest != 0 and (rest < 0) != (divisor < 0) else rest


@declare("sqrt(number: number)", "The square root of a number that is not negative.", steps=15)
def find_root(number: Decimal) -> Decimal:
    """See the declaration."""
    if number < 0:
        raise NoValueError("number.domain", "a negative number has no square root")
    return settle(CONTEXT.sqrt(number))


@declare("log(number: number)", "The natural logarithm of a positive number.", steps=15)
def find_logarithm(number: Decimal) -> Decimal:
    """See the declaration."""
    if number <= 0:
        raise NoValueError("number.domain", "only positive numbers have a logarithm")
    return settle(CONTEXT.ln(number))


@declare("exp(number: number)", "Euler's number raised to a power.", steps=15)
def find_exponential(number: Decimal) -> Decimal:
    """See the declaration."""
    return settle(CONTEXT.exp(number))


@declare("odd(number: number)", "Whether a number is odd.")
def is_odd(number: Decimal) -> bool:
    """See the declaration."""
    return abs(find_remainder(number, _TWO)) == 1


@declare("even(number: number)", "Whether a number is even.")
def is_even(number: Decimal) -> bool:
    """See the declaration."""
    return find_remainder(number, _TWO) == 0
