"""Every function and form does what its examples say, in every target, and is declared truly."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from engine.errors import BookErrors
from engine.language.check.forms import FORMS
from engine.language.formula import check_and_bind, compile_formula
from engine.language.functions import FUNCTIONS, arithmetic, logic
from engine.language.functions.aggregate import MEDIAN
from engine.language.functions.declaration import Function, Opcode
from engine.language.functions.numeric import MAXIMUM, MINIMUM
from engine.language.functions.temporal import PARTS, SECONDS_BETWEEN, SHIFT
from engine.language.standard import evaluate
from engine.language.to_program import Program, to_program
from engine.language.to_python import evaluate_row
from engine.language.types import Kind

OPERATORS: list[Function] = [
    each for module in (arithmetic, logic) for each in vars(module).values() if isinstance(each, Function)
]
ALL = [*FUNCTIONS.values(), *PARTS.values(), *OPERATORS, MEDIAN, MINIMUM, MAXIMUM, SHIFT, SECONDS_BETWEEN]
EVERY = [each.examples for each in (*FUNCTIONS.values(), *PARTS.values())]
EVERY += [each.examples for each in FORMS.values()]
EXAMPLES = [pytest.param(text, expected, id=text) for examples in EVERY for text, expected in examples]
CHEAP = {"/", "lower bound", "upper bound"}
"""Functions that repeat an argument, and are cheaper so than with a column of its own."""


def value_of(text: str) -> Any:
    return evaluate_row(check_and_bind(text, {}), {})


@pytest.mark.parametrize(("text", "expected"), EXAMPLES)
def test_an_example_holds_in_every_target(text: str, expected: str) -> None:
    wanted = value_of(expected)
    assert wanted is not None
    assert value_of(text) == wanted
    frame = pl.DataFrame({"row": [1, 2]})
    assert set(frame.with_columns(value=compile_formula(text, {}))["value"].to_list()) == {wanted}
    core = check_and_bind(text, {})
    program = to_program(core)
    if core.type.kind in (Kind.NUMBER, Kind.BOOLEAN):
        assert isinstance(program, Program)
        assert program.run([]) == float(wanted)


@pytest.mark.parametrize(("text", "expected"), EXAMPLES)
def test_an_example_holds_by_the_standard(text: str, expected: str) -> None:
    actual, wanted = evaluate(text), evaluate(expected)
    assert type(actual) is type(wanted)
    if isinstance(actual, Decimal) and isinstance(wanted, Decimal):
        assert math.isclose(actual, wanted, rel_tol=1e-12)
    else:
        assert actual == wanted


@pytest.mark.parametrize("name", sorted({*FUNCTIONS, *FORMS}))
def test_a_function_is_described(name: str) -> None:
    declared = [table[name] for table in (FUNCTIONS, FORMS) if name in table]
    assert all(each.meaning for each in declared)
    looks = name in FUNCTIONS and FUNCTIONS[name].scope != "row"
    assert looks or any(each.examples for each in declared)


SAMPLES: dict[Kind, Any] = {
    Kind.NUMBER: 2.5,
    Kind.TEXT: "a/b",
    Kind.BOOLEAN: True,
    Kind.INSTANT: datetime(2025, 1, 31, 8, 15, tzinfo=UTC),
    Kind.DATE: date(2025, 1, 31),
    Kind.TIME: time(8, 15),
}


@pytest.mark.parametrize(
    "function", [each for each in ALL if each.scope == "row"], ids=lambda each: each.name
)
def test_a_function_that_repeats_an_argument_says_so(function: Function) -> None:
    names = [f"argument {place}" for place in range(len(function.arguments))]
    fixed = {"scale": 2.0, "start position": 2.0, "length": 2.0, "flags": "i"}
    given = [
        fixed.get(argument.name, "a") if argument.constant else pl.col(name)
        for name, argument in zip(names, function.arguments, strict=True)
    ]
    roots = function.polars(*given).meta.root_names()
    repeats = any(roots.count(name) > 1 for name in names)
    assert repeats == (function.repeats or function.name in CHEAP)


@pytest.mark.parametrize(
    "function", [each for each in ALL if each.scope == "row" and each.strict], ids=lambda each: each.name
)
def test_an_unknown_argument_makes_the_result_unknown(function: Function) -> None:
    fixed = {"scale": 2.0, "start position": 2.0, "length": 2.0, "flags": "i"}
    free = [place for place, argument in enumerate(function.arguments) if not argument.constant]
    for missing in free:
        given: list[Any] = []
        for place, argument in enumerate(function.arguments):
            kind = argument.kinds[0] if argument.kinds else Kind.NUMBER
            value = None if place == missing else SAMPLES[kind]
            dtype = pl.Series([SAMPLES[kind]]).dtype
            given.append(fixed.get(argument.name, "a") if argument.constant else pl.lit(value, dtype=dtype))
        assert pl.select(value=function.polars(*given))["value"].item() is None


def test_every_instruction_belongs_to_one_function() -> None:
    codes = [each.opcode for each in ALL if each.opcode is not None]
    assert sorted(set(codes)) == sorted(set(Opcode) - {Opcode.CONSTANT, Opcode.INPUT})
    assert len({each.name for each in ALL if each.opcode is not None}) >= len(set(codes)) - 2


def test_named_arguments_are_those_shown() -> None:
    for name, function in FUNCTIONS.items():
        unknown = f"{name}(nonsense: 1)"
        with pytest.raises(BookErrors) as raised:
            check_and_bind(unknown, {})
        assert raised.value.diagnostics[0].code in {
            "argument.unknown",
            "argument.count",
            "argument.constant",
        }, name
        assert function.name == name
