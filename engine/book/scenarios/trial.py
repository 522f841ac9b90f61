"""Trying scenarios: each is a market of one pair at one time, seen by one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl

from engine.book.bind import BoundBook, bind
from engine.book.catalogue import list_flat_values
from engine.book.compile import CompiledBook
from engine.book.scenarios.check import list_input_names
from engine.book.scenarios.expectation import LIMITS, Expectation, read_breaches, read_expectation
from engine.book.scenarios.sheet import Scenario
from engine.errors import BookErrors, Diagnostic
from engine.language.core import columns_of
from engine.language.given import read_setting, set_values
from engine.language.names import Scope
from engine.language.passes import Passes, plan_passes
from engine.language.to_python import evaluate_row
from engine.language.types import Name, Type, Value
from engine.tables.bind import CompiledTable
from engine.tables.explain.view import RuleView
from engine.tables.read import RESERVED_OUTPUTS

_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_ONE_PAIR = "scenario"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a limit bounds in a scenario.

    Attributes:
        header: The measure, as written.
        value: Its value; None is unknown.
        type: Its type and unit.
        test: What it must be, as written.
    """

    header: str
    value: Value
    type: Type
    test: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A scenario, and what came of it.

    Attributes:
        scenario: The scenario.
        passed: Whether the table said what was expected.
        found: What it said, in the words of an expectation.
        outputs: Value of each output of a decision table.
        decided: The rule that decides, or the limits that are breached.
        hit: Every rule that is true, or every limit whose measure is known.
        missed: Of a scenario that fails, the rule that was expected with what each cell of it says; where no
            rule was, the one that decides.
        measured: Of limits that were expected and are not breached, or the reverse, the measure of each.
    """

    scenario: Scenario
    passed: bool
    found: str
    outputs: Mapping[str, Value]
    decided: tuple[str, ...]
    hit: tuple[str, ...]
    missed: RuleView | None = None
    measured: Mapping[str, Measured] = field(default_factory=dict)


def try_scenarios(compiled: CompiledBook) -> tuple[Tried, ...]:
    """Try every scenario of a book that tries a table.

    What a scenario gives stands in the place of market data, of what is known of a position or the book, of
    a metric's formula, or of a parameter's value. What it does not give is unknown; names about positions
    are as they are without one.
    """
    bench = _Bench(compiled, list_input_names(compiled.scope))
    return tuple(bench.attempt(scenario) for scenario in compiled.book.scenarios.rows if scenario.table)


@dataclass(slots=True)
class _Bench:
    """Binds the book once for each set of parameters, and plans once for each set of given metrics."""

    compiled: CompiledBook
    names: Scope
    bound: dict[tuple[tuple[str, str], ...], BoundBook] = field(default_factory=dict)
    plans: dict[tuple[int, frozenset[str]], Passes] = field(default_factory=dict)

    def attempt(self, scenario: Scenario) -> Tried:
        """What the table of a scenario says, beside what is expected."""
        given = self.compiled.book.scenarios.resolve(scenario)
        own = {parameter.name for parameter in self.compiled.book.parameters}
        bound = self._bind(tuple((name, text) for name, text in given.items() if name in own))
        row = self._measure(bound, {name: text for name, text in given.items() if name not in own})
        return (
            _try_limits(bound, scenario, row)
            if scenario.table == LIMITS
            else self._try_table(bound, scenario, row)
        )

    def _bind(self, parameters: tuple[tuple[str, str], ...]) -> BoundBook:
        if parameters not in self.bound:
            self.bound[parameters] = bind(self.compiled, dict(parameters))
        return self.bound[parameters]

    def _measure(self, bound: BoundBook, given: Mapping[str, str]) -> pl.DataFrame:
        """One row: what is given, metrics computed from it, null for the rest."""
        names = self.names
        texts = {name: text for name, text in given.items() if names.find(name) is not None}
        values = {name: _read(names.names[name], text) for name, text in texts.items()}
        flat = list_flat_values(self.compiled.book.manifest.pairing.legs)
        timed = {name for name, core in bound.formulas.items() if "ts" in columns_of(core)}
        # Nobody said what time it is, so that what asks for it is unknown.
        computed = bound.formulas.keys() - values.keys() - (set() if "ts" in values else timed)
        inputs = {name: values.get(name, flat.get(name)) for name in names.names if name not in computed}
        stand_in: dict[str, Value] = {"ts": _SOME_TIME, "pair": _ONE_PAIR}
        filled = {name: stand_in.get(name) if value is None else value for name, value in inputs.items()}
        typed = [(names.names[name], each) for name, each in filled.items()]
        frame = set_values(pl.DataFrame({"·": [0]}), typed)
        measured = self._plan(bound, frozenset(computed)).evaluate(frame)
        hidden = [(names.names[name], None) for name in stand_in if inputs[name] is None]
        return set_values(measured, hidden)

    def _plan(self, bound: BoundBook, computed: frozenset[str]) -> Passes:
        key = id(bound), computed
        if key not in self.plans:
            self.plans[key] = plan_passes(
                {name: core for name, core in bound.formulas.items() if name in computed}
            )
        return self.plans[key]

    def _try_table(self, bound: BoundBook, scenario: Scenario, row: pl.DataFrame) -> Tried:
        table = bound.tables[scenario.table]
        (result,) = table.evaluate(row, tell=True).to_dicts()
        true, _ = table.matches(row)
        hit = tuple(rule.id for place, rule in enumerate(table.table.rules) if true[place, 0])
        decided = () if result["rule"] is None else (result["rule"],)
        outputs = {name: value for name, value in result.items() if name not in RESERVED_OUTPUTS}
        expected = read_expectation(scenario, self.compiled.tables[scenario.table], self.compiled.scope)
        passed = isinstance(expected, Expectation) and expected.accepts(
            result["state"], decided, outputs, bound.parameters
        )
        told = result["rule"] or result["state"]
        found = f"{told} by {', '.join(result['possible'])}" if result["possible"] else told
        missed = None if passed else _find_missed(table, row, expected, decided)
        return Tried(scenario, passed, found, outputs, decided, hit, missed)


def _read(name: Name, text: str) -> Value:
    """The value of an input whose text is checked."""
    value = read_setting(name, text)
    if isinstance(value, Diagnostic):
        raise BookErrors([value])
    return value


def _find_missed(
    table: CompiledTable,
    row: pl.DataFrame,
    expected: Expectation | list[Diagnostic],
    decided: tuple[str, ...],
) -> RuleView | None:
    """The rule that a scenario expects, or else the one that decides, with what each cell says."""
    wanted = expected.rules if isinstance(expected, Expectation) and expected.rules else decided
    places = [place for place, rule in enumerate(table.table.rules) if rule.id in wanted]
    return table.explain(row).view_rule(0, places[0]) if places else None


def _try_limits(bound: BoundBook, scenario: Scenario, row: pl.DataFrame) -> Tried:
    values = row.row(0, named=True)
    results = {limit.limit.id: evaluate_row(limit.test, values) for limit in bound.limits}
    breached = tuple(name for name, holds in results.items() if holds is False)
    known = tuple(name for name, holds in results.items() if holds is not None)
    expected = read_breaches(scenario, results)
    passed = isinstance(expected, Expectation) and set(breached) == set(expected.rules)
    wanted = expected.rules if isinstance(expected, Expectation) else ()
    measured = {
        limit.limit.id: Measured(
            limit.limit.measure, evaluate_row(limit.measure, values), limit.measure.type, limit.limit.must_be
        )
        for limit in bound.limits
        if (limit.limit.id in wanted) != (limit.limit.id in breached)
    }
    found = ", ".join(breached) or "default"
    return Tried(scenario, passed, found, {}, breached, known, measured=measured)
