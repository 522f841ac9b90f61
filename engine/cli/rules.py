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
    from collections.abc import Iterator

    from engine.book.scenarios.coverage import Coverage
    from engine.book.scenarios.trial import Measured, Tried
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
    """What was expected and found; then, a line each, what the cells behind that say of the values."""
    from engine.cli.table_explain import write_output

    scenario = tried.scenario
    outputs = ", ".join(
        f"{name} {write_output(value)}" for name, value in tried.outputs.items() if value is not None
    )
    told = f"{tried.found} ({outputs})" if outputs else tried.found
    note = f"; {scenario.note}" if scenario.note else ""
    first = f"scenarios.csv:{scenario.row} {scenario.id}: expected {scenario.expect}, found {told}{note}"
    return "\n".join([first, *(f"    {line}" for line in _tell_why(tried))])


def _tell_why(tried: Tried) -> Iterator[str]:
    from engine.cli.formats import format_value
    from engine.cli.table_explain import tell_cell
    from engine.tables.explain.outcome import Outcome

    for limit, measured in tried.measured.items():
        value = format_value(measured.value, measured.type)
        yield f"{limit}: {measured.header} {value}, must be {measured.test}"
    if tried.missed is not None:
        asking = [cell for cell in tried.missed.cells if cell.tested]
        missed = [cell for cell in asking if cell.outcome is not Outcome.PASSED]
        if not missed:
            yield f"{tried.missed.rule} passes:"
        yield from (f"{tried.missed.rule}: {tell_cell(cell)}" for cell in missed or asking)


def _tell_coverage(covered: Coverage) -> str:
    reached = len(covered.rules) - len(covered.not_hit) - len(covered.never_decide)
    told = [f"{covered.table}: {reached} of {len(covered.rules)} decide in some scenario"]
    told += [f"hit by none: {', '.join(covered.not_hit)}"] if covered.not_hit else []
    told += [f"never decide: {', '.join(covered.never_decide)}"] if covered.never_decide else []
    return "; ".join(told)


def _describe_trials(trials: Trials) -> dict[str, Any]:
    from engine.tables.explain.view import describe_rule

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
            "missed": None if each.missed is None else describe_rule(each.missed),
            "measured": {limit: _describe_measured(found) for limit, found in each.measured.items()},
        }
        for each in trials.tried
    ]
    return {
        "path": str(trials.path),
        "scenarios": scenarios,
        "coverage": [asdict(each) for each in trials.coverage],
    }


def _describe_measured(measured: Measured) -> dict[str, Any]:
    return {"measure": measured.header, "value": measured.value, "must_be": measured.test}


app.command()(diff)
app.command("show")(show_book)
app.command("explain")(past.explain)
