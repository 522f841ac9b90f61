"""`carrybook rules`: commands about rule books."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli import workbook
from engine.cli.console import AsJson, ExitCode, show, show_faults, show_json, tell

app = typer.Typer(no_args_is_help=True, help="Rule books: find their faults.")
app.command("export")(workbook.export)
app.command("import")(workbook.import_)

Folder = Annotated[
    Path | None,
    typer.Argument(help="Folder of a book, its draft or a version; default: the starter book."),
]


@app.callback()
def rules() -> None:
    """Rule books: find their faults."""


@app.command()
def check(path: Folder = None, *, as_json: AsJson = False) -> None:
    """Name every fault of a book with its file, row and column; exit code 1 if there is one."""
    from engine.operations.check import check_rules
    from engine.operations.starter import find_starter

    checked = check_rules(path or find_starter())
    if as_json:
        show_json({"path": str(checked.path), "diagnostics": list(checked.diagnostics)})
    elif checked.diagnostics:
        show_faults(list(checked.diagnostics))
        tell(checked.summary, style="red")
    else:
        show(checked.summary)
    if checked.diagnostics:
        raise typer.Exit(ExitCode.FAULT)
