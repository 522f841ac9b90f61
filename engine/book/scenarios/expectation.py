"""What a scenario expects: a rule, a state, or a test of the outputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.book.limits import FILE as LIMITS_FILE
from engine.book.scenarios.sheet import Scenario
from engine.errors import Diagnostic
from engine.language.bind import bind
from engine.language.check import check_formula
from engine.language.core import Core
from engine.language.names import Scope, suggest
from engine.language.quantities import Quantity
from engine.language.to_python import evaluate_row
from engine.language.types import Kind, Name, Stage, Value
from engine.tables.checked import CheckedTable

LIMITS = LIMITS_FILE.removesuffix(".csv")
STATES = ("default", "unknown", "violation")
"""What a table may say besides naming a rule: none fires, data are missing, rules clash."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a scenario expects.

    Attributes:
        rules: Ids of the rule that decides, or of all limits that are breached.
        state: One of `STATES`, if that is expected.
        outcome: A test of the outputs, if that is expected.
    """

    rules: tuple[str, ...] = ()
    state: str = ""
    outcome: Core | None = None

    def accepts(
        self, state: str, rules: Sequence[str], outputs: Mapping[str, Value], values: Mapping[str, Quantity]
    ) -> bool:
        """Whether a result is the expected one.

        Args:
            state: State of the result.
            rules: Ids of the rule that decides, or of the limits that are breached.
            outputs: Value of each output.
            values: A value for each parameter.
        """
        if self.outcome is not None:
            return evaluate_row(bind(self.outcome, values), outputs) is True
        if self.state:
            return state == self.state
        return set(rules) == set(self.rules)


def read_expectation(scenario: Scenario, table: CheckedTable, known: Scope) -> Expectation | list[Diagnostic]:
    """What a scenario expects of a decision table, or the faults of what it says.

    Args:
        scenario: The scenario.
        table: The table that it tries.
        known: Names of the book, of which a test of outputs may use the parameters.
    """
    text, ids = scenario.expect, [rule.id for rule in table.table.rules]
    if text in ids:
        return Expectation(rules=(text,))
    if text in STATES:
        return Expectation(state=text)
    outputs = [column.name for column in table.table.outputs]
    typed = [Name(name, core.type) for name, core in zip(outputs, table.default, strict=True)]
    if text.isidentifier() and text not in outputs:
        return [_refuse(text, [*ids, *STATES])]
    parameters = known.up_to(Stage.PARAMETER)
    checked = check_formula(text, parameters.with_names(typed), kind=Kind.BOOLEAN)
    return list(checked.diagnostics) if checked.core is None else Expectation(outcome=checked.core)


def read_breaches(scenario: Scenario, limits: Iterable[str]) -> Expectation | list[Diagnostic]:
    """The limits that a scenario expects to be breached, or the faults of what it says."""
    if scenario.expect in ("default", "none"):
        return Expectation()
    ids, known = [word.strip() for word in scenario.expect.split(",")], [*limits]
    faults = [_refuse(word, [*known, "default"]) for word in ids if word not in known]
    return faults or Expectation(rules=tuple(ids))


def _refuse(text: str, words: Sequence[str]) -> Diagnostic:
    hint = suggest(text, words) or f"expected is one of {', '.join(words)}, or a test such as `keep = 50%`"
    return Diagnostic("scenario.expect", f'"{text}" is nothing that the table can say', hint)
