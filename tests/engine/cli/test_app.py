from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

import pytest
import typer
from typer.core import TyperGroup
from typer.main import get_group
from typer.testing import CliRunner

from engine import __version__
from engine.cli.app import Rim, app
from engine.cli.console import AsJson, ExitCode, show, tell
from engine.errors import BookErrors, CarrybookError, Diagnostic, HistoryError, UsageError

FAULT = Diagnostic("name.unknown", 'unknown name "fundng_apr"', "look again", "entry.csv", 7, "funding_apr")
HEAVY = ("polars", "lark", "pandera", "numpy", "ccxt", "streamlit", "pandas")
SECONDS_AT_MOST = 2.0


def run_carrybook(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from engine.cli.start import main; main()", *arguments]
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def failing_app(error: CarrybookError | KeyboardInterrupt, group: type[TyperGroup] = Rim) -> typer.Typer:
    failing = typer.Typer(cls=group, pretty_exceptions_enable=False)

    @failing.callback()
    def _group() -> None: ...

    @failing.command()
    def fail(*, as_json: AsJson = False) -> NoReturn:
        tell(f"json {as_json}")
        raise error

    return failing


def test_the_version_is_data() -> None:
    done = run_carrybook("--version")
    assert (done.returncode, done.stdout, done.stderr) == (ExitCode.OK, f"carrybook {__version__}\n", "")


def test_help_documents_every_exit_code() -> None:
    done = run_carrybook("--help")
    assert done.returncode == ExitCode.OK
    words = done.stdout.split("Exit codes:")[1].split()
    assert {code for code in ExitCode if str(int(code)) in words} == set(ExitCode)


def test_help_names_every_group_and_has_completion() -> None:
    shown = run_carrybook("--help").stdout
    names = [*get_group(app).commands, "--version", "--install-completion"]
    assert [name for name in names if name not in shown] == []


def test_a_wrong_command_is_a_usage_error() -> None:
    done = run_carrybook("no-such-command")
    assert (done.returncode, done.stdout) == (ExitCode.USAGE, "")
    assert "no-such-command" in done.stderr


def test_help_imports_nothing_heavy() -> None:
    look = (
        "import sys, typer.main, engine.cli.app; typer.main.get_command(engine.cli.app.app); "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_is_quick() -> None:
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        assert run_carrybook("--help").returncode == ExitCode.OK
        seconds.append(time.perf_counter() - start)
    assert statistics.median(seconds) < SECONDS_AT_MOST


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (BookErrors([FAULT, FAULT]), ExitCode.FAULT, [str(FAULT), str(FAULT)]),
        (HistoryError("no funding.csv in [data]"), ExitCode.FAULT, ["no funding.csv in [data]"]),
        (
            UsageError("--once and --cycles exclude each other"),
            ExitCode.USAGE,
            ["--once and --cycles exclude each other"],
        ),
    ],
    ids=["book", "history", "usage"],
)
def test_an_error_becomes_messages_and_a_code(
    error: CarrybookError, code: ExitCode, lines: list[str]
) -> None:
    done = CliRunner().invoke(failing_app(error), ["fail"])
    assert (done.exit_code, done.stdout) == (code, "")
    assert done.stderr.splitlines() == ["json False", *lines]


def test_with_json_an_error_is_data() -> None:
    done = CliRunner().invoke(failing_app(BookErrors([FAULT])), ["fail", "--json"])
    assert done.exit_code == ExitCode.FAULT
    assert json.loads(done.stdout) == {"error": "1 fault", "diagnostics": [FAULT.as_dict()]}
    assert done.stderr.splitlines() == ["json True"]


def test_a_group_inside_reports_alike() -> None:
    outer = typer.Typer(cls=Rim, pretty_exceptions_enable=False)
    outer.add_typer(failing_app(HistoryError("no data"), TyperGroup), name="inner")
    done = CliRunner().invoke(outer, ["inner", "fail", "--json"])
    assert json.loads(done.stdout) == {"error": "no data", "diagnostics": []}
    assert done.exit_code == ExitCode.FAULT


def test_an_interrupt_has_a_code_of_its_own() -> None:
    done = CliRunner().invoke(failing_app(KeyboardInterrupt()), ["fail"])
    assert (done.exit_code, done.stdout) == (ExitCode.INTERRUPTED, "")
    assert done.stderr.splitlines() == ["json False", "interrupted"]


@pytest.mark.parametrize("module", ["typer", "engine.cli.app", "engine.workspace", "polars", "engine.clock"])
def test_an_interrupt_is_a_word_also_while_modules_are_imported(module: str) -> None:
    program = f"""
import os, signal, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
from engine.cli.start import main
sys.argv = ["carrybook", "run", "--once"]
main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (ExitCode.INTERRUPTED, ""), done.stderr
    assert done.stderr.splitlines()[-1] == "interrupted"
    assert "Traceback" not in done.stderr


def test_no_colour_where_none_is_wanted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    tell("in red", style="red")
    monkeypatch.setenv("NO_COLOR", "1")
    tell("in red", style="red")
    coloured, plain = capsys.readouterr().err.splitlines()
    assert "\x1b[31m" in coloured
    assert "\x1b[31m" not in plain
    show("data")
    assert capsys.readouterr().out == "data\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "--json", "--cycles", "x"], "a whole number is needed"),
        (["run", "--json", "--nothing"], "--nothing"),
        (["rules", "explain", "--json"], "--pair"),
        (["rules", "chek", "--json"], "chek"),
    ],
)
def test_a_wrong_call_is_json_too_where_it_is_wanted(arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, done.stderr) == (ExitCode.USAGE, "")
    told = json.loads(done.stdout)
    assert (says in told["error"], told["diagnostics"]) == (True, [])
    as_text = CliRunner().invoke(app, [each for each in arguments if each != "--json"])
    assert (as_text.exit_code, as_text.stdout) == (ExitCode.USAGE, "")


def test_init_tells_what_it_made_as_json(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["init", str(tmp_path / "desk"), "--json"])
    told = json.loads(done.stdout)
    assert (done.exit_code, told["folder"]) == (ExitCode.OK, str(tmp_path / "desk"))
    assert all(Path(path).exists() for path in told["made"])
