from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.cli.app import app
from engine.cli.console import ExitCode
from engine.operations.starter import find_starter

DRAFT = find_starter() / "draft"


def invoke(*arguments: str | Path, **environment: str) -> Result:
    return CliRunner().invoke(
        app, ["rules", "diff", *map(str, arguments)], env=environment or {"NO_COLOR": "1"}
    )


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The starter book with changes in two files."""
    folder = Path(shutil.copytree(DRAFT, tmp_path / "changed"))
    for name, old, new in (
        ("parameters.csv", "max_vol,120%,,0%,500%,realised volatility", "max_vol,120%,,0%,500%,volatility"),
        ("parameters.csv", "reentry_wait,24h", "reentry_wait,1d"),
        ("entry.csv", "[entry_net_apr..strong_net_apr)", ">= entry_net_apr"),
        ("entry.csv", "\nE1,", f"\n{write_rule(folder / 'entry.csv', 'E0', 'false')}\nE1,"),
    ):
        text = (folder / name).read_text()
        assert old in text, "the change no longer fits the starter book"
        (folder / name).write_text(text.replace(old, new, 1))
    return folder


def write_rule(file: Path, name: str, enter: str) -> str:
    """A rule that asks nothing."""
    (header, *_) = csv.reader(file.read_text().splitlines())
    cells = {"id": name, "then enter": enter}
    return ",".join(cells.get(each, "") for each in header)


def test_a_line_for_each_change(changed: Path) -> None:
    result = invoke(DRAFT, changed)
    assert result.exit_code == ExitCode.OK
    assert result.stdout.splitlines() == [
        "parameters.csv reentry_wait [value]: 24h → 1d (same value)",
        "parameters.csv max_vol [note]: realised volatility a year → volatility a year (note only)",
        "entry.csv E0 row added: [then enter] false",
        "entry.csv E2 [net_apr]: [entry_net_apr..strong_net_apr) → >= entry_net_apr",
    ]
    assert result.stderr.strip() == f"{DRAFT} → {changed}: 4 changes, 1 of them in notes only"


def test_no_difference() -> None:
    result = invoke(DRAFT, find_starter())
    assert (result.exit_code, result.stdout, result.stderr) == (ExitCode.OK, "no difference\n", "")


def test_changes_as_json(changed: Path) -> None:
    told = json.loads(invoke(changed, DRAFT, "--json").stdout)
    assert (told["old"], told["new"]) == (str(changed), str(DRAFT))
    assert [(change["kind"], change["subject"], change["row"]) for change in told["changes"]] == [
        ("changed", "cell", "reentry_wait"),
        ("changed", "cell", "max_vol"),
        ("removed", "row", "E0"),
        ("changed", "cell", "E2"),
    ]
    assert told["changes"][3]["column"] == "net_apr"
    assert told["changes"][3]["new"] == "[entry_net_apr..strong_net_apr)"
    assert json.loads(invoke(DRAFT, DRAFT, "--json").stdout)["changes"] == []


def test_colours_on_a_terminal(changed: Path) -> None:
    (changed / "new.csv").write_text("a\n")
    colours = {"FORCE_COLOR": "1", "TERM": "xterm-256color", "NO_COLOR": "", "COLUMNS": "40"}
    green, red = (
        invoke(*paths, **colours).stdout.splitlines() for paths in ((DRAFT, changed), (changed, DRAFT))
    )
    assert "\x1b[32mnew.csv file added\x1b[0m" in green
    assert "\x1b[31mnew.csv file removed\x1b[0m" in red
    assert "entry.csv E2 [net_apr]: [entry_net_apr..strong_net_apr) → >= entry_net_apr" in green
    assert [line[:4] for line in green if "note only" in line or "same value" in line] == ["\x1b[2m"] * 2


def test_a_file_that_cannot_be_compared_is_a_fault(changed: Path) -> None:
    (changed / "entry.csv").write_text('id\n"')
    for arguments in ((DRAFT, changed), (changed, DRAFT, "--json")):
        result = invoke(*arguments)
        assert result.exit_code == ExitCode.FAULT
        assert "parameters.csv" in result.stdout
        assert "cut into cells" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], ExitCode.FAULT, "no published version"),
        ([DRAFT, "nowhere"], ExitCode.FAULT, "nowhere is no rule book"),
    ],
    ids=["nothing", "no book"],
)
def test_a_wrong_call_is_explained(arguments: list[str | Path], code: ExitCode, says: str) -> None:
    result = invoke(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert says in result.stderr.lower()


def test_a_book_without_a_published_version(tmp_path: Path) -> None:
    book = Path(shutil.copytree(DRAFT, tmp_path / "draft")).parent
    result = invoke(book)
    assert (result.exit_code, result.stdout) == (ExitCode.FAULT, "")
    assert "has no published version" in result.stderr
    (fault,) = json.loads(invoke(book, "--json").stdout)["diagnostics"]
    assert fault["code"] == "book.active"
