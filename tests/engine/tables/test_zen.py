"""Random tables without unknown values, beside another engine: equal on every row."""

from __future__ import annotations

import csv
import io
import random
from typing import Any

import polars as pl
import zen
from hypothesis import given
from hypothesis import strategies as st

from engine.tables.bind import CompiledTable
from engine.tables.compile import compile_table
from engine.tables.read import parse_table

INPUTS = ("apr", "hours", "venue", "open")
SCHEMA = {"apr": "ratio", "hours": "number", "venue": "text", "open": "boolean"}
VENUES = ("binance", "bybit", "kraken", "okx")

Rule = dict[str, str]

values = st.sampled_from(["-0.5", "0", "0.25", "1", "1.5", "2"])
ranges = st.tuples(values, values, st.sampled_from("[("), st.sampled_from("])")).map(
    lambda drawn: (
        f"{drawn[2]}{min(drawn[:2], key=float)}..{max(drawn[:2], key=float)}{drawn[3]}"
        if drawn[0] != drawn[1]
        else f"> {drawn[0]}"
    )
)
comparisons = st.tuples(st.sampled_from([">", ">=", "<", "<="]), values).map(" ".join)
numbers = st.one_of(st.just(""), comparisons, ranges, values)
words = st.lists(st.sampled_from(VENUES), unique=True, max_size=3).map(
    lambda drawn: ", ".join(f'"{word}"' for word in drawn)
)
flags = st.sampled_from(["", "true", "false"])
rules = st.fixed_dictionaries(
    {
        "apr": numbers,
        "hours": numbers,
        "venue": words,
        "open": flags,
        "size": st.sampled_from(["0.1", "0.25", "3", "apr * 2"]),
        "action": st.sampled_from(['"enter"', '"hold"']),
    }
)
tables = st.lists(rules, min_size=1, max_size=12)


def compile_rules(table: list[Rule], policy: str) -> CompiledTable:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["id", *INPUTS, "then size", "then action"])
    for place, rule in enumerate(table):
        writer.writerow([f"r{place}", *(rule[name] for name in (*INPUTS, "size", "action"))])
    outputs = {"size": "number", "action": "text"}
    parsed = parse_table(file.getvalue(), name="table", hit_policy=policy, outputs=outputs)
    return compile_table(parsed, SCHEMA)


def compile_for_zen(table: list[Rule], policy: str) -> Any:
    spot = {"x": 0, "y": 0}
    fields = {
        side: [{"id": name, "name": name, "field": name} for name in names]
        for side, names in (("inputs", INPUTS), ("outputs", ("size", "action")))
    }
    content = {
        "hitPolicy": policy.lower(),
        **fields,
        "rules": [{"_id": f"r{place}", **rule} for place, rule in enumerate(table)],
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": spot},
        {"id": "table", "type": "decisionTableNode", "name": "table", "position": spot, "content": content},
        {"id": "out", "type": "outputNode", "name": "out", "position": spot},
    ]
    edges = [
        {"id": "a", "sourceId": "in", "targetId": "table", "type": "edge"},
        {"id": "b", "sourceId": "table", "targetId": "out", "type": "edge"},
    ]
    graph = {"nodes": nodes, "edges": edges}
    return zen.ZenEngine({"loader": {"type": "static", "content": {"table": graph}}})


def make_rows(seed: int, count: int = 120) -> list[dict[str, Any]]:
    dice = random.Random(seed)
    return [
        {
            "apr": dice.choice([-0.5, -0.25, 0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5]),
            "hours": dice.choice([-0.5, 0.0, 0.25, 1.0, 1.5, 1.75, 2.0]),
            "venue": dice.choice([*VENUES, "gate"]),
            "open": dice.random() < 0.5,
        }
        for _ in range(count)
    ]


def ask_zen(table: list[Rule], policy: str, rows: list[dict[str, Any]]) -> list[Any]:
    engine = compile_for_zen(table, policy)
    answers = engine.evaluate_batch([{"key": "table", "context": row} for row in rows])
    return [answer["data"]["result"] for answer in answers]


@given(tables, st.integers(0, 1_000_000))
def test_first_equals_another_engine_on_every_row(table: list[Rule], seed: int) -> None:
    rows = make_rows(seed)
    found = compile_rules(table, "FIRST").evaluate(pl.DataFrame(rows))
    assert found.select("size", "action").rows() == [
        ((answer or {}).get("size"), (answer or {}).get("action")) for answer in ask_zen(table, "FIRST", rows)
    ]


@given(tables, st.integers(0, 1_000_000))
def test_collect_equals_another_engine_on_every_row(table: list[Rule], seed: int) -> None:
    rows = make_rows(seed)
    found = compile_rules(table, "COLLECT").evaluate(pl.DataFrame(rows))
    assert found.select("size", "action").rows() == [
        ([each["size"] for each in answer], [each["action"] for each in answer])
        for answer in ask_zen(table, "COLLECT", rows)
    ]
