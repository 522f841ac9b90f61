"""Every finding of random tables, found again by trying every combination of values in plain loops."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.names import build_scope
from engine.language.to_python import evaluate_row
from engine.language.types import NUMBER, Name
from engine.tables.checked import CheckedTable
from engine.tables.compile import check_table
from engine.tables.lint.analysis import lint_checked
from engine.tables.lint.budget import Budget
from engine.tables.lint.case import open_case
from engine.tables.lint.finding import Certainty, Finding, FindingKind
from engine.tables.lint.gaps import sweep_gaps
from engine.tables.lint.grid import Factor
from engine.tables.model import Table
from engine.tables.read import parse_table

COLUMNS = ("a", "b", "c")
SCHEMA = {"a": Name("a", NUMBER, minimum=0, maximum=4), "b": "text", "c": "boolean"}
VALUES: dict[str, list[Any]] = {
    "a": [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, None],
    "b": ["x", "y", "z", None],
    "c": [False, True, None],
}
POINTS = [dict(zip(COLUMNS, values, strict=True)) for values in product(*VALUES.values())]
KNOWN = [place for place, point in enumerate(POINTS) if None not in point.values()]

cells = st.tuples(
    st.sampled_from(["-", "-", ">= 2", "< 2", "2", "[1..3)", "> 3", "> 5", "not(1)", "null", "not(null)"]),
    st.sampled_from(["-", "-", '"x"', '"y"', '"x", "y"', 'not("x")']),
    st.sampled_from(["-", "-", "true", "false"]),
)
tables = st.lists(st.tuples(cells, st.sampled_from("123")), max_size=6)
POLICIES = [
    ("FIRST", None),
    ("PRIORITY", None),
    ("UNIQUE", None),
    ("ANY", None),
    ("RULE ORDER", None),
    ("OUTPUT ORDER", None),
    ("COLLECT", None),
    *(("COLLECT", word) for word in ("sum", "min", "max", "count")),
]
AGGREGATORS: dict[str, Callable[[list[float]], float]] = {"sum": sum, "min": min, "max": max}
ALLOWED = ["2", "1", "3"]
Rules = Sequence[tuple[tuple[str, ...], str]]
Truth = bool | None


def quote(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def check(rules: Rules, policy: str, aggregation: str | None, default: int | None) -> CheckedTable:
    lines = [f"R{place},{','.join(map(quote, tests))},{value}" for place, (tests, value) in enumerate(rules)]
    table: Table = parse_table(
        "\n".join(["id,a,b,c,then y", *lines]) + "\n",
        name="t",
        hit_policy=policy,
        aggregation=aggregation,
        outputs={"y": "number"},
        allowed={"y": ALLOWED} if policy in {"PRIORITY", "OUTPUT ORDER"} else None,
        defaults={} if default is None else {"y": default},
    )
    checked = check_table(table, build_scope(SCHEMA))
    assert isinstance(checked, CheckedTable), checked
    return checked


@dataclass(frozen=True)
class Brute:
    """A table by its definition: for every point the value of every cell."""

    cells: list[list[list[Truth]]]
    values: list[float]
    policy: str
    aggregation: str | None
    default: float | None

    def rules(self) -> range:
        return range(len(self.values))

    def hits(self, place: int, blank: int | None = None) -> list[Truth]:
        return [
            conjoin([cell for column, cell in enumerate(row) if column != blank]) for row in self.cells[place]
        ]

    def prefer(self, rule: int) -> tuple[int, int]:
        ranked = self.policy in {"PRIORITY", "OUTPUT ORDER"}
        return (ALLOWED.index(f"{self.values[rule]:.0f}") if ranked else 0, rule)

    def decide(self, fired: Sequence[int]) -> Hashable:
        """The result where exactly these rules fire."""
        ordered = sorted(fired, key=self.prefer)
        values = [self.values[rule] for rule in ordered]
        if self.aggregation == "count":
            return len(values)
        if self.policy in {"RULE ORDER", "OUTPUT ORDER"} or (self.policy, self.aggregation) == (
            "COLLECT",
            None,
        ):
            usual = () if self.default is None else (self.default,)
            return tuple(values) or usual
        if not values:
            return self.default
        if self.policy in {"FIRST", "PRIORITY"}:
            return values[0]
        if self.policy == "UNIQUE":
            return values[0] if len(values) == 1 else "violation"
        if self.policy == "ANY":
            return values[0] if len(set(values)) == 1 else "violation"
        return AGGREGATORS[str(self.aggregation)](values)

    def tell(self, hits: Sequence[Truth], without: int | None = None) -> Hashable:
        """The result of a row; unknown if the readings of the possible rules differ."""
        true = [rule for rule, hit in enumerate(hits) if hit is True and rule != without]
        doubt = [rule for rule, hit in enumerate(hits) if hit is None and rule != without]
        certain = self.decide(true)
        if certain == "violation":
            return certain
        readings = product((False, True), repeat=len(doubt))
        results = {
            self.decide([*true, *(rule for rule, read in zip(doubt, reading, strict=True) if read)])
            for reading in readings
        }
        return certain if len(results) == 1 else "unknown"

    def fires(self, rule: int, hits: Sequence[Truth]) -> bool:
        if hits[rule] is not True or self.policy not in {"FIRST", "PRIORITY"}:
            return hits[rule] is True
        winner = min((other for other, hit in enumerate(hits) if hit is True), key=self.prefer)
        return winner == rule and self.tell(hits) != "unknown"


def conjoin(cells: Sequence[Truth]) -> Truth:
    if any(cell is False for cell in cells):
        return False
    return None if any(cell is None for cell in cells) else True


def build(checked: CheckedTable, aggregation: str | None, default: float | None) -> Brute:
    cells = [[[evaluate_row(test, point) for test in row] for row in checked.tests] for point in POINTS]
    values = [float(rule.outputs[0]) for rule in checked.table.rules]
    return Brute(cells, values, str(checked.table.hit_policy), aggregation, default)  # type: ignore[arg-type]


def list_idle(brute: Brute) -> Iterator[tuple[str, str]]:
    """Kinds and rules that never fire, or only by unknown values."""
    hits = [brute.hits(place) for place in range(len(POINTS))]
    for rule in brute.rules():
        if not any(brute.fires(rule, row) for row in hits):
            yield "never fires", f"R{rule}"
        elif brute.policy in {"FIRST", "PRIORITY"}:
            meant = any(hits[place][rule] is True for place in KNOWN)
            if meant and not any(brute.fires(rule, hits[place]) for place in KNOWN):
                yield "fires only by unknown", f"R{rule}"


def list_redundant(brute: Brute, idle: set[str]) -> Iterator[tuple[str, str]]:
    for rule in brute.rules():
        rows = (brute.hits(place) for place in range(len(POINTS)))
        if f"R{rule}" not in idle and all(brute.tell(row) == brute.tell(row, rule) for row in rows):
            yield "redundant", f"R{rule}"


def list_columns(brute: Brute) -> Iterator[tuple[str, str]]:
    for column, header in enumerate(COLUMNS):
        places = range(len(POINTS))
        if all(brute.tell(brute.hits(place)) == brute.tell(brute.hits(place, column)) for place in places):
            yield "column never matters", header


def list_pairs(brute: Brute) -> Iterator[tuple[str, str]]:
    clash: Callable[[int, int], bool] = {
        "UNIQUE": lambda _one, _other: True,
        "ANY": lambda one, other: brute.values[one] != brute.values[other],
    }.get(brute.policy, lambda _one, _other: False)
    kind = "overlap" if brute.policy == "UNIQUE" else "conflict"
    rows = [brute.hits(place) for place in range(len(POINTS))]
    for one, other in product(brute.rules(), brute.rules()):
        if one < other and clash(one, other) and any(row[one] is row[other] is True for row in rows):
            yield kind, f"R{one} R{other}"


def list_unknown_gaps(brute: Brute) -> Iterator[tuple[str, str]]:
    sure = [True in brute.hits(place) for place in range(len(POINTS))]
    for header in COLUMNS:
        groups: dict[tuple[Any, ...], dict[Any, bool]] = {}
        for place, point in enumerate(POINTS):
            rest = tuple(value for name, value in point.items() if name != header)
            if None not in rest:
                groups.setdefault(rest, {})[point[header]] = sure[place]
        if any(not group.pop(None) and all(group.values()) for group in groups.values()):
            yield "unknown gap", header


def describe(finding: Finding) -> tuple[str, str]:
    kind = str(finding.kind)
    if finding.column is not None and kind != "never fires":
        return kind, finding.column
    return kind, " ".join(finding.rules if kind in {"overlap", "conflict"} else finding.rules[:1])


@pytest.mark.parametrize(("policy", "aggregation"), POLICIES)
@given(rules=tables, default=st.sampled_from([None, 2]))
def test_every_finding_and_no_other(
    policy: str, aggregation: str | None, rules: Rules, default: int | None
) -> None:
    checked = check(rules, policy, aggregation, default)
    brute = build(checked, aggregation, default)
    found = lint_checked(checked, build_scope(SCHEMA), {})
    assert all(finding.certainty is Certainty.EXACT for finding in found)
    idle = set(list_idle(brute))
    expected = {*idle, *list_redundant(brute, {rule for kind, rule in idle if kind == "never fires"})}
    expected |= {*list_columns(brute), *list_pairs(brute), *list_unknown_gaps(brute)}
    assert {describe(finding) for finding in found if finding.kind is not FindingKind.GAP} == expected


def locate(factor: Factor, value: Any) -> int:
    if value is None:
        return len(factor.true) - 1
    if factor.axis.bounds:
        return next(i for i, (low, high) in enumerate(factor.axis.bounds) if low <= value < high)
    return factor.axis.values.index(value) if value in factor.axis.values else len(factor.axis.values) - 1


@given(tables)
def test_gaps_are_covered_by_boxes_and_examples_lie_in_them(rules: Rules) -> None:
    checked = check(rules, "FIRST", None, None)
    brute = build(checked, None, None)
    scope = build_scope(SCHEMA)
    grid = open_case(checked, scope, {}).grid
    boxes = [box for box, _ in sweep_gaps(grid, Budget())]
    for place in KNOWN:
        at = [locate(factor, POINTS[place][factor.header]) for factor in grid.factors]
        inside = any(all(places >> i & 1 for i, places in zip(at, box, strict=True)) for box in boxes)
        assert inside == all(hit is False for hit in brute.hits(place))
    gaps = [finding for finding in lint_checked(checked, scope, {}) if finding.kind is FindingKind.GAP]
    assert len(gaps) == len(boxes)
    for gap in gaps:
        row = dict.fromkeys(COLUMNS, 0.0) | dict(gap.example or {})
        assert all(any(evaluate_row(test, row) is False for test in tests) for tests in checked.tests)


@given(tables)
def test_the_rules_that_cover_another_are_a_minimal_cover(rules: Rules) -> None:
    checked = check(rules, "FIRST", None, None)
    for finding in lint_checked(checked, build_scope(SCHEMA), {}):
        if finding.kind is FindingKind.NEVER_FIRES and len(finding.rules) > 1:
            first, *cover = (int(rule[1:]) for rule in finding.rules)
            assert is_idle(rules, first, cover)
            assert not any(is_idle(rules, first, [one for one in cover if one != other]) for other in cover)


def is_idle(rules: Rules, rule: int, others: Sequence[int]) -> bool:
    kept = [rules[place] for place in (*sorted(others), rule)]
    brute = build(check(kept, "FIRST", None, None), None, None)
    return not any(brute.fires(len(kept) - 1, brute.hits(place)) for place in range(len(POINTS)))
