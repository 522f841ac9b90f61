"""The interpreter of programs: one loop over instructions and a stack of floats.

It uses arrays, floats and plain branches only, so that a compiler can take it as it is.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.language.functions import scalars
from engine.language.functions.declaration import Opcode

_Floats = np.ndarray[Any, np.dtype[np.float64]]
_Integers = np.ndarray[Any, np.dtype[np.int64]]

# Plain integers: an enumeration costs a look-up per instruction.
_CONSTANT, _INPUT = int(Opcode.CONSTANT), int(Opcode.INPUT)
_NEGATE, _NOT, _IS_UNKNOWN = int(Opcode.NEGATE), int(Opcode.NOT), int(Opcode.IS_UNKNOWN)
_ADD, _SUBTRACT, _MULTIPLY, _DIVIDE = (
    int(Opcode.ADD),
    int(Opcode.SUBTRACT),
    int(Opcode.MULTIPLY),
    int(Opcode.DIVIDE),
)
_POWER, _MODULO, _MINIMUM, _MAXIMUM = (
    int(Opcode.POWER),
    int(Opcode.MODULO),
    int(Opcode.MINIMUM),
    int(Opcode.MAXIMUM),
)
_LOWER_BOUND, _UPPER_BOUND = int(Opcode.LOWER_BOUND), int(Opcode.UPPER_BOUND)
_AT_LEAST, _MORE, _AT_MOST, _LESS = (
    int(Opcode.AT_LEAST),
    int(Opcode.MORE),
    int(Opcode.AT_MOST),
    int(Opcode.LESS),
)
_SAME, _AND, _OR, _CHOOSE = int(Opcode.SAME), int(Opcode.AND), int(Opcode.OR), int(Opcode.CHOOSE)
_ABSOLUTE, _SQUARE_ROOT = int(Opcode.ABSOLUTE), int(Opcode.SQUARE_ROOT)
_EXPONENTIAL, _LOGARITHM = int(Opcode.EXPONENTIAL), int(Opcode.LOGARITHM)
_FLOOR, _CEILING, _ROUND_UP, _ROUND_DOWN = (
    int(Opcode.FLOOR),
    int(Opcode.CEILING),
    int(Opcode.ROUND_UP),
    int(Opcode.ROUND_DOWN),
)
_ROUND_HALF_UP, _ROUND_HALF_DOWN = int(Opcode.ROUND_HALF_UP), int(Opcode.ROUND_HALF_DOWN)


def run(opcodes: _Integers, operands: _Integers, constants: _Floats, values: _Floats) -> float:
    """The result of a program for one row of input values; NaN is unknown."""
    stack = np.empty(len(opcodes) + 1, dtype=np.float64)
    top = -1
    for place in range(len(opcodes)):
        opcode = opcodes[place]
        if opcode == _CONSTANT:
            top += 1
            stack[top] = constants[operands[place]]
        elif opcode == _INPUT:
            top += 1
            stack[top] = _known(values[operands[place]])
        elif opcode == _CHOOSE:
            top -= 2
            stack[top] = _choose(stack[top], stack[top + 1], stack[top + 2])
        elif _takes_one(opcode):
            stack[top] = _run_one(opcode, stack[top])
        else:
            top -= 1
            stack[top] = _run_two(opcode, stack[top], stack[top + 1])
    return float(stack[0])


def _known(x: float) -> float:
    return x if math.isfinite(x) else math.nan


def _choose(condition: float, then: float, otherwise: float) -> float:
    if math.isnan(condition):
        return math.nan
    return then if condition == 1.0 else otherwise


def _takes_one(opcode: int) -> bool:
    if _ABSOLUTE <= opcode <= _LOGARITHM:
        return True
    return opcode in (_NEGATE, _NOT, _IS_UNKNOWN, _LOWER_BOUND, _UPPER_BOUND)


def _run_one(opcode: int, x: float) -> float:
    if opcode == _IS_UNKNOWN:
        return 1.0 if math.isnan(x) else 0.0
    if math.isnan(x):
        return math.nan
    if opcode == _NEGATE:
        return -x
    if opcode == _NOT:
        return 1.0 - x
    if opcode == _LOWER_BOUND:
        return _known(scalars.lower_bound(x))
    if opcode == _UPPER_BOUND:
        return _known(scalars.upper_bound(x))
    return _run_function(opcode, x)


def _run_function(opcode: int, x: float) -> float:
    if opcode == _ABSOLUTE:
        return abs(x)
    if opcode == _SQUARE_ROOT:
        return scalars.square_root(x)
    if opcode == _EXPONENTIAL:
        return scalars.exponential(x)
    return scalars.logarithm(x)


def _run_two(opcode: int, a: float, b: float) -> float:
    if opcode == _AND:
        return _conjoin(a, b)
    if opcode == _OR:
        return -_conjoin(1.0 - a, 1.0 - b) + 1.0
    if math.isnan(a) or math.isnan(b):
        return math.nan
    if opcode <= _DIVIDE:
        return _known(_calculate(opcode, a, b))
    if opcode <= _MAXIMUM:
        return _known(_calculate_more(opcode, a, b))
    if opcode <= _SAME:
        return 1.0 if _compare(opcode, a, b) else 0.0
    return _known(_round(opcode, a, b))


def _conjoin(a: float, b: float) -> float:
    if a == 0.0 or b == 0.0:
        return 0.0
    return math.nan if math.isnan(a) or math.isnan(b) else 1.0


def _calculate(opcode: int, a: float, b: float) -> float:
    if opcode == _ADD:
        return a + b
    if opcode == _SUBTRACT:
        return a - b
    if opcode == _MULTIPLY:
        return a * b
    return scalars.divide(a, b)


def _calculate_more(opcode: int, a: float, b: float) -> float:
    if opcode == _POWER:
        return scalars.power(a, b)
    if opcode == _MODULO:
        return scalars.modulo(a, b)
    if opcode == _MINIMUM:
        return min(a, b)
    return max(a, b)


def _compare(opcode: int, a: float, b: float) -> bool:
    if opcode == _AT_LEAST:
        return a >= b
    if opcode == _MORE:
        return a > b
    if opcode == _AT_MOST:
        return a <= b
    if opcode == _LESS:
        return a < b
    return a == b


def _round(opcode: int, x: float, scale: float) -> float:
    if opcode == _FLOOR:
        return scalars.floor(x, scale)
    if opcode == _CEILING:
        return scalars.ceiling(x, scale)
    if opcode == _ROUND_UP:
        return scalars.round_up(x, scale)
    if opcode == _ROUND_DOWN:
        return scalars.round_down(x, scale)
    if opcode == _ROUND_HALF_UP:
        return scalars.round_half_up(x, scale)
    if opcode == _ROUND_HALF_DOWN:
        return scalars.round_half_down(x, scale)
    return scalars.round_half_even(x, scale)
