"""Every hit policy, on random tables with one unknown cell in five, against the plain loop over rules."""

from __future__ import annotations

import csv
import io
import math
import operator
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.tables.bind import CompiledTable
from engine.tables.compile import compile_table
from engine.tables.model import Aggregation, HitPolicy
from engine.tables.read import parse_table
from engine.tables.reference import Missing, Outputs, Plan, Reading, judge, read_row

Row = dict[str, Any]
Truth = bool | None
Test = Callable[[Any, Row], Truth]

LIMIT = 2.0
WORDS = ("x", "y", "z")
SCHEMA = {
    "k": "number",
    "a": "number",
    "n": "number",
    "t": "text",
    "f": "boolean",
    "b": "number",
    "u": "text",
}
DTYPES: dict[str, Any] = {
    "k": pl.Int64,
    "a": pl.Float64,
    "n": pl.Int32,
    "t": pl.String,
    "f": pl.Boolean,
    "b": pl.Float64,
    "u": pl.String,
}
INPUTS = ("k", "a", "n", "t", "f", "a - b")


def compare(relation: Callable[[Any, Any], bool], left: Any, right: Any) -> Truth:
    return None if left is None or right is None else relation(left, right)


def both(first: Truth, second: Truth) -> Truth:
    return judge([first, second])


def refuse(truth: Truth) -> Truth:
    return None if truth is None else not truth


def one_of(value: Any, *others: Any) -> Truth:
    return refuse(judge([refuse(compare(operator.eq, value, other)) for other in others]))


def between(value: Any, low: Any, high: Any) -> Truth:
    return both(compare(operator.ge, value, low), compare(operator.le, value, high))


NUMBERS: dict[str, Test] = {
    "-": lambda _, __: True,
    "": lambda _, __: True,
    ">= 1": lambda value, _: compare(operator.ge, value, 1),
    "< 2": lambda value, _: compare(operator.lt, value, 2),
    "[1..2)": lambda value, _: both(compare(operator.ge, value, 1), compare(operator.lt, value, 2)),
    "(1..3]": lambda value, _: both(compare(operator.gt, value, 1), compare(operator.le, value, 3)),
    "1, 3": lambda value, _: one_of(value, 1, 3),
    "not(1, 2)": lambda value, _: refuse(one_of(value, 1, 2)),
    "not([1..2])": lambda value, _: refuse(between(value, 1, 2)),
    "null": lambda value, _: value is None,
    "not(null)": lambda value, _: value is not None,
    "? = null or ? > 2": lambda value, _: value is None or value > 2,
    "<= limit": lambda value, _: compare(operator.le, value, LIMIT),
    "> b": lambda value, row: compare(operator.gt, value, row["b"]),
    "? > b and ? < 3": lambda value, row: both(
        compare(operator.gt, value, row["b"]), compare(operator.lt, value, 3)
    ),
    "[b..3]": lambda value, row: between(value, row["b"], 3),
    "-1, [2..limit]": lambda value, _: one_of(value, -1, 2),
    "not(b)": lambda value, row: refuse(compare(operator.eq, value, row["b"])),
}
TEXTS: dict[str, Test] = {
    "-": lambda _, __: True,
    '"x"': lambda value, _: one_of(value, "x"),
    '"x", "y"': lambda value, _: one_of(value, "x", "y"),
    'not("x")': lambda value, _: refuse(one_of(value, "x")),
    "null": lambda value, _: value is None,
    'null, "y"': lambda value, _: value is None or value == "y",
    "u": lambda value, row: compare(operator.eq, value, row["u"]),
    "not(u)": lambda value, row: refuse(compare(operator.eq, value, row["u"])),
}
FLAGS: dict[str, Test] = {
    "-": lambda _, __: True,
    "true": lambda value, _: value,
    "false": lambda value, _: refuse(value),
    "not(true)": lambda value, _: refuse(value),
    "null": lambda value, _: value is None,
}
CELLS = {"a": NUMBERS, "n": NUMBERS, "t": TEXTS, "f": FLAGS, "a - b": NUMBERS}

AMOUNTS: dict[str, Callable[[Row], Hashable]] = {
    "1": lambda _: 1.0,
    "2": lambda _: 2.0,
    "3": lambda _: 3.0,
    "limit": lambda _: LIMIT,
    "b": lambda row: Missing("b") if row["b"] is None else row["b"],
    "n + b": lambda row: Missing("n + b") if None in (row["n"], row["b"]) else row["n"] + row["b"],
}
GRADES = ("high", "mid", "low")

amounts = st.sampled_from(["", *AMOUNTS])
grades = st.sampled_from(["", *GRADES])
tests = st.tuples(*(st.sampled_from(list(CELLS[name])) for name in INPUTS[1:]))
rules = st.lists(st.tuples(tests, amounts, grades), max_size=6)


def sparse(*known: Any) -> st.SearchStrategy[Any]:
    """One value in five is unknown."""
    return st.integers(0, 4).flatmap(lambda dice: st.just(None) if dice == 0 else st.sampled_from(known))


@st.composite
def rows(draw: st.DrawFn) -> Row:
    return {
        "k": 0,
        "a": draw(sparse(0.0, 1.0, 1.5, 2.0, 3.0, math.inf, -math.inf, math.nan)),
        "n": draw(sparse(0, 1, 2, 3)),
        "t": draw(sparse(*WORDS)),
        "f": draw(sparse(True, False)),
        "b": draw(sparse(0.0, 1.0, 2.0, 3.0)),
        "u": draw(sparse(*WORDS)),
    }


@dataclass(frozen=True, slots=True)
class Terms:
    """How a random table makes one result of its hits; every one has an output y, most have a z."""

    policy: HitPolicy
    aggregation: Aggregation | None
    default_y: float | None
    default_z: str | None
    narrow: bool

    @property
    def plan(self) -> Plan:
        allowed = ((1.0, 2.0, 3.0) if self.narrow else (), GRADES)
        count = 1 if self.aggregation else 2
        default = (self.default_y, self.default_z)
        return Plan(self.policy, default[:count], allowed[:count], self.aggregation)


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    policy = draw(st.sampled_from(HitPolicy))
    ranked = policy in {HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER}
    collects = policy is HitPolicy.COLLECT
    return Terms(
        policy,
        draw(st.sampled_from([None, *Aggregation])) if collects else None,
        draw(st.sampled_from([None, 1.0, 2.0])),
        draw(st.sampled_from([None, "low"])),
        # Ranked outputs must be fixed: those of y are formulas, so only z is ranked.
        False if ranked else draw(st.booleans()),
    )


Rules = list[tuple[tuple[str, ...], str, str]]


def write(table: Rules, each: Terms, keys: list[str]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    outputs = 1 if each.aggregation else 2
    writer.writerow(["id", *INPUTS, *["then y", "then z"][:outputs]])
    for place, (cells, *results) in enumerate(table):
        writer.writerow([f"R{place}", keys[place], *cells, *results[:outputs]])
    return file.getvalue()


def compile_rules(table: Rules, each: Terms, keys: list[str]) -> CompiledTable:
    parsed = parse_table(
        write(table, each, keys),
        name="t",
        hit_policy=each.policy,
        aggregation=each.aggregation,
        outputs={"y": "number", "z": "text"},
        allowed={"z": GRADES} | ({"y": [1, 2, 3]} if each.narrow else {}),
        defaults={"y": each.default_y, "z": each.default_z},
    )
    return compile_table(parsed, SCHEMA, {"limit": 2})


def clean(row: Row) -> Row:
    """What is not a finite number is unknown."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in row.items()
    }


def ask(header: str, row: Row) -> Any:
    """The value of a column's header."""
    if header in row:
        return row[header]
    return None if None in (row["a"], row["b"]) else row["a"] - row["b"]


def find_hits(table: Rules, keys: list[str], row: Row) -> list[Truth]:
    return [
        judge(
            [
                key == "-" or row["k"] == int(key),
                *(
                    CELLS[name][cell](ask(name, row), row)
                    for name, cell in zip(INPUTS[1:], cells, strict=True)
                ),
            ]
        )
        for key, (cells, _, _) in zip(keys, table, strict=True)
    ]


def find_results(table: Rules, each: Terms, row: Row) -> list[Outputs]:
    default = each.plan.default
    found: list[Outputs] = []
    for _, amount, grade in table:
        y = AMOUNTS[amount](row) if amount else each.default_y
        found.append((y, grade or each.default_z)[: len(default)])
    return found


def describe(reading: Reading, count: int) -> dict[str, Any]:
    outputs = reading.outputs or (None,) * count
    return {
        **dict(zip(("y", "z"), map(plain, outputs), strict=False)),
        "rule": None if reading.rule is None else f"R{reading.rule}",
        "state": reading.state,
        "possible": [f"R{place}" for place in reading.told],
    }


def plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return None if isinstance(value, Missing) else value


def check(table: Rules, each: Terms, market: list[Row], keys: list[str], words: Any = pl.String) -> None:
    compiled = compile_rules(table, each, keys)
    frame = pl.DataFrame(market, schema={**DTYPES, "t": words, "u": words}, strict=False)
    found = compiled.evaluate(frame, tell=True).to_dicts()
    true, possible = compiled.matches(frame)
    for place, row in enumerate(map(clean, market)):
        hits = find_hits(table, keys, row)
        expected = read_row(each.plan, hits, find_results(table, each, row))
        assert found[place] == describe(expected, len(each.plan.default)), (row, hits)
        assert true[:, place].tolist() == [hit is True for hit in hits]
        assert possible[:, place].tolist() == [hit is not False for hit in hits]


WORD_TYPES = [pl.String, pl.Categorical, pl.Enum(WORDS)]


@given(rules, terms(), st.lists(rows(), max_size=6), st.sampled_from(WORD_TYPES))
def test_every_policy_equals_the_plain_loop(table: Rules, each: Terms, market: list[Row], words: Any) -> None:
    check(table, each, market, ["-"] * len(table), words)


@given(st.lists(st.tuples(tests, amounts, grades), min_size=4, max_size=9), terms(), st.data())
def test_tables_of_several_words_equal_the_plain_loop(
    templates: Rules, each: Terms, data: st.DataObject
) -> None:
    """A known key opens four rules at most, far apart from each other, so that readings can be listed."""
    count = data.draw(st.sampled_from([63, 64, 65, 128, 129, 200]))
    table = [templates[place % len(templates)] for place in range(count)]
    groups = -(-count // 4)
    keys = [str(place % groups) for place in range(count)]
    drawn = data.draw(st.lists(st.tuples(rows(), st.integers(0, groups)), max_size=5))
    check(table, each, [{**row, "k": key} for row, key in drawn], keys)


@pytest.mark.parametrize("policy", HitPolicy)
def test_a_frame_without_rows_has_the_columns_of_any(policy: HitPolicy) -> None:
    each = Terms(policy, None, None, "low", narrow=False)
    compiled = compile_rules([(("-",) * 5, "b", "high")], each, ["-"])
    empty = pl.DataFrame([], schema=DTYPES)
    full = pl.DataFrame([dict.fromkeys(DTYPES)], schema=DTYPES)
    assert compiled.evaluate(empty, tell=True).schema == compiled.evaluate(full, tell=True).schema


@given(rules, terms(), st.lists(rows(), min_size=1, max_size=6))
def test_what_is_known_stays_whatever_the_missing_values_turn_out_to_be(
    table: Rules, each: Terms, market: list[Row]
) -> None:
    asks = [cell for cells, _, _ in table for cell in cells if "null" in cell]
    if asks:  # such a cell asks whether data is missing, so its answer may change
        return
    compiled = compile_rules(table, each, ["-"] * len(table))
    frame = pl.DataFrame(market, schema=DTYPES, strict=False).with_columns(pl.col("a").fill_nan(None))
    names = ["y", "z"][: len(each.plan.default)]
    before = compiled.evaluate(frame)
    filled = frame.with_columns(
        pl.col("t", "u").fill_null("x"), pl.col("f").fill_null(value=True), pl.col("a", "n", "b").fill_null(1)
    )
    after = compiled.evaluate(filled)
    for old, new in zip(before.to_dicts(), after.to_dicts(), strict=True):
        if old["state"] == "violation":
            assert new["state"] == "violation"
        elif old["state"] != "unknown":
            for name in names:
                assert old[name] is None or None in flatten(old[name]) or old[name] == new[name]


def flatten(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
