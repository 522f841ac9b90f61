"""Every fault of a text: its code, its place and what it advises, case by case."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BookErrors, Diagnostic
from engine.language import syntax
from engine.language.check import check_cell, check_formula
from engine.language.core import Column
from engine.language.formula import check_and_bind
from engine.language.metrics import Metric, check_metrics
from engine.language.names import build_scope
from engine.language.quantities import read_quantity
from engine.language.to_program import to_program
from engine.language.types import NUMBER, TEXT, Name, Stage

CASES = Path(__file__).parents[2] / "cases" / "language"
ENGINE = Path(syntax.__file__).parent
SCHEMA: dict[str, Any] = {
    "x": "number",
    "y": "number",
    "net_apr": "apr",
    "funding_rate": "ratio",
    "age_hours": "hours",
    "basis_bps": "bps",
    "price": "price",
    "volume_usd": "usd",
    "t": "text",
    "flag": "boolean",
    "ts": "instant",
    "base": ["BTC", "ETH", "x", "IN"],
    "gain": Name("gain", NUMBER, Stage.POSITION),
    "reason": Name("reason", TEXT, Stage.POSITION),
}
PARAMETERS = {"hold": "3d", "entry_apr": "5%", "word": '"BTC"', "none": "0d"}


def read_cases() -> list[Any]:
    with (CASES / "diagnostics.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    grouped = groupby(rows, key=lambda row: (row["of"], row["text"]))
    return [pytest.param(of, text, list(faults), id=f"{of}: {text}") for (of, text), faults in grouped]


def find_faults(of: str, text: str) -> tuple[Diagnostic, ...]:
    """The faults of a text, by what it is the text of: `formula`, `cell x`, `parameter p`, …"""
    kind, _, name = of.partition(" ")
    try:
        return _FINDERS[kind](text, name)
    except BookErrors as errors:
        return errors.diagnostics


def _in_cell(text: str, name: str) -> tuple[Diagnostic, ...]:
    scope = build_scope(SCHEMA, PARAMETERS)
    subject = scope.names[name]
    column = Column(name, subject.type, subject.stage)
    return check_cell(text, column, scope, vocabulary=subject.vocabulary).diagnostics


def _in_sheet(text: str, _: str) -> tuple[Diagnostic, ...]:
    rows = [line.split(":") for line in text.split(";")]
    metrics = [
        Metric(name.strip(), formula.strip(), row=line) for line, (name, formula) in enumerate(rows, 2)
    ]
    return check_metrics(metrics, build_scope(SCHEMA, PARAMETERS)).diagnostics


def _in_parameter(text: str, name: str) -> tuple[Diagnostic, ...]:
    read = read_quantity(name, text, unit="hours" if name == "in_hours" else "")
    return (read,) if isinstance(read, Diagnostic) else ()


def _in_program(text: str, _: str) -> tuple[Diagnostic, ...]:
    program = to_program(check_and_bind(text, SCHEMA, PARAMETERS))
    return (program,) if isinstance(program, Diagnostic) else ()


def _find_none(_: object) -> tuple[Diagnostic, ...]:
    return ()


_FINDERS: dict[str, Callable[[str, str], tuple[Diagnostic, ...]]] = {
    "formula": lambda text, _: check_formula(text, build_scope(SCHEMA, PARAMETERS)).diagnostics,
    "bound": lambda text, _: _find_none(check_and_bind(text, SCHEMA, PARAMETERS)),
    "cell": _in_cell,
    "metrics": _in_sheet,
    "parameter": _in_parameter,
    "program": _in_program,
    "schema": lambda text, name: _find_none(build_scope({name: text})),
    "twice": lambda text, name: _find_none(build_scope({name: "number"}, {name: text})),
}


@pytest.mark.parametrize(("of", "text", "expected"), read_cases())
def test_faults_are_placed_and_explained(of: str, text: str, expected: list[dict[str, str]]) -> None:
    found = find_faults(of, text)
    places = [(each.code, "" if each.start is None else str(each.start)) for each in found]
    assert places == [(case["code"], case["start"]) for case in expected]
    for fault, case in zip(found, expected, strict=True):
        assert case["hint"] in fault.hint or case["hint"] in fault.message
        assert fault.message
        assert fault.start is None or fault.start <= (fault.end or 0) <= max(len(text), 1)


def test_every_code_has_a_case() -> None:
    files = [path for path in ENGINE.rglob("*.py") if "standard" not in path.parts]
    source = "\n".join(path.read_text(encoding="utf-8") for path in files)
    codes = set(re.findall(r'(?:Diagnostic\(|report\(\s*[\w.]+,|_fault\()\s*"([a-z]+\.[a-z_]+)"', source))
    cased = {row["code"] for case in read_cases() for row in case.values[2]}
    assert codes - cased == {"text.too_long", "value.kind"}, "of a long text, and of a value given by hand"
    assert len(codes) > 30


def test_a_text_without_a_tree_has_a_fault() -> None:
    for case in read_cases():
        of, text, _ = case.values
        if of == "formula":
            checked = check_formula(text, build_scope(SCHEMA, PARAMETERS))
            assert (checked.core is None) == bool(checked.diagnostics)
