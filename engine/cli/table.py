"""`carrybook table`: commands about decision tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli import table_explain
from engine.cli.book import choose_book
from engine.cli.console import AsJson, ExitCode, show, show_json, tell

if TYPE_CHECKING:
    from engine.operations.lint import Linted

app = typer.Typer(no_args_is_help=True, help="Decision tables: explain what they say, and find their holes.")

Place = Annotated[
    Path | None,
    typer.Argument(
        help="A table of a book, its folder, or a lone CSV file; default: the workspace's book, else the "
        "starter book."
    ),
]
Policy = Annotated[str, typer.Option(help="Hit policy of a lone file.")]
Aggregation = Annotated[str, typer.Option(help="What COLLECT does: sum, min, max or count.")]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--schema",
        metavar="NAME=TYPE",
        help="A column of a lone file: spread=bps, age_hours=hours[0..], quote=USDT|USDC; repeatable.",
    ),
]
Parameters = Annotated[
    list[str] | None, typer.Option("--parameter", metavar="NAME=VALUE", help="A parameter; repeatable.")
]
Allowed = Annotated[
    list[str] | None,
    typer.Option("--allowed", metavar="NAME=A|B", help="Values of an output, the most wanted first."),
]
Defaults = Annotated[
    list[str] | None,
    typer.Option("--default", metavar="NAME=VALUE", help="An output where no rule fires; repeatable."),
]
Exit = Annotated[
    Path | None, typer.Option("--exit", help="An exit table: find rows that are entered and closed at once.")
]


@app.callback()
def table() -> None:
    """Decision tables: explain what they say, and find their holes."""


@app.command()
def lint(  # noqa: PLR0913 - the options of a command
    path: Place = None,
    *,
    hit_policy: Policy = "FIRST",
    aggregation: Aggregation = "",
    columns: Columns = None,
    parameters: Parameters = None,
    allowed: Allowed = None,
    defaults: Defaults = None,
    leave: Exit = None,
    as_json: AsJson = False,
) -> None:
    """Find gaps, overlaps, conflicts, rules that never fire or could go; exit code 1 if one is an error."""
    from engine.operations.lint import lint_path
    from engine.operations.lone_tables import LoneTable

    lone = LoneTable(
        hit_policy,
        aggregation,
        tuple(columns or ()),
        tuple(parameters or ()),
        tuple(allowed or ()),
        tuple(defaults or ()),
        leave,
    )
    show_linted(lint_path(choose_book(path), lone), as_json=as_json)


def show_linted(linted: Linted, *, as_json: bool) -> None:
    """Show what lint found; ends with exit code 1 if one finding is an error."""
    if as_json:
        show_json({"path": str(linted.path), "findings": [found.as_dict() for found in linted.findings]})
    else:
        for found in linted.findings:
            show(f"{found.severity} {found}")
        tell(linted.summary, style="red" if linted.failed else "")
    if linted.failed:
        raise typer.Exit(ExitCode.FAULT)


app.command("explain")(table_explain.explain)
