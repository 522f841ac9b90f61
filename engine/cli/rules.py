"""`carrybook rules`: commands about rule books."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from engine.cli import past, workbook
from engine.cli.book import BookFolder, choose_book
from engine.cli.console import AsJson, ExitCode, show, show_faults, show_json, tell
from engine.cli.diff import diff
from engine.cli.show import show_book
from engine.cli.table import show_linted

if TYPE_CHECKING:
    from engine.book.scenarios.coverage import Coverage
    from engine.book.scenarios.trial import Tried
    from engine.operations.trials import Trials

app = typer.Typer(no_args_is_help=True, help="Rule books: check, try, lint, compare them.")
app.command("export")(workbook.export)
app.command("import")(workbook.import_)


@app.callback()
def rules() -> None:
    """Rule books: check, try, lint, compare them."""


@app.command()
def check(path: BookFolder = None, *, as_json: AsJson = False) -> None:
    """Name every fault of a book with its file, row and column; exit code 1 if there is one."""
    from engine.operations.check import check_rules

    checked = check_rules(choose_book(path))
    if as_json:
        told = {"fingerprint": checked.fingerprint, "behaviour": checked.behaviour}
        show_json({"path": str(checked.path), **told, "diagnostics": list(checked.diagnostics)})
    elif checked.diagnostics:
        show_faults(list(checked.diagnostics))
        tell(checked.summary, style="red")
    else:
        show(checked.summary)
    if checked.diagnostics:
        raise typer.Exit(ExitCode.FAULT)


@app.command("test")
def try_scenarios(path: BookFolder = None, *, as_json: AsJson = False) -> None:
    """Try the scenarios of a book, and tell which rules none of them reaches; exit code 1 if one fails."""
    from engine.operations.trials import try_rules

    trials = try_rules(choose_book(path))
    if as_json:
        show_json(_describe_trials(trials))
    else:
        for each in trials.failed:
            show(_tell_failure(each))
        for covered in trials.coverage:
            show(_tell_coverage(covered))
        tell(trials.summary, style="red" if trials.failed else "")
    if trials.failed:
        raise typer.Exit(ExitCode.FAULT)


@app.command()
def lint(path: BookFolder = None, *, as_json: AsJson = False) -> None:
    """Find gaps, overlaps, idle rules, and churn in every table; exit code 1 if one is an error."""
    from engine.operations.lint import lint_path
    from engine.operations.lone_tables import LoneTable

    show_linted(lint_path(choose_book(path), LoneTable()), as_json=as_json)


def _tell_failure(tried: Tried) -> str:
    scenario = tried.scenario
    outputs = ", ".join(f"{name} {value}" for name, value in tried.outputs.items() if value is not None)
    told = f"{tried.found} ({outputs})" if outputs else tried.found
    note = f"; {scenario.note}" if scenario.note else ""
    return f"scenarios.csv:{scenario.row} {scenario.id}: expected {scenario.expect}, found {told}{note}"


def _tell_coverage(covered: Coverage) -> str:
    reached = len(covered.rules) - len(covered.not_hit) - len(covered.never_decide)
    told = [f"{covered.table}: {reached} of {len(covered.rules)} decide in some scenario"]
    told += [f"hit by none: {', '.join(covered.not_hit)}"] if covered.not_hit else []
    told += [f"never decide: {', '.join(covered.never_decide)}"] if covered.never_decide else []
    return "; ".join(told)


def _describe_trials(trials: Trials) -> dict[str, Any]:
    scenarios = [
        {
            "id": each.scenario.id,
            "table": each.scenario.table,
            "row": each.scenario.row,
            "passed": each.passed,
            "expected": each.scenario.expect,
            "found": each.found,
            "outputs": dict(each.outputs),
            "decided": list(each.decided),
            "hit": list(each.hit),
        }
        for each in trials.tried
    ]
    return {
        "path": str(trials.path),
        "scenarios": scenarios,
        "coverage": [asdict(each) for each in trials.coverage],
    }


app.command()(diff)
app.command("show")(show_book)
app.command("explain")(past.explain)
