from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.cli.app import app
from engine.cli.console import ExitCode
from engine.operations.starter import find_starter

BOOK = Path("rules") / "funding-carry"
COMMANDS = (
    *(["rules", "check"], ["rules", "test"], ["rules", "lint"], ["rules", "show"], ["table", "lint"]),
    *(["names"], ["rules", "export", "--to", "book.xlsx"], ["run", "--once"]),
)
"""Every command that takes a book and may be called without naming one."""


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"NO_COLOR": "1", "COLUMNS": "240"})


def add_metric(workspace: Path) -> None:
    metrics = workspace / BOOK / "draft" / "metrics.csv"
    metrics.write_text(metrics.read_text() + "my_own,net_apr * 2,,,,\n")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_workspace_means_its_own_book_and_says_so(command: Sequence[str], workspace: Path) -> None:
    result = invoke(*command)
    assert result.exit_code == ExitCode.OK, result.output
    assert result.stderr.splitlines()[0] == f"book: {workspace / BOOK}, of the workspace desk"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_elsewhere_the_starter_book_is_meant(
    command: Sequence[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert f"book: {find_starter()}, the starter book" in invoke(*command).stderr.splitlines()


def test_a_book_that_is_named_is_not_told(workspace: Path) -> None:
    assert "book: " not in invoke("rules", "test", str(workspace / BOOK)).stderr


def test_what_is_edited_is_what_is_shown_listed_and_exported(workspace: Path) -> None:
    add_metric(workspace)
    shown = json.loads(invoke("rules", "show", "--json").stdout)
    assert [row["name"] for row in shown["tables"]["metrics"]][-1] == "my_own"
    assert "my_own" in [name["name"] for name in json.loads(invoke("names", "--json").stdout)]


def test_out_and_in_from_below_the_workspace_changes_nothing(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_metric(workspace)
    before = {path.name: path.read_bytes() for path in (workspace / BOOK / "draft").iterdir()}
    (workspace / "sheets").mkdir()
    monkeypatch.chdir(workspace / "sheets")
    assert invoke("rules", "export", "--to", "book.xlsx").exit_code == ExitCode.OK
    result = invoke("rules", "import", "book.xlsx")
    assert result.stdout == f"{workspace / BOOK / 'draft'}: nothing differs\n", result.output
    assert {path.name: path.read_bytes() for path in (workspace / BOOK / "draft").iterdir()} == before


def test_an_edited_book_without_settings_is_not_passed_over_silently(workspace: Path) -> None:
    (workspace / "settings.toml").unlink()
    assert "no workspace" not in invoke("rules", "check").stderr
    add_metric(workspace)
    said = invoke("rules", "check").stderr
    assert f"book: {find_starter()}, the starter book" in said
    assert f"{workspace / 'rules'} holds funding-carry, which is not meant: there is no settings.toml" in said
    assert "no workspace" not in invoke("rules", "check", str(workspace / BOOK)).stderr
