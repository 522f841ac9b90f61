from __future__ import annotations

import math
from itertools import product

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from engine.language.to_python import evaluate_row
from engine.tables.bind import CompiledTable
from engine.tables.compile import compile_table
from engine.tables.explain.explanation import Explanation
from engine.tables.explain.outcome import Outcome
from engine.tables.read import parse_table

SCHEMA = {"x": "number", "y": "number", "s": "text", "f": "boolean"}
DTYPES = {"x": pl.Float64, "y": pl.Float64, "s": pl.String, "f": pl.Boolean}
WORD = {True: Outcome.PASSED, False: Outcome.FAILED, None: Outcome.UNKNOWN}

bounds = st.sampled_from(["-2", "0", "0.1", "0.3", "1", "2.5", "7"])
numbers = st.sampled_from([-3.0, -2.0, 0.0, 0.1, 0.2, 0.1 + 0.2, 0.3, 1.0, 2.0, 2.5, 6.9, 7.0, 1e300, None])
comparisons = st.builds(
    lambda sign, bound: f"{sign} {bound}", st.sampled_from([">", ">=", "<", "<="]), bounds
)
ranges = st.builds(
    lambda ends, low, high: f"{low}{min(ends, key=float)}..{max(ends, key=float)}{high}",
    st.tuples(bounds, bounds),
    st.sampled_from("[("),
    st.sampled_from("])"),
)
simple = comparisons | ranges | bounds | st.just("null")
lists = st.lists(simple, min_size=1, max_size=3).map(", ".join)
refusals = lists.map(lambda tests: f"not({tests})")
between_columns = st.sampled_from(["> y", "<= y", "[0..y)", "y", "? + y > 1", "< y, > 2.5"])
number_cells = st.just("-") | lists | refusals | between_columns
text_cells = st.sampled_from(["-", '"a"', '"a", "b"', 'not("b")', "null", "not(null)"])
flag_cells = st.sampled_from(["-", "true", "false", "not(true)", "null"])
rules = st.lists(
    st.tuples(number_cells, st.just("-") | lists, text_cells, flag_cells), min_size=1, max_size=6
)
rows = st.lists(
    st.tuples(numbers, numbers, st.sampled_from(["a", "b", "c", None]), st.sampled_from([True, False, None])),
    min_size=1,
    max_size=8,
)
Rules = list[tuple[str, ...]]
Rows = list[tuple[object, ...]]


def compile_rules(cells: Rules) -> CompiledTable:
    lines = ["id,x,y,s,f,then out"]
    for place, row in enumerate(cells):
        written = ",".join('"' + cell.replace('"', '""') + '"' for cell in row)
        lines.append(f"R{place},{written},1")
    return compile_table(parse_table("\n".join(lines), name="t", hit_policy="FIRST"), SCHEMA)


def make_frame(values: Rows) -> pl.DataFrame:
    return pl.DataFrame(values, schema=DTYPES, orient="row")


@given(rules, rows)
def test_outcomes_are_those_of_the_scalar_evaluator(cells: Rules, values: Rows) -> None:
    table, frame = compile_rules(cells), make_frame(values)
    explained = table.explain(frame)
    for row, named in enumerate(frame.to_dicts()):
        for rule, tests in enumerate(table.tests):
            for place in range(len(SCHEMA)):
                expected = evaluate_row(tests[place], named) if place in tests else True
                assert expected is None or isinstance(expected, bool)
                assert explained.outcomes[row, rule, place] == WORD[expected]
                assert explained.tested[rule, place] == (place in tests)


@given(rules, rows)
def test_verdicts_are_the_rules_that_fire_and_may(cells: Rules, values: Rows) -> None:
    table, frame = compile_rules(cells), make_frame(values)
    true, possible = table.matches(frame)
    verdicts = table.explain(frame).verdicts.T
    assert ((verdicts == Outcome.PASSED) == true).all()
    assert ((verdicts != Outcome.FAILED) == possible).all()


@given(rules, rows)
def test_distances_are_zero_where_a_number_passes_and_undefined_for_others(
    cells: Rules, values: Rows
) -> None:
    explained = compile_rules(cells).explain(make_frame(values))
    numbers_only = explained.distances[:, :, :2]
    passed = explained.outcomes[:, :, :2] == Outcome.PASSED
    at_bound = explained.at_open_bound[:, :, :2]
    assert ((numbers_only == 0.0) == (passed | at_bound)).all()
    assert not (passed & at_bound).any()
    assert (np.isnan(numbers_only) | (numbers_only >= 0.0)).all()
    assert np.isnan(numbers_only[explained.outcomes[:, :, :2] == Outcome.UNKNOWN]).all()
    assert np.isnan(explained.distances[:, :, 2:]).all()


def passes(table: CompiledTable, rule: int, x: float, y: object) -> bool:
    row = {"x": x, "y": y, "s": None, "f": None}
    return 0 not in table.tests[rule] or evaluate_row(table.tests[rule][0], row) is True


@given(st.lists(number_cells, min_size=1, max_size=5), rows)
def test_moving_a_value_by_its_distance_reaches_what_passes_and_no_less(
    cells: list[str], values: Rows
) -> None:
    table = compile_rules([(cell, "-", "-", "-") for cell in cells])
    explained = table.explain(make_frame(values))
    for (row, seen), rule in product(enumerate(values), range(len(cells))):
        x, y = seen[:2]
        distance = float(explained.distances[row, rule, 0])
        if not isinstance(x, float) or abs(x) > 1e6 or math.isnan(distance) or distance == 0.0:
            continue  # far out a float cannot be moved exactly
        beyond = distance * (1 + 1e-9) + 1e-9
        assert any(passes(table, rule, end, y) for move in (distance, beyond) for end in (x - move, x + move))
        short = distance * (1 - 1e-9)
        assert not any(
            passes(table, rule, end, y) for end in (x - short, x + short, x - short / 2, x + short / 2)
        )


def find_nearest_plainly(explained: Explanation, row: int) -> int:
    keys: list[tuple[int, float, float, int, int]] = []
    for rule in range(len(explained.table.rules)):
        failed, furthest, measured, unknown = 0, 0.0, 0.0, 0
        for place, spread in enumerate(explained.spreads):
            outcome = explained.outcomes[row, rule, place]
            failed += outcome == Outcome.FAILED
            unknown += outcome == Outcome.UNKNOWN
            if outcome == Outcome.FAILED:
                distance = float(explained.distances[row, rule, place]) / float(spread)
                furthest = max(furthest, math.inf if math.isnan(distance) else distance)
                measured = max(measured, 0.0 if math.isnan(distance) else distance)
        keys.append((failed, furthest, measured, unknown, rule))
    return min(keys)[-1]


@given(rules, rows)
def test_the_nearest_rule_is_that_of_a_plain_loop(cells: Rules, values: Rows) -> None:
    explained = compile_rules(cells).explain(make_frame(values))
    expected = [find_nearest_plainly(explained, row) for row in range(len(values))]
    assert explained.nearest_rules.tolist() == expected
    assert explained.nearest["rule"].to_list() == [f"R{rule}" for rule in expected]
    for row, rule in enumerate(expected):
        view = explained.row(row)
        assert view.nearest == view.rules[rule]
        assert explained.nearest["failed"][row].to_list() == list(view.rules[rule].failed)
