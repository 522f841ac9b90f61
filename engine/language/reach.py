"""How far back a formula looks."""

from __future__ import annotations

from collections.abc import Mapping

from engine.language.core import Apply, Column, Constant, Core
from engine.market.window import STALE_DIVISOR

LOOKING_BACK = ("lag", "window")
"""Scopes of the functions that look back."""


def measure_reach(core: Core, known: Mapping[str, float]) -> float:
    """How many seconds before a row the oldest row can lie that its value depends on.

    Args:
        core: A bound typed tree.
        known: The same of the formulas that it may read.
    """
    match core:
        case Column(name=name):
            return known.get(name, 0.0)
        case Apply(function=function, arguments=(value, Constant(value=float(seconds)))) if (
            function.scope in LOOKING_BACK
        ):
            stale = seconds / STALE_DIVISOR if function.scope == "lag" else 0.0
            return seconds + stale + measure_reach(value, known)
        case Apply(arguments=arguments):
            return max((measure_reach(argument, known) for argument in arguments), default=0.0)
        case _:
            return 0.0


def measure_reaches(formulas: Mapping[str, Core]) -> dict[str, float]:
    """The reach of each of some bound formulas, which may read those before them."""
    reaches: dict[str, float] = {}
    for name, core in formulas.items():
        reaches[name] = measure_reach(core, reaches)
    return reaches
