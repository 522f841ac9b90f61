from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from engine.errors import BookErrors
from engine.language.names import build_scope
from engine.language.to_polars import DTYPES
from engine.language.types import NUMBER, Name
from engine.tables.compile import compile_table
from engine.tables.lint.analysis import lint_checked, lint_table
from engine.tables.lint.case import require_checked
from engine.tables.lint.finding import Certainty, Finding, FindingKind, Severity
from engine.tables.model import Table
from engine.tables.read import parse_table

CASES = Path(__file__).resolve().parents[3] / "cases" / "tables" / "lint.csv"
CLASHES = {FindingKind.OVERLAP, FindingKind.CONFLICT}
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


def test_an_example_keeps_to_the_domains_of_its_inputs() -> None:
    schema = {name: Name(name, NUMBER, minimum=2, maximum=2.5) for name in ("a", "b")}
    found = lint("id,a,then y\nR1,> b,1\nR2,> b,2\n", "UNIQUE", schema)
    (overlap,) = [finding for finding in found if finding.kind is FindingKind.OVERLAP]
    assert overlap.example == {"a": 2.5, "b": 2.0}


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


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("lag(a, 8h)", "> 3"),
        ("t", '< @""2025-01-31T00:00:00Z""'),
        ("upper case(s)", '""X""'),
        ("s", 'starts with(?, ""x"")'),
        ("a in [1..b]", "true"),
        ("s", '> ""b""'),
    ],
)
def test_inputs_that_regions_cannot_tell_are_analysed_too(header: str, cell: str) -> None:
    schema = {"a": "number", "b": "number", "s": "text", "t": "instant"}
    found = lint(f'id,"{header}",then y\nR1,"{cell}",1\n', schema=schema)
    kinds = {finding.kind for finding in found}
    assert kinds >= {FindingKind.GAP}
    assert FindingKind.NOT_ANALYSED not in kinds


def test_many_bounds_in_one_column() -> None:
    rules = "".join(f"R{place},{place},{place}\n" for place in range(1_100))
    found = lint(f"id,a,then y\n{rules}", "UNIQUE", {"a": Name("a", NUMBER, minimum=0, maximum=1_099)})
    (gap,) = [finding for finding in found if finding.kind is FindingKind.GAP]
    assert gap.message.startswith("no rule accepts a (0..1) or (1..2) or (2..3)")


def test_what_is_too_long_to_tell_is_named() -> None:
    rules = "".join(f"R{place},> {place},1\n" for place in range(70))
    idle = [finding for finding in lint(f"id,a,then y\n{rules}") if finding.kind is FindingKind.NEVER_FIRES]
    (rest,) = [finding for finding in idle if finding.row is None]
    assert (len(idle), rest.message) == (51, "19 more are named but not told one by one")
    told = {finding.rules[0] for finding in idle if finding is not rest}
    assert told | set(rest.rules) == {f"R{place}" for place in range(1, 70)}


def test_what_is_too_much_is_said_and_the_same_every_time() -> None:
    cells = [f"R{place},{place % 7}," + f">= {place % 11},{place % 3}" for place in range(60)]
    table = parse_table("id,a,b,then y\n" + "\n".join(cells) + "\n", name="entry", hit_policy="FIRST")
    scope = build_scope(NUMBERS)
    found = lint_checked(require_checked(table, scope), scope, {}, steps=400)
    open_ones = [finding for finding in found if finding.kind is FindingKind.NOT_ANALYSED]
    assert len(open_ones) >= 3
    assert all("too many" in finding.message or "more ways" in finding.message for finding in open_ones)
    assert found == lint_checked(require_checked(table, scope), scope, {}, steps=400)


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case["id"])
def test_the_compiled_table_confirms_every_example(case: dict[str, str]) -> None:
    schema = dict(map(read_column, case["columns"].split()))
    table = read(case)
    compiled = compile_table(table, schema)
    dtypes = {name: DTYPES[kind.type.kind] for name, kind in build_scope(schema).names.items()}
    for finding in lint_table(table, schema):
        if finding.example is not None:
            row = pl.DataFrame([{**dict.fromkeys(dtypes), **finding.example}], schema=dtypes)
            true, possible = (matches[:, 0] for matches in compiled.matches(row))
            fires = {rule.id for rule, hit in zip(table.rules, true, strict=True) if hit}
            assert finding.kind is not FindingKind.GAP or not possible.any()
            assert finding.kind is not FindingKind.UNKNOWN_GAP or not fires
            assert finding.kind not in CLASHES or fires >= set(finding.rules)


def test_faults_of_texts_are_raised() -> None:
    with pytest.raises(BookErrors) as raised:
        lint("id,a,then y\nR1,> c,1\n")
    assert [fault.code for fault in raised.value.diagnostics] == ["name.unknown"]
