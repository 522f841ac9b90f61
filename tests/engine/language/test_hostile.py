"""Hostile texts are refused or answered, quickly, and reach nothing outside the language."""

from __future__ import annotations

import statistics
import time
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BookErrors
from engine.language.check import check_cell, check_formula
from engine.language.core import Column
from engine.language.formula import compile_formula
from engine.language.habits import explain_unit
from engine.language.metrics import Metric, check_metrics
from engine.language.names import build_scope
from engine.language.quantities import read_quantity
from engine.language.types import TEXT, Stage
from engine.language.units import LITERAL_UNITS

SCHEMA = {"x": "number", "y": "number", "t": "text", "flag": "boolean", "ts": "instant", "pair": "text"}
FRAME = pl.DataFrame({"x": [1.0, None], "y": [2.0, 3.0], "t": ["a" * 50_000, "BTC"], "flag": [True, False]})
MOST_SECONDS = 1.0  # a fifth of it on a quiet machine

HOSTILE = {
    "a megabyte": "x + " * 250_000 + "x",
    "a megabyte of quotes": '"' * 1_000_000,
    "many parentheses": "(" * 100_000 + "x" + ")" * 100_000,
    "parentheses within 4 kB": "(" * 2_000 + "x" + ")" * 2_000,
    "brackets": "[" * 4_000,
    "a chain of signs": "-" * 4_000 + "x",
    "a chain of calls": "abs(" * 800 + "x" + ")" * 800,
    "a chain of conditions": "if flag then 1 else " * 200 + "1",
    "a long sum": "+".join(["x"] * 2_000),
    "a long alternative": " or ".join(["flag"] * 500),
    "a huge exponent": "1e999999999",
    "a large exponent": "x ** 1e300 ** 1e300",
    "many digits": "9" * 4_000,
    "many decimals": "0." + "1" * 4_000,
    "a product of huge numbers": "*".join(["1e308"] * 60),
    "an import": "__import__('os').system('true')",
    "attributes": "x.__class__.__mro__",
    "a catastrophic pattern": 'matches(t, "(a+)+$")',
    "a catastrophic pattern of many parts": 'matches(t, "' + "(a|a)*" * 300 + 'b")',
    "a huge pattern": 'matches(t, "((a{100}){100}){100}")',
    "a growing text": "replace(" * 20 + "t" + ', "", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")' * 20,
    "a growing literal": "replace(" * 20 + '"a"' + ', "a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")' * 20,
    "nested deviations": "stddev(" * 50 + "x" + ", y)" * 50,
    "nested minima": "min(" * 60 + "x" + ", y)" * 60,
    "nested quotients": "1 / (" * 60 + "x" + ")" * 60,
    "nested comparisons": "(if " * 20 + "x" + " = y then 1 else 2)" * 20,
    "nested ranges": "(if " * 20 + "x" + " in [y..3] then 1 else 2)" * 20,
    "nested medians": "median(" * 60 + "x" + ", y)" * 60,
    "nested rounding": "decimal(" * 60 + "x" + ", 2)" * 60,
    "many values": "max(" + ",".join(["x"] * 2_000) + ")",
    "as many values as are taken": "max(" + ",".join(["x"] * 64) + ")",
    "a long list": "x in (" + ",".join(str(number % 10) for number in range(2_000)) + ")",
    "a list of words": "t in (" + ",".join('"a"' for _ in range(1_000)) + ")",
    "a scale beyond floats": "decimal(x, 400)",
    "a window beyond time": "rolling_mean(x, 1e300d)",
    "a window of nothing": "lag(x, 1h / 0)",
    "an instant beyond time": '@"9999-12-31T23:59:59Z" + 1e300d > @"2025-01-01T00:00:00Z"',
    "escapes": r't = "\uD800\uDFFF\U110000\x"',
    "control characters": "".join(map(chr, range(32))) * 20,
    "right to left": "\u202e\u2066" * 500 + "x",
    "comments": "/*" * 2_000,
    "an open comment": "x /* " + "*" * 4_000,
    "commas": "," * 4_000,
    "dots": "." * 4_000,
    "nulls": "null" + " + null" * 60,
}


def compile_and_run(text: str) -> Any:
    try:
        return FRAME.select(value=compile_formula(text, SCHEMA))["value"].to_list()
    except BookErrors as errors:
        faults = errors.diagnostics
    assert faults
    return None


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_refused_or_answered_at_once(text: str) -> None:
    compile_and_run("x")
    times = []
    for _ in range(3):
        start = time.perf_counter()
        compile_and_run(text)
        times.append(time.perf_counter() - start)
    print(f"{statistics.median(times):.3f} s")  # noqa: T201 - the figure is what the test is about
    assert min(times) < MOST_SECONDS


@pytest.mark.parametrize(
    "text", ["__import__('os')", "x.__class__", "open(t)", "eval(t)", "x.x", "exec(t)", "pl.col(t)"]
)
def test_nothing_reaches_python(text: str) -> None:
    with pytest.raises(BookErrors) as raised:
        compile_formula(text, SCHEMA)
    assert {each.code for each in raised.value.diagnostics} & {
        "function.unknown",
        "member.unknown",
        "name.unknown",
    }


def test_a_cell_of_many_words_is_answered() -> None:
    words = frozenset(f"C{number}" for number in range(900))
    scope = build_scope({"t": "text"})
    cell = ",".join(sorted(words))[:4_090].rpartition(",")[0]
    start = time.perf_counter()
    checked = check_cell(cell, Column("t", TEXT, Stage.MARKET), scope, vocabulary=words)
    assert checked.core is not None
    assert time.perf_counter() - start < MOST_SECONDS


SIGNS = list("()[]{}+-*/<>=!,.:;@?&|^%$#'\"\\ \n\u2212\u2265\u00d7\u201c\ufeff")
PARTS = """x y t flag ts 1 2.5 1e9 5bps 3d null and or if then else in between not( min( lag( .. ** date( "a"
    for true some satisfies return every function( instance of list< sum([""".split()  # noqa: SIM905
WORDS = st.sampled_from([*SIGNS, *PARTS])
texts = st.one_of(
    st.text(max_size=4096),
    st.lists(WORDS, max_size=60).map("".join),
    st.lists(WORDS, max_size=40).map(" ".join),
)


@given(text=texts)
def test_any_text_is_answered_or_has_faults(text: str) -> None:
    scope = build_scope(SCHEMA, {"hold": "3d"})
    start = time.perf_counter()
    for checked in (
        check_formula(text, scope),
        check_cell(text, Column("x", scope.names["x"].type, Stage.MARKET), scope),
        check_cell(text, Column("t", TEXT, Stage.MARKET), scope, vocabulary=frozenset({"BTC", "x"})),
    ):
        assert (checked.core is None) == bool(checked.diagnostics)
        assert all(
            each.start is None or 0 <= each.start <= (each.end or 0) <= len(text)
            for each in checked.diagnostics
        )
    assert time.perf_counter() - start < MOST_SECONDS


@given(text=texts)
def test_whatever_compiles_can_be_run(text: str) -> None:
    frame = FRAME.with_columns(ts=pl.lit(0).cast(pl.Datetime("us", "UTC")), pair=pl.lit("a"))
    try:
        expression = compile_formula(text, SCHEMA)
    except BookErrors as errors:
        faults = errors.diagnostics
    else:
        frame.select(value=expression)
        return
    assert faults


@given(text=st.text(max_size=60), unit=st.sampled_from(["", "hours", "bps", "nonsense"]))
def test_any_parameter_is_read_or_has_a_fault(text: str, unit: str) -> None:
    assert read_quantity("p", text, unit) is not None


@given(formulas=st.lists(texts, max_size=5), names=st.lists(st.text(max_size=5), min_size=5, max_size=5))
def test_any_sheet_is_checked(formulas: list[str], names: list[str]) -> None:
    metrics = [Metric(name, formula) for name, formula in zip(names, formulas, strict=False)]
    sheet = check_metrics(metrics, build_scope(SCHEMA))
    assert len(sheet.formulas) == len(metrics) or sheet.diagnostics


@pytest.mark.parametrize("word", [*LITERAL_UNITS, "m", "hours", "foo", "bp"])
def test_a_unit_is_explained(word: str) -> None:
    message, hint = explain_unit("5", word)
    assert f"5{word}" in message
    assert hint
