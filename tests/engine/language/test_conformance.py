"""The public conformance kit of the standard: single expressions, each with the value it must have."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BookErrors
from engine.language.standard import DayTimeDuration, YearMonthDuration, evaluate_with_diagnostics
from engine.language.standard.faults import NoValueError
from engine.language.standard.temporal_text import read_duration, read_temporal

VALUES_PASS_AT_LEAST = 0.99
NULLS_PASS_AT_LEAST = 0.99
TOLERANCE = 1e-8


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One expression of the kit, its inputs and the value it must have."""

    place: str
    text: str
    values: Mapping[str, object]
    expected: Any
    type: str


def read_kit(shared: Path, name: str) -> list[dict[str, Any]]:
    path = shared / "conformance" / name
    if not path.is_file():
        pytest.skip(f"needs {name} of the conformance kit beside the checkout")
    tests: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["tests"]
    return tests


def list_expressions(shared: Path) -> Iterator[Evaluation]:
    for test in read_kit(shared, "dmn_tck_feel.json"):
        types = {each["name"]: each["type"] for each in test["inputs"]}
        for each in test["evaluations"]:
            values = {name: convert_input(value, types.get(name)) for name, value in each["inputs"].items()}
            place = f"{test['name']} {each['case']}"
            kind = each["expected"]["type"]
            yield Evaluation(place, each["text"], values, each["expected_plain"], kind)


def list_decisions(shared: Path) -> Iterator[Evaluation]:
    for test in read_kit(shared, "dmn_tck_tables.json"):
        if test["profile"] != "literal-sfeel":
            continue
        for case in test["cases"]:
            model = next(model for model in test["models"] if model["file"].endswith(case["model"]))
            texts = {each["name"]: each["logic"]["text"] for each in model["decisions"]}
            types = {each["name"]: each["type"] for each in model["inputs"]}
            values = {
                spell(name): convert_input(value, types[name]) for name, value in case["inputs_plain"].items()
            }
            for decision, result in case["results"].items():
                text = rename(texts[decision], list(types))
                expected = result["expected"]["type"]
                place = f"{test['name']} {case['id']} {decision}"
                yield Evaluation(place, text, values, result["expected_plain"], expected)


def spell(name: str) -> str:
    """A name of the kit, which may hold spaces, as an identifier."""
    return re.sub(r"\W", "_", name)


def rename(text: str, names: list[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, spell(name))
    return text


def convert_input(value: object, kind: str | None) -> object:
    """An input of the kit by its declared type; without one, a text that reads as a date is a date."""
    if not isinstance(value, str) or kind == "string":
        return value
    try:
        return read_temporal(value)
    except NoValueError:
        return value


def agrees(value: object, expected: Any, kind: str) -> bool:
    """Whether a value is the kit's, which writes dates, times and durations as texts."""
    if isinstance(value, bool) or isinstance(expected, bool) or expected is None:
        return value is expected
    if isinstance(value, Decimal):
        return isinstance(expected, int | float) and math.isclose(
            value, expected, rel_tol=TOLERANCE, abs_tol=TOLERANCE
        )
    if isinstance(value, list):
        return len(value) == len(expected) and all(
            agrees(a, b, "") for a, b in zip(value, expected, strict=True)
        )
    if isinstance(value, dict):
        return value.keys() == expected.keys() and all(agrees(value[key], expected[key], "") for key in value)
    if isinstance(value, DayTimeDuration | YearMonthDuration):
        return value == read_duration(expected)
    return (kind in {"string", ""} or not isinstance(value, str)) and str(value) == expected


def judge(evaluation: Evaluation) -> str:
    """Empty if the evaluation passes, else what came instead."""
    try:
        value, faults = evaluate_with_diagnostics(evaluation.text, evaluation.values)
    except BookErrors as errors:
        value, faults = None, errors.diagnostics
    if agrees(value, evaluation.expected, evaluation.type):
        return ""
    reason = f" ({faults[0]})" if faults else ""
    return f"{evaluation.place}: {evaluation.text} is {value}, not {evaluation.expected}{reason}"


def measure(evaluations: list[Evaluation]) -> tuple[float, str]:
    """The share that passes, and a line for each that does not."""
    failures = [line for line in map(judge, evaluations) if line]
    return 1 - len(failures) / len(evaluations), "\n".join(failures)


@pytest.mark.parametrize("source", [list_expressions, list_decisions])
def test_expressions_have_the_value_of_the_kit(source: Any, shared: Path) -> None:
    evaluations = [each for each in source(shared) if each.expected is not None]
    share, failures = measure(evaluations)
    assert len(evaluations) > 50
    assert share >= VALUES_PASS_AT_LEAST, failures


def test_wrong_expressions_are_null(shared: Path) -> None:
    evaluations = [each for source in (list_expressions, list_decisions) for each in source(shared)]
    nulls = [each for each in evaluations if each.expected is None]
    share, failures = measure(nulls)
    assert len(nulls) > 1000
    assert share >= NULLS_PASS_AT_LEAST, failures


def test_an_expression_that_fails_is_named() -> None:
    wrong = Evaluation("test 001", "1 + 1", {}, 3, "number")
    assert measure([wrong]) == (0, "test 001: 1 + 1 is 2, not 3")
