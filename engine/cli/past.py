"""`carrybook rules explain`: a past decision, derived again from its recording."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.console import AsJson, ExitCode, show, show_json, show_wrapped, tell
from engine.cli.cycles import RecordingPlace
from engine.cli.times import read_time

if TYPE_CHECKING:
    from engine.operations.past import PastDecision
    from engine.tables.explain.view import RowView

_WORD = re.compile(r"[^\W\d]\w*")

Pair = Annotated[str, typer.Option("--pair", help="The pair, as binance:BTC/USDT:USDT.", show_default=False)]
At = Annotated[
    datetime | None,
    typer.Option(
        "--cycle",
        parser=read_time,
        metavar="TIME",
        help="Time of the cycle, UTC; default: the last one. `carrybook cycles` lists them.",
    ),
]


def explain(*, pair: Pair, at: At = None, folder: RecordingPlace = None, as_json: AsJson = False) -> None:
    """Explain a decision of a recorded cycle: each rule, each cell, passed or by how much it failed.

    It is derived again from the recording, by the book that decided; exit code 1 if it comes out otherwise.
    """
    from engine.operations.past import explain_past
    from engine.operations.recordings import open_meant

    past = explain_past(open_meant(folder, Path.cwd()), at, pair)
    if as_json:
        show_json(_describe(past))
    else:
        _show(past)
    if not past.agrees:
        tell("derived again it comes out otherwise than it was recorded", style="red")
        raise typer.Exit(ExitCode.FAULT)


def _show(past: PastDecision) -> None:
    from engine.cli.table_explain import tabulate_rules, tell_misses

    book, derived = past.facts.book, past.derived
    show(f"{past.facts.at:%Y-%m-%d %H:%M} {past.pair}: {_tell(derived)}")
    when = f"{past.facts.recorded_at:%Y-%m-%d %H:%M}"
    show(f"by {book.name} {book.version} ({book.fingerprint}), recorded {when}")
    for role, view in past.views.items():
        show(f"{role}: {_tell_table(past, role)}")
        if role in past.nearest:
            show_wrapped(f"nearest: {tell_misses(past.nearest[role])}")
        if used := _list_parameters(past, view):
            show_wrapped(f"parameters: {', '.join(used)}")
        show(tabulate_rules(view.rules))


def _tell_table(past: PastDecision, role: str) -> str:
    """What a table said of the pair, and by which rule."""
    derived = past.derived
    ended_here = derived.get("stage") == role
    rule = derived.get("rule") if role == "entry" or ended_here else derived.get("universe_rule")
    if ended_here:
        said = str(derived.get("decision"))
    else:
        said = "let in" if role == "universe" else "not asked: the pair fell before"
        rule = rule if role == "universe" else None
    if rule:
        return f"{said}, rule {rule}"
    return f"{said}, by default: no rule fires" if said in ("let in", "none") else said


def _list_parameters(past: PastDecision, view: RowView) -> list[str]:
    """The parameters that the cells name, with their values."""
    from engine.cli.formats import format_value

    words = {word for rule in view.rules for cell in rule.cells for word in _WORD.findall(cell.test)}
    return [
        f"{name} = {format_value(float(quantity.value), quantity.type)}"
        for name, quantity in past.parameters.items()
        if name in words
    ]


def _tell(decision: dict[str, Any]) -> str:
    where = {
        "universe": "at the universe",
        "shortlist": "not on the short list",
        "entry": "by the entry table",
    }
    rule = decision.get("rule")
    said = f", rule {rule}" if rule else ""
    named = ", ".join(decision.get("possible") or ())
    left = f", {named} possible" if named else ""
    if decision.get("decision") == "violation":
        left = f": {named}"
    return f"{decision.get('decision', 'nothing')} {where.get(decision.get('stage', ''), '')}{said}{left}"


def _describe(past: PastDecision) -> dict[str, Any]:
    from engine.tables.explain.view import describe_row

    tables = {role: describe_row(view) for role, view in past.views.items()}
    for role, rule in past.nearest.items():
        tables[role] |= {"nearest": rule.rule, "failed": list(rule.failed)}
    return {
        "ts": past.facts.at,
        "pair": past.pair,
        "book": {
            "name": past.facts.book.name,
            "version": past.facts.book.version,
            "fingerprint": past.facts.book.fingerprint,
        },
        "agrees": past.agrees,
        "recorded": past.recorded,
        "derived": past.derived,
        "tables": tables,
        "parameters": {name: str(quantity.value) for name, quantity in past.parameters.items()},
    }
