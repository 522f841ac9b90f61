"""The command `carrybook` itself: its groups, its version, and the rim where errors become messages.

Building the help imports neither Polars nor the language: command modules import the engine when they run.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from engine import __version__
from engine.cli import cycles, evaluate, init, ledger, names, positions, report, rules, run, table, wishes
from engine.cli.console import ExitCode, report_error, show, show_json, tell, wants_json
from engine.cli.wrong_values import explain_value
from engine.errors import CarrybookError

_EXIT_CODES = (
    "Exit codes: 0 done · 1 faults were found, or what was asked for failed · "
    "2 the command was called wrongly · 130 interrupted."
)


_JSON_WANTED = "carrybook.json_wanted"


class Rim(TyperGroup):
    """The outermost group: turns every error into a message, or JSON where it is wanted, and an exit code."""

    def make_context(self, info_name: Any, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Keep whether JSON is wanted, which is to be known also where an option is wrong."""
        wanted = "--json" in args
        context = super().make_context(info_name, args, parent, **extra)
        context.meta[_JSON_WANTED] = wanted
        return context

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run the command that was called."""
        try:
            return super().invoke(ctx)
        except CarrybookError as error:
            raise typer.Exit(report_error(error, as_json=wants_json(ctx))) from error
        except TyperException as error:  # an option is wrong; as text it is shown by the outermost call
            error.message = explain_value(error.message)
            if not ctx.meta.get(_JSON_WANTED):
                raise
            show_json({"error": error.format_message(), "diagnostics": []})
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt as interrupt:
            tell("interrupted", style="yellow")
            raise typer.Exit(ExitCode.INTERRUPTED) from interrupt


app = typer.Typer(
    name="carrybook",
    cls=Rim,
    help="A rules engine for carry trades: what to trade, how much and when to stop stands in tables.",
    epilog=_EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        show(f"carrybook {__version__}")
        raise typer.Exit


@app.callback()
def carrybook(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Take the options that stand before a command."""


app.command("init")(init.init)
app.command("run")(run.run)
app.command("cycles")(cycles.cycles)
app.command("positions")(positions.positions)
app.command("ledger")(ledger.ledger)
app.add_typer(report.app, name="report")
app.command("deposit")(wishes.deposit)
app.command("withdraw")(wishes.withdraw)
app.add_typer(wishes.app, name="limits")
app.command("eval")(evaluate.evaluate)
app.command("names")(names.names)
app.add_typer(rules.app, name="rules")
app.add_typer(table.app, name="table")
