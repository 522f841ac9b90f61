"""From a checked table and the values of its parameters to one that evaluates frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.errors import BookErrors, Diagnostic
from engine.language.bind import bind
from engine.language.core import Constant, Core
from engine.language.quantities import Quantity
from engine.language.types import Kind
from engine.tables.checked import CheckedTable
from engine.tables.collect import Collected, collect
from engine.tables.columns import check_columns, find_columns, sees_other_rows
from engine.tables.explain.build import explain_rows
from engine.tables.explain.explanation import Explanation
from engine.tables.inputs import TableInput, build_inputs, prepare_rows
from engine.tables.model import HitPolicy, Table
from engine.tables.placing import Places
from engine.tables.policies import (
    Likeness,
    Pairs,
    Verdict,
    choose_all,
    choose_any,
    choose_first,
    choose_unique,
    decide_rows,
    find_alike,
    list_all_hits,
)
from engine.tables.ranking import rank_rules, read_allowed
from engine.tables.refusals import Outcomes
from engine.tables.results import Results, bind_results, gather_lists
from engine.tables.violations import Violation, describe_violation
from engine.tables.words import Words

RULE, DEFAULT, UNKNOWN, VIOLATION = "rule", "default", "unknown", "violation"
"""States of a result: rules decide, no rule fires, missing data leaves it open, rules clash."""

_STATES = pl.Series("state", [RULE, DEFAULT, UNKNOWN, VIOLATION])
_BLOCK = 1_000_000
_CHOOSE = {
    HitPolicy.FIRST: choose_first,
    HitPolicy.PRIORITY: choose_first,
    HitPolicy.UNIQUE: choose_unique,
    HitPolicy.ANY: choose_any,
    HitPolicy.RULE_ORDER: choose_all,
    HitPolicy.OUTPUT_ORDER: choose_all,
    HitPolicy.COLLECT: choose_all,
}
_FIRST = (HitPolicy.FIRST, HitPolicy.PRIORITY)
_LISTING = (HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.COLLECT)


@dataclass(frozen=True, slots=True)
class CompiledTable:
    """A table that evaluates frames.

    Attributes:
        table: As written.
        kinds: Columns that a frame must have, with the kinds of their values.
        whole: Whether a frame must not be cut, because some text sees other rows.
        subjects: For each input column, what its cells test.
        tests: For each rule, its tests that do not accept everything, by the place of their input column.
        inputs: What a frame is asked, and the words that answer for the rules.
        order: The rule of the table behind each rule of the words: by priority where the policy ranks.
        results: The outputs, their rules in the same order.
        alike: The rules that give the same outputs as each; None if outputs depend on the row.
        ids: Ids of the rules in `order` and, last, null.
        cards: Where each result is fixed, what is said of a row by its winner: a row for each rule, the
            default, what is unknown and what is violated; else None.
    """

    table: Table
    kinds: Mapping[str, Kind]
    whole: bool
    subjects: tuple[Core, ...]
    tests: tuple[Mapping[int, Core], ...]
    inputs: tuple[TableInput, ...]
    order: tuple[int, ...]
    results: tuple[Results, ...]
    alike: Words | None
    ids: pl.Series
    cards: pl.DataFrame | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that a frame must have."""
        return tuple(self.kinds)

    def evaluate(self, frame: pl.DataFrame, *, tell: bool = False) -> pl.DataFrame:
        """Decide every row of a frame.

        Args:
            frame: The columns of the schema that the table was compiled for; NaN is unknown.
            tell: Whether to name, in `possible`, the rules behind what is unknown or violated.

        Returns:
            A row for each row of the frame: a column for each output (a list for RULE ORDER, OUTPUT ORDER
            and COLLECT without aggregation); `rule`, id of the rule that decides, the first of several,
            null if none does; `state`: `rule`, `default` (no rule fires, outputs are the defaults),
            `unknown` or `violation` (outputs are null); if asked for, `possible`, ids of the rules that
            missing data leaves open and that make the result unknown, or of the rules that clash. Where
            rules are left open but all readings give the same outputs, the result is known, and `rule` is
            the one that decides if all of them are false.

        Raises:
            BookErrors: The frame lacks a column, or one holds something else than was declared.
        """
        self._require_columns(frame)
        if frame.height <= _BLOCK or self.whole:
            return self._evaluate_block(frame, tell)
        blocks = [self._evaluate_block(block, tell) for block in frame.iter_slices(_BLOCK)]
        return pl.concat(blocks)

    def matches(self, frame: pl.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Rules × rows, in the table's order: where every cell of a rule is true, and where none is false."""
        self._require_columns(frame)
        rules = len(self.order)
        fired, opened = list_all_hits(prepare_rows(self.inputs, frame, rules))
        true = np.zeros((rules, frame.height), dtype=np.bool_)
        order = np.array(self.order, dtype=np.intp)
        true[order[fired.rules], fired.rows] = True
        possible = true.copy()
        possible[order[opened.rules], opened.rows] = True
        return true, possible

    def explain(self, frame: pl.DataFrame) -> Explanation:
        """What every cell says of every row, and how far its value is from passing.

        Args:
            frame: As for `evaluate`. It is for what people look at: 10 bytes for each row, rule and column.

        Raises:
            BookErrors: The frame lacks a column, or one is not of the type declared.
        """
        self._require_columns(frame)
        return explain_rows(self.table, self.subjects, self.tests, frame)

    def find_violations(self, frame: pl.DataFrame) -> list[Diagnostic]:
        """Every rule that clashes and every output that is not allowed, with the row of the frame, from 0."""
        found = self.evaluate(frame, tell=True).with_row_index("row").filter(pl.col("state") == VIOLATION)
        places = {self.table.rules[rule].id: place for place, rule in enumerate(self.order)}
        values = [output.evaluate(frame[found["row"].to_list()]) for output in self.results]
        return [
            fault
            for place, (row, ids) in enumerate(found.select("row", "possible").iter_rows())
            for fault in describe_violation(
                self.table, self.order, values, Violation(row, place, [places[each] for each in ids])
            )
        ]

    def _evaluate_block(self, frame: pl.DataFrame, tell: bool) -> pl.DataFrame:
        values = [output.evaluate(frame) for output in self.results]
        outcomes = Outcomes(values)
        policy = self.table.hit_policy
        prepared = prepare_rows(self.inputs, frame, len(self.order))
        verdict = decide_rows(prepared, _CHOOSE[policy], Likeness(outcomes.differ, self.alike, tell))
        if self.cards is not None:
            return self._deal(self.cards, verdict, tell)
        if policy in _LISTING:
            collected = collect(self.table.aggregation, verdict, values)
        else:
            absent, rows = verdict.unknown | verdict.violated, np.arange(frame.height)
            outputs = [each.pick(verdict.winner, rows, absent) for each in values]
            collected = Collected(outputs, verdict.unknown, verdict.violated, verdict.told)
        collected = outcomes.refuse(collected, partial(self._list_heard, verdict))
        return self._report(verdict.winner, collected, tell)

    def _deal(self, cards: pl.DataFrame, verdict: Verdict, tell: bool) -> pl.DataFrame:
        """Outputs, rule and state of every row, taken together."""
        place = verdict.winner.astype(np.uint32)
        place[verdict.unknown] = len(self.order) + 1
        place[verdict.violated] = len(self.order) + 2
        report = cards[pl.Series(place)]
        return report.with_columns(self._list_ids(verdict.told, place.size)) if tell else report

    def _list_heard(self, verdict: Verdict) -> Pairs:
        """The rules that decide: the first alone, or all that fire."""
        if self.table.hit_policy not in _FIRST:
            return verdict.fired
        rows = np.flatnonzero(~verdict.unknown & (verdict.winner < len(self.order)))
        return Pairs(rows, verdict.winner[rows])

    def _report(self, winner: Places, collected: Collected, tell: bool) -> pl.DataFrame:
        """Outputs, and which rules decide or leave the result open."""
        rules = len(self.order)
        none = winner == rules
        state = np.where(collected.violated, 3, np.where(collected.unknown, 2, np.where(none, 1, 0)))
        winner = np.where(collected.violated | collected.unknown, rules, winner)
        report = [
            *collected.outputs,
            self.ids.gather(winner).alias("rule"),
            _STATES.gather(state),
        ]
        if tell:
            report.append(self._list_ids(collected.told, state.size))
        return pl.DataFrame(report)

    def _list_ids(self, told: Pairs, rows: int) -> pl.Series:
        # In the table's order, whatever order the policy ranks rules in.
        place = np.array(self.order, dtype=np.intp)[told.rules]
        order = np.lexsort((place, told.rows))
        return gather_lists(told.rows[order], self.ids.gather(told.rules[order]).alias("possible"), rows)

    def _require_columns(self, frame: pl.DataFrame) -> None:
        faults = tuple(check_columns(frame, self.kinds, self.table.file))
        if faults:
            raise BookErrors(faults)


def bind_table(checked: CheckedTable, parameters: Mapping[str, Quantity]) -> CompiledTable:
    """Give a checked table the values of its parameters.

    Args:
        checked: The table.
        parameters: A value for each parameter that its texts use.
    """
    every = [_bind_all(row, parameters) for row in checked.tests]
    outputs = [_bind_all(row, parameters) for row in checked.results]
    default = _bind_all(checked.default, parameters)
    subjects = _bind_all(checked.subjects, parameters)
    order = rank_rules(checked.table, outputs)
    inputs = build_inputs(subjects, [every[place] for place in order])
    results = tuple(
        bind_results(
            column.name,
            [*(outputs[place][each] for place in order), default[each]],
            read_allowed(column, default[each].type),
        )
        for each, column in enumerate(checked.table.outputs)
    )
    tests = tuple({place: test for place, test in enumerate(row) if not _accepts_all(test)} for row in every)
    used = [
        *(test for row in tests for test in row.values()),
        *(c for output in results for c in output.cores),
    ]
    kinds = find_columns(used)
    fixed = all(output.is_fixed and not output.guarded for output in results)
    alike = find_alike(np.array([output.places for output in results])) if fixed else None
    ids = pl.Series([*(checked.table.rules[place].id for place in order), None], dtype=pl.String)
    cards = _write_cards(results, ids) if fixed and _is_dealt(checked.table, results) else None
    return CompiledTable(
        checked.table,
        kinds,
        sees_other_rows(used),
        subjects,
        tests,
        inputs,
        order,
        results,
        alike,
        ids,
        cards,
    )


def _is_dealt(table: Table, results: Sequence[Results]) -> bool:
    return table.hit_policy not in _LISTING and not any(output.guarded for output in results)


def _write_cards(results: Sequence[Results], ids: pl.Series) -> pl.DataFrame:
    """What is said of a row whose winner is each rule, the default, unknown or a violation."""
    rules = len(ids) - 1
    absent = [len(output.constants) - 1 for output in results]
    outputs = [
        output.constants.gather([*output.places, none, none]).alias(output.name)
        for output, none in zip(results, absent, strict=True)
    ]
    rule = ids.gather([*range(rules), rules, rules, rules]).alias("rule")
    state = pl.Series("state", [*[RULE] * rules, DEFAULT, UNKNOWN, VIOLATION], dtype=pl.String)
    return pl.DataFrame([*outputs, rule, state])


def _bind_all(cores: Iterable[Core], parameters: Mapping[str, Quantity]) -> tuple[Core, ...]:
    return tuple(bind(core, parameters) for core in cores)


def _accepts_all(test: Core) -> bool:
    return isinstance(test, Constant) and test.value is True
