"""Formulas of legs: the equity that each ties up, and its quantity beside that of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.book.catalogue import CAPITAL_PER_NOTIONAL
from engine.book.manifest import FILE, Manifest
from engine.errors import Diagnostic
from engine.language.check import Checked, check_formula
from engine.language.core import Apply, Core, walk
from engine.language.names import Scope
from engine.language.types import Kind, Stage
from engine.language.units import PLAIN


def check_capitals(manifest: Manifest, known: Scope) -> tuple[tuple[Core, ...], list[Diagnostic]]:
    """Check the equity that each leg ties up per unit of notional, a formula over parameters.

    Args:
        manifest: Says the formulas.
        known: Every name of the book.

    Returns:
        The checked formula of each leg, if all are sound, and the faults.
    """
    parameters = known.up_to(Stage.PARAMETER).names
    own = Scope({name: each for name, each in parameters.items() if name != CAPITAL_PER_NOTIONAL.name})
    checked = [check_formula(text, own, kind=Kind.NUMBER, unit=PLAIN) for text in manifest.capitals]
    return _take(checked, "capital")


def check_weights(manifest: Manifest, known: Scope) -> tuple[tuple[Core, ...], list[Diagnostic]]:
    """Check the weight of each leg, a formula over parameters, columns of the market and metrics of these.

    Arguments and what is returned as in `check_capitals`.
    """
    scope = known.up_to(Stage.MARKET)
    return _take([_check_weight(text, scope) for text in manifest.weights], "weight")


def _check_weight(text: str, scope: Scope) -> Checked:
    checked = check_formula(text, scope, kind=Kind.NUMBER)
    core = checked.core
    if core is None or not _sees_other_rows(core):
        return checked
    message, hint = "a weight sees one time and one row only", "make it a metric"
    return Checked(None, (Diagnostic("table.history", message, hint),))


def _sees_other_rows(core: Core) -> bool:
    return any(isinstance(node, Apply) and node.function.scope != "row" for node in walk(core))


def _take(checked: Sequence[Checked], key: str) -> tuple[tuple[Core, ...], list[Diagnostic]]:
    faults = [
        replace(fault.at(file=FILE, column=f"legs.{place}.{key}"), start=None, end=None)
        for place, each in enumerate(checked, 1)
        for fault in each.diagnostics
    ]
    return tuple(each.core for each in checked if each.core is not None), faults
