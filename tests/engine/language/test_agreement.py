"""Random formulas, written as texts, have one value: in Polars, in plain Python and as a program."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BookErrors
from engine.language.core import Core
from engine.language.formula import check_and_bind, compile_formula
from engine.language.passes import plan_passes
from engine.language.to_program import Program, to_program
from engine.language.to_python import evaluate_rows
from engine.language.types import BOOLEAN, NUMBER, Kind, Name, Stage

SCHEMA: Mapping[str, Any] = {
    "a": pl.Float64,
    "b": pl.Float64,
    "d": Name("d", NUMBER, Stage.POSITION),
    "age_hours": "hours",
    "f": pl.Boolean,
    "g": Name("g", BOOLEAN, Stage.POSITION),
    "t": pl.String,
    "u": pl.String,
    "ts": "instant",
    "since": "instant",
}
PARAMETERS = {"bound": "5%", "hold": "2d", "word": '"BTC"'}
EXTREMES = [0.0, -0.0, 1.0, -1.0, 0.5, 2.5, 1e308, -1e308, 5e-324, 1.7976931348623157e308, 1e16, 0.1 + 0.2]
BAD = [math.nan, math.inf, -math.inf, None]
WORDS = [
    "",
    "BTC",
    "ETH",
    "btc",
    "1000PEPE",
    "a/b/c",
    "ß",
    "\N{MONEY BAG}x",
    "1.5",
    "-2e3",
    "inf",
    "nan",
    "1_0",
]
INSTANTS = [
    datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=each * 7.123456) for each in range(-40000, 40000, 9973)
]

numbers = st.one_of(
    st.sampled_from(EXTREMES),
    st.sampled_from(BAD),
    st.floats(),
    st.floats(-10, 10),
    st.integers(-5, 5).map(float),
)
rows = st.fixed_dictionaries(
    {
        **dict.fromkeys(["a", "b", "d", "age_hours"], numbers),
        **dict.fromkeys(["f", "g"], st.sampled_from([True, False, None])),
        **dict.fromkeys(["t", "u"], st.sampled_from([*WORDS, None])),
        **dict.fromkeys(["ts", "since"], st.sampled_from([*INSTANTS, None])),
    }
)
DTYPES: dict[str, Any] = {
    **dict.fromkeys(["a", "b", "d", "age_hours"], pl.Float64),
    **dict.fromkeys(["f", "g"], pl.Boolean),
    **dict.fromkeys(["t", "u"], pl.String),
    **dict.fromkeys(["ts", "since"], pl.Datetime("us", "UTC")),
}

LITERALS = ["0", "1", "2", "3.5", "-7", "0.1", "1e308", "1e-300", "5%", "3bps", "2k", "null"]
COMPARATORS = st.sampled_from(["<", "<=", ">", ">=", "=", "!="])
ROUNDINGS = ["round up", "round down", "round half up", "round half down", "decimal", "floor", "ceiling"]


def choose(*forms: str) -> st.SearchStrategy[str]:
    return st.sampled_from(forms)


AGGREGATES = choose("min", "max", "sum", "mean", "median", "stddev")
ONE_ARGUMENT = choose("floor", "ceiling", "abs", "sqrt", "-")
BRACKETS = st.sampled_from(["[]", "[)", "(]", "()", "]["])
MIXED_NUMBERS = choose(
    "(ts - since) / 1h",
    "ts.hour",
    "since.day",
    "age_hours / 2d",
    "hold / 1h",
    "(age_hours + 2d) / 1h",
    "string length(t)",
    "number(t)",
    "number(u)",
)
MIXED_CONDITIONS = choose(
    "any(f, g, a > b)", "all(f, g)", "(age_hours > hold)", '(t in (word, "ETH"))', "odd(a)", "even(b)"
)


@cache
def write_number(depth: int = 3) -> st.SearchStrategy[str]:
    if depth == 0:
        return st.sampled_from(["a", "b", "d", "a", "b", "d", *LITERALS])
    x = st.deferred(lambda: write_number(depth - 1))
    c = st.deferred(lambda: write_condition(depth - 1))
    return st.one_of(
        st.builds("({} {} {})".format, x, choose("+", "-", "*", "/"), x),
        st.builds("(if {} then {} else {})".format, c, x, x),
        st.builds("{}({}, {}, {})".format, AGGREGATES, x, x, x),
        st.builds("{}({}, {})".format, st.sampled_from(ROUNDINGS), x, st.integers(-3, 8)),
        st.builds("{}({})".format, ONE_ARGUMENT, x),
        st.builds("modulo({}, {})".format, x, x),
        MIXED_NUMBERS,
        x,
    )


@cache
def write_condition(depth: int = 3) -> st.SearchStrategy[str]:
    if depth == 0:
        return choose("f", "g", "true", "false", "f", "g", "(null = null)", "(a > 1)")
    x = st.deferred(lambda: write_number(depth - 1))
    c = st.deferred(lambda: write_condition(depth - 1))
    t = st.deferred(lambda: write_text(min(depth - 1, 2)))
    return st.one_of(
        st.builds("({} {} {})".format, x, COMPARATORS, x),
        st.builds("({} {} {})".format, c, choose("and", "or", "=", "!="), c),
        st.builds("not({})".format, c),
        st.builds("({} between {} and {})".format, x, x, x),
        st.builds("({0} in {3[0]}{1} .. {2}{3[1]})".format, x, x, x, BRACKETS),
        st.builds("({0} in ({1}, {2} {3}, not({1})))".format, x, x, COMPARATORS, x),
        st.builds("({} {} null)".format, st.one_of(x, t), choose("=", "!=")),
        st.builds("({} {} {})".format, t, COMPARATORS, t),
        st.builds("({} {} {})".format, write_instant(), COMPARATORS, write_instant()),
        MIXED_CONDITIONS,
    )


@st.composite
def write_text(draw: st.DrawFn, depth: int = 2) -> str:
    if depth == 0:
        return draw(st.sampled_from(["t", "u", '"BTC"', '"1"', '""', "word"]))
    inner = draw(write_text(depth - 1))
    forms = [
        f"({inner} + {draw(write_text(depth - 1))})",
        f"(if {draw(write_condition(depth - 1))} then {inner} else {draw(write_text(0))})",
        f"upper case({inner})",
        f"lower case({inner})",
        f"substring({inner}, {draw(st.sampled_from([-9, -2, -1, 1, 2, 9]))})",
        f"substring({inner}, {draw(st.sampled_from([-9, -2, 1, 3]))}, {draw(st.integers(1, 4))})",
        f'substring before({inner}, "{draw(st.sampled_from(["/", "", "T"]))}")',
        f'substring after({inner}, "{draw(st.sampled_from(["/", "", "T"]))}")',
        f'replace({inner}, "[A-Z]+", "<$0>")',
        "string(a > b)",
        "day of week(ts)",
    ]
    return draw(st.sampled_from(forms))


@st.composite
def write_instant(draw: st.DrawFn) -> str:
    forms = ["ts", "since", '@"2025-01-01T00:00:00Z"', "(ts + 2d)", "(since - 90min)", "(ts + age_hours)"]
    return draw(
        st.sampled_from(
            [*forms, "date and time(date(ts))", f"(if {draw(write_condition(1))} then ts else since)"]
        )
    )


formulas = st.one_of(write_number(), write_condition(), write_text(), write_instant())


def check(text: str) -> Core | None:
    """The typed tree; None where random values make a fault that is none of the language's."""
    try:
        return check_and_bind(text, SCHEMA, PARAMETERS)
    except BookErrors as errors:
        codes = {each.code for each in errors.diagnostics}
    assert codes <= {"range.empty", "text.too_large", "unit.mismatch", "type.order"}, text
    return None


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == other
    return one is None and other is None if one is None or other is None else bool(one == other)


def run(program: Program, record: dict[str, Any]) -> Any:
    prepared = {name: evaluate_rows(core, [record])[0] for name, core in program.prepared.items()}
    values = [{**record, **prepared}[name] for name in program.inputs]
    result = program.run([math.nan if value is None else float(value) for value in values])
    if math.isnan(result):
        return None
    return result == 1.0 if program.gives is Kind.BOOLEAN else result


def assert_agreement(text: str, core: Core, records: list[dict[str, Any]]) -> None:
    frame = pl.DataFrame(records, schema=DTYPES)
    columns = frame.select(value=compile_formula(text, SCHEMA, PARAMETERS)).get_column("value").to_list()
    columns *= len(records) if len(columns) < len(records) else 1
    oracle = evaluate_rows(core, records)
    assert all(not isinstance(value, float) or math.isfinite(value) for value in columns)
    for record, one, other in zip(records, columns, oracle, strict=True):
        assert same(one, other), f"{text}: {one!r} in Polars, {other!r} in Python, for {record}"


@given(text=formulas, records=st.lists(rows, min_size=1, max_size=6))
def test_polars_and_python_agree(text: str, records: list[dict[str, Any]]) -> None:
    core = check(text)
    if core is not None:
        assert_agreement(text, core, records)


@given(text=st.one_of(write_number(), write_condition()), records=st.lists(rows, min_size=1, max_size=4))
def test_programs_agree(text: str, records: list[dict[str, Any]]) -> None:
    core = check(text)
    program = None if core is None else to_program(core)
    if core is None or not isinstance(program, Program):
        return
    for record, expected in zip(records, evaluate_rows(core, records), strict=True):
        assert same(run(program, record), expected), f"{text} for {record}"


@given(texts=st.lists(formulas, min_size=1, max_size=4), records=st.lists(rows, min_size=1, max_size=6))
def test_sheets_agree(texts: list[str], records: list[dict[str, Any]]) -> None:
    cores = {f"m{place}": core for place, text in enumerate(texts) if (core := check(text)) is not None}
    frame = pl.DataFrame(records, schema=DTYPES)
    finite = frame.with_columns(pl.when(pl.col(pl.Float64).is_finite()).then(pl.col(pl.Float64)))
    result = plan_passes(cores).evaluate(finite)
    for name, core in cores.items():
        oracle = evaluate_rows(core, records)
        pairs = list(zip(result.get_column(name).to_list(), oracle, strict=True))
        assert all(same(one, other) for one, other in pairs), f"{texts}: {pairs}"


@pytest.mark.parametrize(
    "form", ["exp({})", "log({})", "{} ** 2", "{} ** 0.5", "{} ** b", "2 ** {}", "{} ** -1"]
)
@given(records=st.lists(rows, min_size=1, max_size=20))
def test_transcendental_functions_agree_within_one_unit_in_the_last_place(
    form: str, records: list[dict[str, Any]]
) -> None:
    text = form.format("a")
    columns = (
        pl.DataFrame(records, schema=DTYPES).select(value=compile_formula(text, SCHEMA))["value"].to_list()
    )
    for one, other in zip(columns, evaluate_rows(check_and_bind(text, SCHEMA), records), strict=True):
        assert (one is None) == (other is None), f"{text}: {one!r} and {other!r}"
        assert not isinstance(other, float) or abs(one - other) <= math.ulp(other)
