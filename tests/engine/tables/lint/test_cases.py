from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BookErrors
from engine.language.types import NUMBER, Name
from engine.tables.lint.analysis import lint_table
from engine.tables.lint.finding import Certainty, Finding, FindingKind, Severity
from engine.tables.model import Table
from engine.tables.read import parse_table

CASES = Path(__file__).resolve().parents[3] / "cases" / "tables" / "lint.csv"
NUMBERS = {"a": "number", "b": "number"}


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_column(text: str) -> tuple[str, Any]:
    name, _, declared = text.partition("=")
    if "[" in declared:
        low, high = declared.removeprefix("number[").removesuffix("]").split("..")
        return name, Name(name, NUMBER, minimum=float(low), maximum=float(high))
    return name, declared.split("|") if "|" in declared else declared


def read(case: dict[str, str]) -> Table:
    policy, _, default = case["policy"].partition(" default ")
    words = policy.split()
    aggregation = words.pop() if words[-1].islower() else None
    return parse_table(
        case["table"],
        name="entry",
        hit_policy=" ".join(words),
        aggregation=aggregation,
        outputs={"y": "text" if "high" in case["table"] else "number"},
        allowed={"y": ["high", "low"]} if words == ["PRIORITY"] else None,
        defaults={"y": default} if default else None,
    )


def write(finding: Finding) -> str:
    if finding.kind is FindingKind.GAP:
        return f"gap: {finding.message.removeprefix('no rule accepts ')}"
    if finding.kind is FindingKind.NEVER_FIRES:
        at = "" if finding.column is None else f" [{finding.column}]"
        return f"never fires: {' '.join(finding.rules)}{at}"
    ids = finding.rules if finding.kind in {FindingKind.OVERLAP, FindingKind.CONFLICT} else finding.rules[:1]
    return f"{finding.kind}: {finding.column or ' '.join(ids)}"


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case["id"])
def test_findings(case: dict[str, str]) -> None:
    schema = dict(map(read_column, case["columns"].split()))
    found = lint_table(read(case), schema)
    assert sorted(map(write, found)) == sorted(case["expected"].splitlines())
    assert all(finding.certainty is Certainty.EXACT for finding in found)


def lint(
    text: str, policy: str = "FIRST", schema: dict[str, Any] | None = None, **settings: Any
) -> list[Finding]:
    table = parse_table(text, name="entry", hit_policy=policy, **settings)
    return lint_table(table, schema or NUMBERS)


def test_a_finding_reads_in_one_line() -> None:
    (finding, *_) = lint("id,a,then y\nR1,< 5,1\nR2,[2..9),2\n", "UNIQUE")
    assert str(finding) == (
        "entry.csv:2 overlap: R1 and R2 both accept a [2..5), with different outputs; "
        "UNIQUE allows only one rule to fire; example a = 3"
    )
    assert (finding.severity, finding.row, finding.rules) == (Severity.ERROR, 2, ("R1", "R2"))


def test_a_gap_that_a_default_fills_is_only_information() -> None:
    text = "id,a,then y\nR1,< 5,1\n"
    assert [finding.severity for finding in lint(text)] == [Severity.WARNING]
    assert [finding.severity for finding in lint(text, defaults={"y": 0})] == [Severity.INFO]


def test_a_cell_that_compares_columns_has_an_example_that_the_cells_confirm() -> None:
    found = lint("id,a,b,then y\nR1,> b,-,1\nR2,-,> 3,2\n", "UNIQUE")
    (overlap,) = [finding for finding in found if finding.kind is FindingKind.OVERLAP]
    assert overlap.certainty is Certainty.EXACT
    assert overlap.example is not None
    a, b = (overlap.example[name] for name in ("a", "b"))
    assert isinstance(a, float)
    assert isinstance(b, float)
    assert a > b > 3


def test_what_inputs_that_depend_on_each_other_cannot_show_is_only_possible() -> None:
    found = lint("id,a,a + 10,then y\nR1,> 5,-,1\nR2,-,< 12,2\n", "UNIQUE")
    (overlap,) = [finding for finding in found if finding.kind is FindingKind.OVERLAP]
    assert (overlap.certainty, overlap.severity) == (Certainty.POSSIBLE, Severity.WARNING)
    assert str(overlap).startswith("entry.csv:2 possible overlap: ")


def test_a_proof_over_independent_inputs_holds_for_dependent_ones() -> None:
    found = lint("id,a,a + b,then y\nR1,> 5,-,1\nR2,> 6,> b,2\n")
    (idle,) = [finding for finding in found if finding.kind is FindingKind.NEVER_FIRES]
    assert (idle.rules, idle.certainty) == (("R2", "R1"), Certainty.EXACT)


def test_parameters_have_their_values() -> None:
    table = parse_table("id,a,then y\nR1,> high,1\nR2,> low,2\nR3,-,3\n", name="entry", hit_policy="FIRST")
    idle = [
        [
            finding.rules
            for finding in lint_table(table, NUMBERS, values)
            if finding.kind is FindingKind.NEVER_FIRES
        ]
        for values in ({"high": 5, "low": 3}, {"high": 3, "low": 5})
    ]
    assert idle == [[], [("R2", "R1")]]


def test_outputs_that_are_formulas_are_not_taken_for_different() -> None:
    found = lint("id,a,b,then y\nR1,> 5,-,a\nR2,> 5,-,b\nR3,-,-,0\n", "ANY")
    conflicts = [finding for finding in found if finding.kind is FindingKind.CONFLICT]
    assert {finding.certainty for finding in conflicts} == {Certainty.POSSIBLE}
    assert {finding.severity for finding in conflicts} == {Severity.WARNING}


def test_sums_of_formulas_are_said_to_be_left_out() -> None:
    found = lint("id,a,then y\nR1,> 5,a\nR2,-,1\n", "COLLECT", aggregation="sum")
    messages = [finding.message for finding in found if finding.kind is FindingKind.NOT_ANALYSED]
    assert len(messages) == 2
    assert all("formulas" in message for message in messages)


def test_faults_of_texts_are_raised() -> None:
    with pytest.raises(BookErrors) as raised:
        lint("id,a,then y\nR1,> c,1\n")
    assert [fault.code for fault in raised.value.diagnostics] == ["name.unknown"]
