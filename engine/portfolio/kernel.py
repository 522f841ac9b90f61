"""The loop compiled to machine code: the same functions, the same bytes, for replay and sweeps.

Compiled code passes the world from function to function as a reference. As a tuple each of its forty arrays
would be taken apart and counted at every call, which took half as long again to compile.

Compiling takes minutes, once: the result is kept in the user's folder of caches, by the bytes of the engine.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from inspect import getmembers, isfunction
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, cast

import numba
from numba.core.types import StructRef, unliteral
from numba.experimental import structref
from numba.extending import overload, register_jitable
from platformdirs import user_cache_path

from engine.language import interpreter
from engine.language.functions import scalars
from engine.portfolio import (
    allocation,
    arrays,
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
    from collections.abc import Callable, Iterator

    from engine.portfolio.arrays import World

_MODULES: tuple[ModuleType, ...] = (
    *(scalars, interpreter, calendar, lots, series, risk, margin, drawdown, holdings, judging, measures),
    *(gates, fills, settlement, scratch, sizing, prospects, repairs, allocation, exits, step),
)
_TUPLES: tuple[Any, ...] = (arrays.Program, arrays.Signals, arrays.State, arrays.Output, arrays.World)
_REFERENCES: tuple[Any, ...] = tuple(type(f"_{each.__name__}", (), {}) for each in _TUPLES)
_Program, _Signals, _State, _Output, _World = _REFERENCES
_MADE = {each.__name__: reference for each, reference in zip(_TUPLES, _REFERENCES, strict=True)}
"""What a function of the loop gets in the place of the tuples that it makes."""


@cache
def compile_advance() -> Callable[[World, int, int], int]:
    """`engine.portfolio.step.advance` in machine code; the first call compiles it, or finds it compiled.

    Raises:
        OSError: There is no place to keep it; `NUMBA_CACHE_DIR` may name one.
    """
    references: Any = structref
    for each, reference in zip(_TUPLES, _REFERENCES, strict=True):
        kind = references.register(type(reference.__name__, (_Reference,), {}))
        references.define_constructor(reference, kind, list(each._fields))
    overload(scalars.power)(_compile_power)
    for module in _MODULES:
        for _, function in getmembers(module, isfunction):
            if function.__module__ != module.__name__ or function is scalars.power:
                continue
            if _MADE.keys() & set(function.__code__.co_names):
                overload(function, strict=False)(_compile_made(function))
            else:
                register_jitable(function)
    with _keep_compiled():
        return cast("Callable[[World, int, int], int]", numba.njit(_advance, cache=True))


@contextmanager
def _keep_compiled() -> Iterator[None]:
    """Have what is declared here kept where no other version of the engine finds it.

    Numba looks at the file of a function alone, and not at those that it calls.
    """
    config: Any = numba.config
    named = config.CACHE_DIR
    root = Path(named) if named else user_cache_path("carrybook", appauthor=False)
    kept = root / _digest_engine()
    kept.mkdir(parents=True, exist_ok=True)
    config.CACHE_DIR = str(kept)
    try:
        yield
    finally:
        config.CACHE_DIR = named


def _digest_engine() -> str:
    """Stands for the bytes of every room that the loop calls."""
    digest, root = sha256(), Path(__file__).parent.parent
    for room in ("language", "market", "portfolio"):
        for file in sorted((root / room).rglob("*.py")):
            digest.update(f"{file.relative_to(root)}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


class _Reference(StructRef):
    """A reference to fields of any type."""

    def preprocess_fields(self, fields: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, Any], ...]:
        """Fields keep no literal values."""
        strip: Any = unliteral
        return tuple((name, strip(kind)) for name, kind in fields)


def _advance(world: World, first: int, last: int) -> int:
    referred = _World(
        _State(*world.state), _Signals(*world.signals), _Program(*world.program), _Output(*world.output)
    )
    return step.advance(referred, first, last)


def _compile_made(function: FunctionType) -> Callable[..., FunctionType]:
    """A function that makes references where it makes tuples in plain Python."""
    made = FunctionType(function.__code__, {**function.__globals__, **_MADE}, function.__name__)

    def compile_it(*given: Any) -> FunctionType:  # noqa: ARG001 - types
        return made

    return compile_it


def _compile_power(base: float, exponent: float) -> Callable[[float, float], float]:  # noqa: ARG001 - types
    """`scalars.power` where nothing is raised: what is not finite is unknown to the interpreter anyway."""

    def power(base: float, exponent: float) -> float:
        return math.pow(base, exponent)

    return power
