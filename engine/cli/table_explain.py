"""`carrybook table explain`: what every cell of a table says of rows that are given."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.console import AsJson, show, show_json, tell
from engine.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from engine.operations.explain import Explained
    from engine.tables.explain.view import CellView, RuleView

Place = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, help="A table: of a book, as draft/entry.csv, or a lone CSV."
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="NAME=VALUE",
        help="A value of every row, or of a parameter: net_apr=4%, quote=USDT, vol=null; repeatable.",
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Rows to explain, as CSV or Parquet; null is unknown."),
]
Row = Annotated[int | None, typer.Option(min=0, help="Only this row, counted from 0, with every cell.")]
RuleId = Annotated[str | None, typer.Option("--rule", metavar="ID", help="Only this rule.")]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--schema",
        metavar="NAME=TYPE",
        help="A column of a lone file: spread=bps, age_hours=hours, quote=USDT|USDC; repeatable.",
    ),
]
Allowed = Annotated[
    list[str] | None,
    typer.Option("--allowed", metavar="NAME=A|B", help="Values of an output of a lone file, best first."),
]
Policy = Annotated[
    str | None, typer.Option(help="Hit policy of a lone file; default: FIRST.", show_default=False)
]


def explain(  # noqa: PLR0913 - the options of a command
    path: Place,
    *,
    settings: Settings = None,
    data: Data = None,
    row: Row = None,
    rule: RuleId = None,
    columns: Columns = None,
    allowed: Allowed = None,
    hit_policy: Policy = None,
    as_json: AsJson = False,
) -> None:
    """Explain a table: which cells pass, which fail and by how much, and which rule is nearest.

    A single row is shown with every cell, several as a line each. Metrics of a book are computed where the
    market data they need are given.
    """
    from engine.operations.explain import Given, explain_path
    from engine.operations.lone_tables import LoneTable

    alone = columns is not None or allowed is not None or hit_policy is not None
    lone = LoneTable(hit_policy or "FIRST", schema=tuple(columns or ()), allowed=tuple(allowed or ()))
    explained = explain_path(path, Given(tuple(settings or ()), data), lone if alone else None)
    rows = _choose_rows(explained, row)
    _check_rule(explained, rule)
    if explained.unread:
        tell(f"columns that nothing reads: {', '.join(explained.unread)}", style="yellow")
    if as_json:
        described = [_describe(explained, each, rule) for each in rows]
        show_json({"path": str(path), "table": explained.explanation.table.name, "rows": described})
    elif len(rows) == 1:
        _show_row(explained, rows[0], rule)
    else:
        show(_summarise(explained, rule))


def _choose_rows(explained: Explained, row: int | None) -> list[int]:
    height = explained.frame.height
    if row is not None and row >= height:
        raise UsageError(f"there is no row {row}: rows are 0 to {height - 1}")
    return list(range(height)) if row is None else [row]


def _check_rule(explained: Explained, rule: str | None) -> None:
    from engine.language.names import suggest

    known = [each.id for each in explained.explanation.table.rules]
    if rule is not None and rule not in known:
        hint = suggest(rule, known) or f"rules are {', '.join(known)}"
        raise UsageError(f'there is no rule "{rule}"; {hint}')


def _describe(explained: Explained, row: int, rule: str | None) -> dict[str, Any]:
    told = explained.explanation.as_dict(row)
    rules = [each for each in told["rules"] if rule in (None, each["rule"])]
    return told | {"decision": explained.decisions.row(row, named=True), "rules": rules}


def _show_row(explained: Explained, row: int, rule: str | None) -> None:
    """One row: what the table says, which rule is nearest, and every cell that asks anything."""
    from engine.tables.explain.outcome import Outcome

    view = explained.explanation.row(row)
    show(f"row {row}: {_tell_decision(explained, row)}")
    if view.nearest is not None and view.nearest.outcome is not Outcome.PASSED:
        show(f"nearest: {tell_misses(view.nearest)}")
    show(tabulate_rules(each for each in view.rules if rule in (None, each.rule)))


def tabulate_rules(rules: Iterable[RuleView]) -> Table:
    """Rules with every cell that asks anything."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from engine.cli.formats import format_value

    table = Table(box=SIMPLE_HEAD)
    for header in ("rule", "column", "value", "test", "outcome", "off by"):
        table.add_column(header, overflow="fold")
    for each in rules:
        asking = [cell for cell in each.cells if cell.tested]
        for place, cell in enumerate(asking):
            name = each.rule if place == 0 else ""
            value = format_value(cell.value, cell.type)
            table.add_row(name, cell.header, value, cell.test, cell.outcome.word, _tell_gap(cell))
        if not asking:
            table.add_row(each.rule, "", "", "-", each.outcome.word, "")
        table.add_section()
    return table


def _summarise(explained: Explained, rule: str | None) -> Table:
    """A line for each row."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    named = "pair" in explained.frame.columns
    table = Table("row", *(["pair"] if named else []), "decision", rule or "nearest", box=SIMPLE_HEAD)
    explanation = explained.explanation
    ids = [each.id for each in explanation.table.rules]
    for row, nearest in enumerate(explanation.nearest_rules):
        pair = [str(explained.frame["pair"][row])] if named else []
        place = nearest if rule is None else ids.index(rule)
        misses = tell_misses(explanation.view_rule(row, place)) if ids else ""
        table.add_row(str(row), *pair, _tell_decision(explained, row), misses)
    return table


def _tell_decision(explained: Explained, row: int) -> str:
    decision = explained.decisions.row(row, named=True)
    told = {
        "rule": f"{decision['rule']} fires" if decision["rule"] is not None else "known in any case",
        "default": "no rule fires",
        "unknown": f"unknown, {', '.join(decision['possible'])} possible",
        "violation": f"violation by {', '.join(decision['possible'])}",
    }[decision["state"]]
    outputs = [
        f"{name} {write_output(value)}"
        for name, value in decision.items()
        if name not in ("rule", "state", "possible") and value is not None
    ]
    return f"{told}: {', '.join(outputs)}" if outputs else told


def write_output(value: object) -> str:
    """The value of an output, as it is written in a cell."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def tell_cell(cell: CellView) -> str:
    """A value beside what a cell asks of it: `net_apr 4.90 % failed >= 5%, short by 0.10 %`."""
    from engine.cli.formats import format_value

    told = f"{cell.header} {format_value(cell.value, cell.type)} {cell.outcome.word} {cell.test}"
    distance = _tell_distance(cell)
    if cell.at_open_bound or not distance:
        return f"{told}, the bound is left out" if cell.at_open_bound else told
    return f"{told}, {'over' if cell.too_large else 'short'} by {distance}"


def tell_misses(rule: RuleView) -> str:
    """A rule with the cells that fail and by how much; with those that are unknown if none does."""
    from engine.tables.explain.outcome import Outcome

    missed = [cell for cell in rule.cells if cell.outcome is rule.outcome]
    misses = [_tell_miss(cell) for cell in missed if cell.outcome is not Outcome.PASSED]
    return f"{rule.rule}: {', '.join(misses)}" if misses else rule.rule


def _tell_miss(cell: CellView) -> str:
    if cell.at_open_bound:
        return f"{cell.header} on its bound, which is left out"
    distance = _tell_distance(cell)
    way = "over" if cell.too_large else "short"
    return f"{cell.header} {way} by {distance}" if distance else f"{cell.header} {cell.outcome.word}"


def _tell_gap(cell: CellView) -> str:
    """How far a cell is from passing, and which way; empty as `_tell_distance` is."""
    distance = _tell_distance(cell)
    if not distance or cell.at_open_bound:
        return distance
    return f"{distance} {'over' if cell.too_large else 'short'}"


def _tell_distance(cell: CellView) -> str:
    """How far a cell is from passing; empty if it passes, or nobody can tell."""
    from engine.cli.formats import format_value
    from engine.tables.explain.outcome import Outcome

    if cell.outcome is not Outcome.FAILED or cell.distance is None:
        return ""
    return "0, the bound is left out" if cell.at_open_bound else format_value(cell.distance, cell.type)
