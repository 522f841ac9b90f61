from __future__ import annotations

import csv
import datetime as dt
import time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.errors import BookErrors
from engine.language.standard import (
    STANDARD_FUNCTIONS,
    DateTime,
    evaluate,
    evaluate_cell,
    evaluate_with_diagnostics,
    interpret,
)
from engine.language.standard.formats import format_value
from engine.language.standard.temporal_text import read_date_time

CASES = Path(__file__).resolve().parents[3] / "cases"


def read_cases(name: str) -> list[tuple[str, ...]]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return [tuple(row.values())[1:] for row in csv.DictReader(file)]


@pytest.mark.parametrize(("text", "expected"), read_cases("standard.csv"))
def test_a_formula_has_its_value(text: str, expected: str) -> None:
    value, faults = evaluate_with_diagnostics(text, {})
    assert format_value(value) == expected, faults


@pytest.mark.parametrize(("text", "value", "expected"), read_cases("standard_cells.csv"))
def test_a_cell_accepts_a_value(text: str, value: str, expected: str) -> None:
    assert format_value(evaluate_cell(text, evaluate(value), limit=7)) == expected


def test_python_values_become_the_standards() -> None:
    given = {
        "whole": 3,
        "ratio": 0.1,
        "text": "a",
        "items": (1, None),
        "record": {"x": 1},
        "day": dt.date(2025, 1, 31),
        "clock": dt.time(1, 2, 3, 4, tzinfo=dt.UTC),
        "moment": dt.datetime(2025, 7, 1, 12, tzinfo=ZoneInfo("Europe/Paris")),
        "span": dt.timedelta(hours=36),
        "missing": float("nan"),
    }
    text = "[whole, ratio, text, items, record.x, day, clock, moment, span, missing]"
    plain = '3, 0.1, "a", [1, null], 1'
    temporal = "2025-01-31, 01:02:03.000004Z, 2025-07-01T12:00:00@Europe/Paris, P1DT12H"
    expected = f"[{plain}, {temporal}, null]"
    assert format_value(evaluate(text, **given)) == expected


def test_results_are_plain_values() -> None:
    assert evaluate('{a: [1, true, null, "x"]}') == {"a": [Decimal(1), True, None, "x"]}


def test_a_value_of_no_kind_is_null_with_a_reason() -> None:
    value, faults = evaluate_with_diagnostics("x", {"x": object()})
    assert value is None
    assert [fault.code for fault in faults] == ["value.type"]


def test_a_null_tells_its_reason_and_place() -> None:
    value, faults = evaluate_with_diagnostics("1 + fundng", {"funding": 1})
    assert value is None
    assert [(fault.code, fault.start, fault.end) for fault in faults] == [
        ("name.unknown", 4, 10),
        ("operand.kind", 0, 10),
    ]
    assert faults[0].hint == 'did you mean "funding"?'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("abs(1, 2)", "argument.count"),
        ("abs(x: 1)", "argument.unknown"),
        ('abs("a")', "argument.kind"),
        ('substring(string: "a")', "argument.missing"),
        ('substring("a", start position: 1)', "argument.mixed"),
        ("[1, 2][3]", "list.position"),
        ("{a: 1}.b", "member.unknown"),
        ('1 < "a"', "operand.kind"),
        ("sort([1, 2], function(x, y) x)", "argument.kind"),
        ('matches("a", "(")', "pattern.form"),
        ("for i in 1..1000000 return i", "text.exhausted"),
        ('date("2025-1-1")', "temporal.form"),
    ],
)
def test_each_fault_has_its_code(text: str, code: str) -> None:
    _, faults = evaluate_with_diagnostics(text, {})
    assert code in [fault.code for fault in faults]


def test_a_text_that_does_not_parse_raises_every_fault() -> None:
    with pytest.raises(BookErrors) as caught:
        evaluate("1 +")
    assert caught.value.diagnostics[0].code == "text.incomplete"


def test_the_clock_is_an_argument() -> None:
    from engine.language.parse import parse_formula

    tree = parse_formula("[now(), today()]").tree
    assert tree is not None
    now = read_date_time("2025-01-31T23:59:59Z")
    assert interpret(tree, {}, now)[0] == [now, now.date]
    assert isinstance(evaluate("now()"), DateTime)


@pytest.mark.parametrize("name", STANDARD_FUNCTIONS)
def test_every_function_is_described(name: str) -> None:
    declaration = STANDARD_FUNCTIONS[name]
    assert declaration.name == name
    assert declaration.meaning.endswith(".")
    assert all(signature.startswith(f"{name}(") for signature in declaration.signatures)


HOSTILE = [
    "10 ** 1000000000",
    "1e6000 * 1e6000",
    "for i in 1..1000000000 return i",
    "for i in 1..1000, j in 1..1000, k in 1..1000 return i",
    "some i in 1..1000000000 satisfies false",
    "for i in 1..100000 return partial",
    "{a: for i in 1..10000 return i, b: for i in 1..10000 return i in a}.b",
    "{a: for i in 1..10000 return i, b: distinct values(a)}.b",
    "{" + ", ".join(["a0: [1,1]", *(f"a{i}: [a{i - 1},a{i - 1}]" for i in range(1, 60))]) + "}.a59 = 1",
    "{" + ", ".join(['a0: "xx"', *(f"a{i}: a{i - 1}+a{i - 1}" for i in range(1, 60))]) + "}.a59",
    "{f: function(x) f(x) + f(x), r: f(1)}.r",
    "(function(x) x(x))(function(x) x(x))",
    f'matches("{"a" * 2000}", "(a+)+b")',
    r'matches("aaa", "(\w{1000}){1000}")',
    "for i in 1..30000 return nothing_of_this_name",
    f'date("{"9" * 4000}")',
    f'duration("P{"9" * 4000}D")',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_answered_at_once(text: str) -> None:
    evaluate("1")
    before = time.process_time()
    value, faults = evaluate_with_diagnostics(text, {})
    assert time.process_time() - before < 1
    assert value is None or value is False
    assert faults or value is False
