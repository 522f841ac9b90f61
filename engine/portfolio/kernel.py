"""The loop compiled to machine code: the same functions, the same bytes, for replay and sweeps."""

from __future__ import annotations

import math
from functools import cache
from inspect import getmembers, isfunction
from types import ModuleType
from typing import TYPE_CHECKING, cast

import numba
from numba.extending import overload, register_jitable

from engine.language import interpreter
from engine.language.functions import scalars
from engine.portfolio import (
    allocation,
    calendar,
    drawdown,
    exits,
    fills,
    gates,
    holdings,
    judging,
    lots,
    margin,
    measures,
    prospects,
    repairs,
    risk,
    scratch,
    series,
    settlement,
    sizing,
    step,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.portfolio.arrays import World

_MODULES: tuple[ModuleType, ...] = (
    *(scalars, interpreter, calendar, lots, series, risk, margin, drawdown, holdings, judging, measures),
    *(gates, fills, settlement, scratch, sizing, prospects, repairs, allocation, exits, step),
)


@cache
def compile_advance() -> Callable[[World, int, int], int]:
    """`engine.portfolio.step.advance` in machine code; the first call of a process compiles it."""
    overload(scalars.power)(_compile_power)
    for module in _MODULES:
        for _, function in getmembers(module, isfunction):
            if function.__module__ == module.__name__ and function is not scalars.power:
                register_jitable(function)
    return cast("Callable[[World, int, int], int]", numba.njit(step.advance))


def _compile_power(base: float, exponent: float) -> Callable[[float, float], float]:  # noqa: ARG001 - types
    """`scalars.power` where nothing is raised: what is not finite is unknown to the interpreter anyway."""

    def power(base: float, exponent: float) -> float:
        return math.pow(base, exponent)

    return power
