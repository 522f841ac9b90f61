"""Checking scenarios: names, values, inheritance, and what they expect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.book.measures import type_measures
from engine.book.parameters import Parameter
from engine.book.roles import CONTRACTS
from engine.book.scenarios.expectation import LIMITS, read_breaches, read_expectation
from engine.book.scenarios.sheet import EXPECT, FILE, LIKE, TABLE, Scenario, ScenarioSheet
from engine.errors import Diagnostic
from engine.language.given import read_setting
from engine.language.names import Scope, suggest
from engine.language.types import Name, Stage
from engine.tables.checked import CheckedTable


@dataclass(frozen=True, slots=True)
class Trials:
    """What scenarios may try.

    Attributes:
        tables: Decision tables that are sound.
        limits: Ids of the limits; None where they have faults.
        missing: Decision tables that the book does not have.
    """

    tables: Mapping[str, CheckedTable]
    limits: Sequence[str] | None
    missing: tuple[str, ...] = ()


def list_input_names(known: Scope) -> Scope:
    """Every name that a scenario may give a value to, but parameters."""
    own = [name for contract in CONTRACTS.values() for name in contract.names]
    below = [name for name in known.names.values() if name.stage > Stage.PARAMETER]
    return Scope({name.name: name for name in (*type_measures(), *own)}).with_names(below)


def check_scenarios(
    sheet: ScenarioSheet,
    known: Scope,
    parameters: Sequence[Parameter],
    trials: Trials,
) -> list[Diagnostic]:
    """Every fault of a sheet of scenarios.

    Args:
        sheet: The sheet.
        known: Every name of the book.
        parameters: Its parameters.
        trials: What they may try.
    """
    names, by_name = list_input_names(known), {parameter.name: parameter for parameter in parameters}
    faults = list(_check_headers(sheet, names, by_name))
    for scenario in sheet.rows:
        faults += [
            fault.at(file=FILE, row=scenario.row, column=header)
            for header, fault in (
                *_check_values(scenario, names, by_name),
                *_check_like(scenario, sheet),
                *_check_expectation(scenario, known, trials),
            )
        ]
    return sorted(faults, key=lambda fault: fault.row or 0)


def _check_headers(
    sheet: ScenarioSheet, names: Scope, parameters: Mapping[str, Parameter]
) -> Iterator[Diagnostic]:
    for header in sheet.inputs:
        if names.find(header) is None and header not in parameters:
            hint = suggest(header, [*names.names, *parameters, EXPECT])
            yield Diagnostic("name.unknown", f'unknown name "{header}"', hint, FILE, 1, header)


def _check_values(
    scenario: Scenario, names: Scope, parameters: Mapping[str, Parameter]
) -> Iterator[tuple[str, Diagnostic]]:
    for header, text in scenario.inputs.items():
        name = names.find(header)
        if header in parameters:
            value: object = parameters[header].change(text)
        else:
            value = None if name is None else _read_word(name, text)
        if isinstance(value, Diagnostic):
            yield header, value


def _read_word(name: Name, text: str) -> object:
    """The value of an input; a word that a closed vocabulary does not have is mistyped."""
    value = read_setting(name, text)
    words = name.vocabulary
    if isinstance(value, str) and words is not None and value not in words and not name.open:
        hint = suggest(value, sorted(words)) or f"it is one of {', '.join(sorted(words))}"
        return Diagnostic("word.unknown", f"unknown word `{value}`", hint)
    return value


def _check_like(scenario: Scenario, sheet: ScenarioSheet) -> Iterator[tuple[str, Diagnostic]]:
    by_id = {each.id: each for each in sheet.rows}
    if scenario.like and scenario.like not in by_id:
        hint = suggest(scenario.like, by_id) or "name the id of another row"
        yield LIKE, Diagnostic("scenario.like", f'there is no scenario "{scenario.like}"', hint)
        return
    seen, current = [scenario.id], by_id.get(scenario.like)
    while current is not None and current.id not in seen:
        seen.append(current.id)
        current = by_id.get(current.like)
    if current is not None and current.id == scenario.id:
        path = " → ".join([*seen, scenario.id])
        yield LIKE, Diagnostic("scenario.like", f"it inherits from itself: {path}", "break the circle")


def _check_expectation(scenario: Scenario, known: Scope, trials: Trials) -> Iterator[tuple[str, Diagnostic]]:
    if not scenario.table:
        if scenario.expect:
            message, hint = "a row that tries no table expects nothing", "name the table, or clear the cell"
            yield EXPECT, Diagnostic("scenario.expect", message, hint)
        return
    known_tables = [*CONTRACTS, LIMITS]
    if scenario.table not in known_tables:
        hint = suggest(scenario.table, known_tables) or f"tables are {', '.join(known_tables)}"
        yield TABLE, Diagnostic("scenario.table", f'there is no table "{scenario.table}" to try', hint)
    elif scenario.table in trials.missing or (scenario.table == LIMITS and trials.limits == []):
        message = f"{scenario.table}.csv, which the scenario tries, is missing or empty"
        yield TABLE, Diagnostic("scenario.table", message, "add it, or take the scenario out")
    elif not scenario.expect:
        yield EXPECT, Diagnostic("scenario.expect", "nothing is expected", "write a rule, or `default`")
    elif scenario.table in trials.tables or (scenario.table == LIMITS and trials.limits is not None):
        found = (
            read_breaches(scenario, trials.limits or ())
            if scenario.table == LIMITS
            else read_expectation(scenario, trials.tables[scenario.table], known)
        )
        yield from ((EXPECT, fault) for fault in (found if isinstance(found, list) else []))
