"""What an outcome says, as plain values: enough to recompute every decision of a cycle independently."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from engine.book.bind import BoundBook
from engine.book.causes import find_causes
from engine.book.roles import ENTERING
from engine.cycle import Outcome
from engine.language.quantities import Quantity
from engine.tables.bind import VIOLATION
from engine.tables.explain.seen import Missing, Seen, list_missing, list_seen

ENTRY = "entry"
_DECISION = ("ts", "pair", "decision", "stage", "rule", "universe_rule", "state", "possible")


@dataclass(frozen=True, slots=True)
class Entry:
    """A pair that enters, and why.

    Attributes:
        pair: Its id.
        rule: Id of the rule that fires.
        outputs: The outputs of the table.
        seen: What the rule saw, for each column it tests.
    """

    pair: str
    rule: str
    outputs: dict[str, Any]
    seen: tuple[Seen, ...]


def list_entries(bound: BoundBook, outcome: Outcome) -> list[Entry]:
    """The pairs that enter, the most wanted first."""
    place = {pair: number for number, pair in enumerate(outcome.pairs["pair"])}
    chosen = [place[pair] for pair in outcome.ranking]
    decisions = outcome.decisions[chosen]
    seen = list_seen(bound.tables[ENTRY], outcome.pairs[chosen], decisions["rule"].to_list())
    return [
        Entry(row["pair"], row["rule"], _take_outputs(row), values)
        for row, values in zip(decisions.iter_rows(named=True), seen, strict=True)
    ]


def count_missing(bound: BoundBook, outcome: Outcome) -> Counter[str]:
    """For how many unknown pairs each value is missing, those at the bottom only."""
    return Counter(
        name
        for row in _list_open(bound, outcome)
        for name in dict.fromkeys(name for test in row for name in test["causes"])
    )


def count_violations(outcome: Outcome) -> Counter[str]:
    """For how many pairs each group of rules of a table says what it may not, as `entry: E1, E2`."""
    clashing = outcome.decisions.filter(pl.col("decision") == VIOLATION)
    rows = clashing.select("stage", "possible").iter_rows()
    return Counter(f"{stage}: {', '.join(rules)}" for stage, rules in rows)


def describe_outcome(bound: BoundBook, outcome: Outcome) -> dict[str, Any]:
    """One cycle as plain values.

    Returns:
        `ts`, `book` (name, version, fingerprint), `parameters`, `counts`, `set_apart`, `ranking`, and
        `pairs`: for each its `pair`, `inputs` (market data and names about positions), `metrics`, `decision`,
        `stage`, `rule`, `universe_rule`, `outputs`, and `unknown`: the tests that missing data leaves open,
        with `rule`, `header`, the `names` that they miss, and the `causes`: the values at the bottom that
        are missing; and `violation`: the rules that clash, or that give what is not allowed.
    """
    book = bound.book
    metrics = [metric.name for metric in book.metrics]
    inputs = [name for name in outcome.pairs.columns if name not in {*metrics, "ts", "pair"}]
    rows = zip(
        outcome.pairs.select(inputs).iter_rows(named=True),
        outcome.pairs.select(metrics).iter_rows(named=True),
        outcome.decisions.iter_rows(named=True),
        _list_open(bound, outcome),
        strict=True,
    )
    return {
        "ts": outcome.at,
        "book": {"name": book.manifest.name, "version": book.version, "fingerprint": book.fingerprint},
        "parameters": describe_parameters(bound),
        "counts": asdict(outcome.funnel),
        "set_apart": dict(outcome.apart),
        "ranking": list(outcome.ranking),
        "pairs": [_describe_pair(*row) for row in rows],
    }


def describe_parameters(bound: BoundBook) -> dict[str, dict[str, str]]:
    """The exact value of every parameter of a book, and what it counts."""
    return {name: _write(quantity) for name, quantity in bound.parameters.items()}


def _write(quantity: Quantity) -> dict[str, str]:
    """The exact value of a parameter, and what it counts."""
    return {"value": str(quantity.value), "unit": quantity.type.unit.name}


def _describe_pair(
    inputs: dict[str, Any], metrics: dict[str, Any], decision: dict[str, Any], tests: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "pair": decision["pair"],
        "decision": decision["decision"],
        "stage": decision["stage"],
        "rule": decision["rule"],
        "universe_rule": decision["universe_rule"],
        "outputs": _take_outputs(decision),
        "unknown": tests,
        "violation": decision["possible"] if decision["decision"] == VIOLATION else [],
        "metrics": metrics,
        "inputs": inputs,
    }


def _list_open(bound: BoundBook, outcome: Outcome) -> list[list[dict[str, Any]]]:
    """The tests that are open, for each pair; none where the decision is known."""
    told: list[list[dict[str, Any]]] = [[] for _ in range(outcome.decisions.height)]
    for role in ENTERING:
        open_here = (pl.col("decision") == "unknown") & (pl.col("stage") == role)
        chosen = outcome.decisions.select(open_here.arg_true()).to_series().to_list()
        if not chosen:
            continue
        frame, possible = outcome.pairs[chosen], outcome.decisions["possible"].gather(chosen).to_list()
        missing = list_missing(bound.tables[role], frame, possible)
        for place, tests, row in zip(chosen, missing, frame.iter_rows(named=True), strict=True):
            told[place] = [_describe_test(bound, test, row) for test in tests]
    return told


def _describe_test(bound: BoundBook, test: Missing, row: dict[str, Any]) -> dict[str, Any]:
    unknown = {name for name, value in row.items() if value is None}
    return asdict(test) | {"causes": find_causes(bound.formulas, unknown, test.names)}


def _take_outputs(decision: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in decision.items() if name not in _DECISION}
