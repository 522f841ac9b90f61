"""A sheet of named formulas: checked, put in order, evaluated in a few wide passes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import polars as pl

from engine.errors import Diagnostic
from engine.language.bind import bind
from engine.language.carried import Carried, carry_formulas
from engine.language.check import check_formula
from engine.language.core import Apply, Core, stage_of, walk
from engine.language.lexing import KEYWORDS
from engine.language.names import Scope
from engine.language.parse import parse_formula
from engine.language.passes import Passes, plan_passes
from engine.language.quantities import Quantity
from engine.language.recent import Recent, plan_recent
from engine.language.syntax import Name as NameNode
from engine.language.syntax import Node, children
from engine.language.types import Name, Stage
from engine.language.units import find_unit

_FEW = 4  # below this part of a frame's rows, looking back from each alone is faster than from all


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of the sheet.

    Attributes:
        name: Name of the column it adds.
        formula: Its expression.
        unit: Declared unit word; empty takes the one that comes out.
        row: Line of the file, for faults.
        note: Free text.
        minimum: Least value it can have, as written; for analysis of gaps.
        maximum: Largest value it can have, as written.
    """

    name: str
    formula: str
    unit: str = ""
    row: int | None = None
    note: str = ""
    minimum: str = ""
    maximum: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A checked sheet.

    Attributes:
        formulas: Typed trees by metric, in an order in which each only reads those before it.
        scope: The scope it was given and its own names.
        diagnostics: Every fault, placed by row and column; without any the sheet can be bound.
    """

    formulas: Mapping[str, Core]
    scope: Scope
    diagnostics: tuple[Diagnostic, ...]

    def bind(self, parameters: Mapping[str, Quantity]) -> BoundSheet:
        """The sheet with the values of its parameters."""
        formulas = {name: bind(core, parameters) for name, core in self.formulas.items()}
        return BoundSheet(formulas, plan_passes(formulas), plan_recent(formulas))


@dataclass(frozen=True, slots=True)
class BoundSheet:
    """A sheet ready to be evaluated.

    Attributes:
        formulas: Typed trees by metric, bound.
        passes: The same as wide passes, built once and used for every frame.
        recent: The same for some rows of a frame.
    """

    formulas: Mapping[str, Core]
    passes: Passes
    recent: Recent

    def evaluate(self, frame: pl.DataFrame, wanted: pl.Series | None = None) -> pl.DataFrame:
        """The wanted rows of `frame` with a column per metric.

        Args:
            frame: Its numbers must be float64 without NaN and infinities.
            wanted: Of each row whether it is wanted; all rows of one time are, or none. None wants all.
        """
        if wanted is None:
            return self.passes.evaluate(frame)
        if wanted.sum() * _FEW > frame.height:
            return self.passes.evaluate(frame).filter(wanted)
        return self.recent.evaluate(frame, wanted).select(*frame.columns, *self.passes.names)

    def carry(self) -> Carried:
        """The sheet for one time after the other, which has seen nothing yet."""
        return carry_formulas(self.formulas, self.passes.names)


def check_metrics(metrics: Sequence[Metric], scope: Scope, *, file: str = "metrics.csv") -> Sheet:
    """Check a sheet: names, order, formulas, declared units; faults are placed in `file`."""
    faults = _check_names(metrics, scope, file)
    by_name = {metric.name: metric for metric in metrics}
    order, cycles = _order(by_name, file)
    faults.extend(cycles)
    formulas: dict[str, Core] = {}
    for name in order:
        core, found = _check_metric(by_name[name], scope, file)
        faults.extend(found)
        if core is not None:
            formulas[name] = core
            scope = scope.with_names(
                [Name(name, core.type, max(stage_of(core), Stage.MARKET), meaning=by_name[name].note)]
            )
    hidden = {name for name in by_name if name not in formulas}
    return Sheet(formulas, scope, _drop_consequences(faults, hidden))


def _check_names(metrics: Iterable[Metric], scope: Scope, file: str) -> list[Diagnostic]:
    faults: list[Diagnostic] = []
    seen: set[str] = set()
    for metric in metrics:
        fault = None
        if not metric.name.isidentifier() or metric.name in KEYWORDS:
            fault = Diagnostic("metric.name", f'"{metric.name}" is not a name', "use letters, digits and `_`")
        elif metric.name in seen:
            fault = Diagnostic("metric.twice", f'metric "{metric.name}" stands twice', "rename one of them")
        elif scope.find(metric.name) is not None:
            fault = Diagnostic(
                "name.reserved", f'"{metric.name}" is already a name of the book or the market', "rename it"
            )
        seen.add(metric.name)
        if fault is not None:
            faults.append(fault.at(file=file, row=metric.row, column="name"))
    return faults


def _order(metrics: Mapping[str, Metric], file: str) -> tuple[list[str], list[Diagnostic]]:
    """Names in an order of dependence; a circle is reported at its members, which are left out."""
    reads = {name: _names_in(metric.formula) & metrics.keys() for name, metric in metrics.items()}
    faults: list[Diagnostic] = []
    while True:
        try:
            return list(
                TopologicalSorter({name: sorted(read) for name, read in reads.items()}).static_order()
            ), faults
        except CycleError as error:
            circle = list(reversed(error.args[1]))
            path = " → ".join(circle)
            metric = metrics[circle[0]]
            fault = Diagnostic(
                "metric.cycle", f"metrics depend on each other in a circle: {path}", "break the circle"
            )
            faults.append(fault.at(file=file, row=metric.row, column="formula"))
            reads = {name: read - set(circle) for name, read in reads.items() if name not in circle}


def _names_in(formula: str) -> set[str]:
    tree = parse_formula(formula).tree
    found: set[str] = set()
    stack: list[Node] = [] if tree is None else [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, NameNode):
            found.add(node.name)
        stack.extend(children(node))
    return found


def _check_metric(metric: Metric, scope: Scope, file: str) -> tuple[Core | None, list[Diagnostic]]:
    unit = find_unit(metric.unit) if metric.unit else None
    faults: list[Diagnostic] = []
    if metric.unit and unit is None:
        fault = Diagnostic(
            "unit.unknown", f"unknown unit `{metric.unit}`", "leave it empty, or take one of the reference"
        )
        faults.append(fault.at(file=file, row=metric.row, column="unit"))
    checked = check_formula(metric.formula, scope, unit=unit, in_sheet=True)
    faults.extend(found.at(file=file, row=metric.row, column="formula") for found in checked.diagnostics)
    if checked.core is not None and _looks_back_on_positions(checked.core):
        fault = Diagnostic(
            "metric.history",
            "a value of a position has no history over the market",
            "look back on market values only",
        )
        faults.append(fault.at(file=file, row=metric.row, column="formula"))
    return checked.core, faults


def _looks_back_on_positions(core: Core) -> bool:
    return any(
        isinstance(node, Apply) and node.function.scope != "row" and stage_of(node) > Stage.MARKET
        for node in walk(core)
    )


def _drop_consequences(faults: list[Diagnostic], hidden: set[str]) -> tuple[Diagnostic, ...]:
    """The faults without those that only say that a faulty metric is missing, in reading order."""
    own = [
        f
        for f in faults
        if f.code != "name.unknown" or not any(f'name "{name}"' in f.message for name in hidden)
    ]
    return tuple(sorted(own, key=lambda fault: (fault.row or 0, fault.column or "", fault.start or 0)))
