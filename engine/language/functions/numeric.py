"""Functions of numbers."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from engine.language.functions import columns, scalars
from engine.language.functions.declaration import Argument, Function, Opcode, X
from engine.language.types import Kind

_NUMBER = Argument("number")
_SCALE = Argument("scale", constant=True)


def _scale(x: pl.Expr, scale: float) -> pl.Expr:
    factor: float = 10.0 ** abs(scale)
    return x * factor if scale >= 0.0 else columns.divide_by(x, factor)


def _unscale(x: pl.Expr, scale: float) -> pl.Expr:
    factor: float = 10.0 ** abs(scale)
    return columns.divide_by(x, factor) if scale >= 0.0 else x * factor


def _slack(x: pl.Expr) -> pl.Expr:
    return (x.abs() * scalars.TOLERANCE).clip(upper_bound=scalars.LARGEST_SLACK)


def _reduce(x: pl.Expr) -> pl.Expr:
    return x - _slack(x)


def _raise(x: pl.Expr) -> pl.Expr:
    return x + _slack(x)


def _nearest_above(x: pl.Expr) -> pl.Expr:
    """The nearest whole number, the upper one of two; x + 0.5 would itself be rounded where x is large."""
    raised = _raise(x)
    below = raised.floor()
    return below + (raised - below >= 0.5).cast(pl.Float64)


def _nearest_below(x: pl.Expr) -> pl.Expr:
    reduced = _reduce(x)
    above = reduced.ceil()
    return above - (above - reduced >= 0.5).cast(pl.Float64)


def _floor(x: pl.Expr, scale: float = 0.0) -> pl.Expr:
    return _unscale(_raise(_scale(x, scale)).floor(), scale)


def _ceiling(x: pl.Expr, scale: float = 0.0) -> pl.Expr:
    return _unscale(_reduce(_scale(x, scale)).ceil(), scale)


def _signed(x: pl.Expr, rounded: pl.Expr) -> pl.Expr:
    return pl.when(x < 0).then(-rounded).otherwise(rounded)


def _round_half_even(x: pl.Expr, scale: float) -> pl.Expr:
    scaled = _scale(x.abs(), scale)
    up, down = _nearest_above(scaled), _nearest_below(scaled)
    return _signed(x, _unscale(pl.when(up % 2.0 == 1.0).then(down).otherwise(up), scale))


def _rounding(
    name: str,
    column: Callable[[pl.Expr, float], pl.Expr],
    scalar: Callable[[float, float], float],
    meaning: str,
    opcode: Opcode,
    examples: tuple[tuple[str, str], ...],
) -> Function:
    return Function(
        name,
        (X, _SCALE),
        Kind.NUMBER,
        column,
        scalar,
        meaning,
        examples,
        unit="first",
        repeats=True,
        opcode=opcode,
    )


def _modulo(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return a - b * columns.divide(a, b).floor()


ABS = Function(
    "abs",
    (X,),
    Kind.NUMBER,
    lambda x: x.abs(),
    abs,
    "size of a number, without its sign",
    (("abs(-3)", "3"),),
    unit="first",
    guarded=(),
    closed=True,
    opcode=Opcode.ABSOLUTE,
)
FLOOR = Function(
    "floor",
    (X, Argument("scale", constant=True, default=0.0)),
    Kind.NUMBER,
    _floor,
    scalars.floor,
    "the largest number of `scale` decimals that is not above n",
    (("floor(1.59)", "1"), ("floor(-1.55, 1)", "-1.6")),
    unit="first",
    repeats=True,
    opcode=Opcode.FLOOR,
)
CEILING = Function(
    "ceiling",
    (X, Argument("scale", constant=True, default=0.0)),
    Kind.NUMBER,
    _ceiling,
    scalars.ceiling,
    "the least number of `scale` decimals that is not below n",
    (("ceiling(1.51)", "2"), ("ceiling(-1.55, 1)", "-1.5")),
    unit="first",
    repeats=True,
    opcode=Opcode.CEILING,
)
DECIMAL = _rounding(
    "decimal",
    _round_half_even,
    scalars.round_half_even,
    "rounded to `scale` decimals, a half to the even neighbour",
    Opcode.ROUND_HALF_EVEN,
    (("decimal(2.5, 0)", "2"), ("decimal(1 / 3, 2)", "0.33")),
)
ROUND_UP = _rounding(
    "round up",
    lambda x, scale: _signed(x, _ceiling(x.abs(), scale)),
    scalars.round_up,
    "rounded to `scale` decimals, away from 0",
    Opcode.ROUND_UP,
    (("round up(-5.21, 1)", "-5.3"),),
)
ROUND_DOWN = _rounding(
    "round down",
    lambda x, scale: _signed(x, _floor(x.abs(), scale)),
    scalars.round_down,
    "rounded to `scale` decimals, towards 0",
    Opcode.ROUND_DOWN,
    (("round down(-5.29, 1)", "-5.2"),),
)
ROUND_HALF_UP = _rounding(
    "round half up",
    lambda x, scale: _signed(x, _unscale(_nearest_above(_scale(x.abs(), scale)), scale)),
    scalars.round_half_up,
    "rounded to `scale` decimals, a half away from 0",
    Opcode.ROUND_HALF_UP,
    (("round half up(5.5, 0)", "6"),),
)
ROUND_HALF_DOWN = _rounding(
    "round half down",
    lambda x, scale: _signed(x, _unscale(_nearest_below(_scale(x.abs(), scale)), scale)),
    scalars.round_half_down,
    "rounded to `scale` decimals, a half towards 0",
    Opcode.ROUND_HALF_DOWN,
    (("round half down(5.5, 0)", "5"),),
)
SQRT = Function(
    "sqrt",
    (_NUMBER,),
    Kind.NUMBER,
    lambda x: x.sqrt(),
    scalars.square_root,
    "square root; unknown below 0",
    (("sqrt(16)", "4"),),
    guarded=(),
    opcode=Opcode.SQUARE_ROOT,
)
EXP = Function(
    "exp",
    (_NUMBER,),
    Kind.NUMBER,
    lambda x: x.exp(),
    scalars.exponential,
    "e to the power of the number",
    (("exp(0)", "1"),),
    opcode=Opcode.EXPONENTIAL,
)
LOG = Function(
    "log",
    (_NUMBER,),
    Kind.NUMBER,
    lambda x: x.log(),
    scalars.logarithm,
    "natural logarithm; unknown at 0 and below",
    (("log(1)", "0"),),
    guarded=(),
    opcode=Opcode.LOGARITHM,
)
MODULO = Function(
    "modulo",
    (Argument("dividend"), Argument("divisor")),
    Kind.NUMBER,
    _modulo,
    scalars.modulo,
    "remainder of a division, with the sign of the divisor",
    (("modulo(-12, 5)", "3"),),
    repeats=True,
    opcode=Opcode.MODULO,
)
ODD = Function(
    "odd",
    (_NUMBER,),
    Kind.BOOLEAN,
    lambda x: _modulo(x, pl.lit(2.0)) == 1.0,
    lambda x: scalars.modulo(x, 2.0) == 1.0,
    "whether a whole number is odd",
    (("odd(3)", "true"),),
    repeats=True,
)
EVEN = Function(
    "even",
    (_NUMBER,),
    Kind.BOOLEAN,
    lambda x: _modulo(x, pl.lit(2.0)) == 0.0,
    lambda x: scalars.modulo(x, 2.0) == 0.0,
    "whether a whole number is even",
    (("even(3)", "false"),),
    repeats=True,
)
# An unknown operand must make the result unknown, while Polars' own minimum skips it.
MINIMUM = Function(
    "min",
    (Argument("left"), Argument("right")),
    Kind.NUMBER,
    lambda a, b: pl.when(a < b).then(a).when(a.is_not_null()).then(b),
    min,
    "the smallest of the values",
    (("min(3, 1, 2)", "1"),),
    unit="common",
    closed=True,
    repeats=True,
    opcode=Opcode.MINIMUM,
)
MAXIMUM = Function(
    "max",
    (Argument("left"), Argument("right")),
    Kind.NUMBER,
    lambda a, b: pl.when(a > b).then(a).when(a.is_not_null()).then(b),
    max,
    "the largest of the values",
    (("max(3, 1, 2)", "3"),),
    unit="common",
    closed=True,
    repeats=True,
    opcode=Opcode.MAXIMUM,
)

FUNCTIONS = (
    ABS,
    FLOOR,
    CEILING,
    DECIMAL,
    ROUND_UP,
    ROUND_DOWN,
    ROUND_HALF_UP,
    ROUND_HALF_DOWN,
    SQRT,
    EXP,
    LOG,
    MODULO,
    ODD,
    EVEN,
)
