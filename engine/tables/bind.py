"""From a checked table and the values of its parameters to one that evaluates frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from engine.errors import BookErrors, Diagnostic
from engine.language.bind import bind
from engine.language.core import Constant, Core, columns_of
from engine.language.quantities import Quantity
from engine.language.to_polars import to_polars
from engine.tables.checked import CheckedTable
from engine.tables.match import match_rules
from engine.tables.model import Table
from engine.tables.policies import Choice, choose_first
from engine.tables.results import Results, bind_results, select_columns

RULE, DEFAULT, UNKNOWN = "rule", "default", "unknown"
"""States of a result: a rule fires, no rule fires, or missing data leaves open which."""


@dataclass(frozen=True, slots=True)
class CompiledTable:
    """A table that evaluates frames.

    Attributes:
        table: As written.
        columns: Columns that a frame must have.
        subjects: For each input column, what its cells test.
        tests: For each rule, its tests that do not accept everything, by the place of their input column.
        shared: The distinct tests as expressions.
        cells: For each rule, the places of its tests in `shared`.
        results: The outputs.
    """

    table: Table
    columns: tuple[str, ...]
    subjects: tuple[Core, ...]
    tests: tuple[Mapping[int, Core], ...]
    shared: tuple[pl.Expr, ...]
    cells: tuple[tuple[int, ...], ...]
    results: tuple[Results, ...]

    def evaluate(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Decide every row of a frame.

        Args:
            frame: The columns of the schema that the table was compiled for; NaN is unknown.

        Returns:
            A row for each row of the frame: a column for each output; `rule`, id of the rule that decides,
            null if none does; `state`: `rule`, `default` (no rule fires, outputs are the defaults) or
            `unknown` (outputs are null); `possible`, ids of the rules that missing data leaves open and that
            make the result unknown. Where rules are left open but all readings give the same outputs, the
            result is known, and `rule` is the one that decides if all of them are false.

        Raises:
            BookErrors: The frame lacks a column.
        """
        self._require_columns(frame)
        matches = match_rules(select_columns(frame, self.shared), self.cells, frame.height)
        values = [output.evaluate(frame) for output in self.results]
        codes = [output.number(column) for output, column in zip(self.results, values, strict=True)]
        choice = choose_first(matches, codes)
        unknown = choice.unknown
        outputs = [
            output.pick(column, choice.winner, unknown)
            for output, column in zip(self.results, values, strict=True)
        ]
        return pl.DataFrame([*outputs, *self._tell(choice)])

    def _require_columns(self, frame: pl.DataFrame) -> None:
        missing = [name for name in self.columns if name not in frame.columns]
        if missing:
            hint = "add it, with null where it is not known"
            raise BookErrors(
                Diagnostic("frame.column", f'the frame has no column "{name}"', hint, self.table.file)
                for name in missing
            )

    def _tell(self, choice: Choice) -> list[pl.Series]:
        """Which rule decides, and which leave the result open."""
        rules = len(self.table.rules)
        unknown = choice.unknown
        ids = pl.Series([*(rule.id for rule in self.table.rules), None], dtype=pl.String)
        states = np.where(unknown, 2, np.where(choice.winner < rules, 0, 1))
        row, rule = np.nonzero(choice.doubt.T)
        ends = np.searchsorted(row, np.arange(unknown.size + 1))
        doubts = ids.gather(rule).to_list()
        possible = [doubts[start:end] for start, end in pairwise(ends.tolist())]
        return [
            ids.gather(np.where(unknown, rules, choice.winner)).alias("rule"),
            pl.Series([RULE, DEFAULT, UNKNOWN]).gather(states).alias("state"),
            pl.Series("possible", possible, dtype=pl.List(pl.String)),
        ]


def bind_table(checked: CheckedTable, parameters: Mapping[str, Quantity]) -> CompiledTable:
    """Give a checked table the values of its parameters.

    Args:
        checked: The table.
        parameters: A value for each parameter that its texts use.
    """
    tests = tuple(
        {place: test for place, test in enumerate(_bind_all(row, parameters)) if not _accepts_all(test)}
        for row in checked.tests
    )
    shared = list(dict.fromkeys(test for row in tests for test in row.values()))
    places = {test: place for place, test in enumerate(shared)}
    rows = [_bind_all(row, parameters) for row in (*checked.results, checked.default)]
    names = [output.name for output in checked.table.outputs]
    results = tuple(
        bind_results(name, column) for name, column in zip(names, zip(*rows, strict=True), strict=True)
    )
    used = [*shared, *(core for output in results for core in output.cores)]
    return CompiledTable(
        checked.table,
        tuple(dict.fromkeys(name for core in used for name in columns_of(core))),
        _bind_all(checked.subjects, parameters),
        tests,
        tuple(to_polars(test) for test in shared),
        tuple(tuple(places[test] for test in row.values()) for row in tests),
        results,
    )


def _bind_all(cores: Iterable[Core], parameters: Mapping[str, Quantity]) -> tuple[Core, ...]:
    return tuple(bind(core, parameters) for core in cores)


def _accepts_all(test: Core) -> bool:
    return isinstance(test, Constant) and test.value is True
