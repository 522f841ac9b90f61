"""The sheet of scenarios, as it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.errors import Diagnostic
from engine.tables.sheet import Row, Sheet, check_cells, read_sheet

FILE = "scenarios.csv"
ID, TABLE, LIKE, EXPECT, NOTE = "id", "table", "like", "then expect", "note"
FIXED = (ID, TABLE, LIKE, EXPECT, NOTE)
_REQUIRED = (ID, TABLE, EXPECT)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario.

    Attributes:
        id: Its name.
        table: The table that it tries; empty for a row that others only inherit from.
        like: The scenario whose inputs it inherits; empty for none.
        inputs: The texts that it gives to names; what is left blank is not among them.
        expect: What the table shall say.
        row: Line of the file.
        note: For people.
    """

    id: str
    table: str
    like: str
    inputs: Mapping[str, str]
    expect: str
    row: int
    note: str


@dataclass(frozen=True, slots=True)
class ScenarioSheet:
    """A sheet of scenarios.

    Attributes:
        inputs: Headers of the columns that give values to names.
        rows: The scenarios.
    """

    inputs: tuple[str, ...]
    rows: tuple[Scenario, ...]

    def resolve(self, scenario: Scenario) -> dict[str, str]:
        """The inputs of a scenario with those that it inherits; a circle ends where it closes."""
        by_id = {each.id: each for each in self.rows}
        chain: list[Scenario] = []
        current: Scenario | None = scenario
        while current is not None and current not in chain:
            chain.append(current)
            current = by_id.get(current.like)
        return {name: text for each in reversed(chain) for name, text in each.inputs.items()}


NO_SCENARIOS = ScenarioSheet((), ())


def read_scenarios(text: str) -> tuple[ScenarioSheet, tuple[Diagnostic, ...]]:
    """Read `scenarios.csv`; names, values and expectations are not checked yet.

    Returns:
        The scenarios with an id of their own, and the faults of form in reading order.
    """
    sheet = read_sheet(text, FILE)
    if not sheet.header:
        return NO_SCENARIOS, sheet.diagnostics
    faults = [*sheet.diagnostics, *check_cells(sheet, frozenset({ID, NOTE, EXPECT}))]
    missing = [
        Diagnostic("sheet.header.missing", f'there is no column "{column}"', "add it", FILE, 1)
        for column in _REQUIRED
        if column not in sheet.header
    ]
    if missing:
        return NO_SCENARIOS, (*faults, *missing)
    inputs = tuple(dict.fromkeys(header for header in sheet.header if header and header not in FIXED))
    rows: list[Scenario] = []
    for row in sheet.rows:
        scenario = _read_scenario(sheet, row, inputs)
        wrong = list(_check_id(scenario, [each.id for each in rows]))
        faults += wrong
        rows += [] if wrong else [scenario]
    return ScenarioSheet(inputs, tuple(rows)), tuple(sorted(faults, key=lambda fault: fault.row or 0))


def _read_scenario(sheet: Sheet, row: Row, inputs: tuple[str, ...]) -> Scenario:
    def take(column: str) -> str:
        place = sheet.find_column(column)
        return "" if place is None else row.cells[place]

    given = {name: take(name) for name in inputs if take(name)}
    return Scenario(take(ID), take(TABLE), take(LIKE), given, take(EXPECT), row.line, take(NOTE))


def _check_id(scenario: Scenario, taken: list[str]) -> Iterator[Diagnostic]:
    if not scenario.id:
        yield Diagnostic("cell.empty", "the id is empty", "fill it in", FILE, scenario.row, ID)
    elif scenario.id in taken:
        message = f'the id "{scenario.id}" stands twice'
        yield Diagnostic("scenario.duplicate", message, "rename one, or take it out", FILE, scenario.row, ID)
