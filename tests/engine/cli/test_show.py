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
MARKS = ("fingerprint", "behaviour")


def invoke(*arguments: str | Path, columns: int = 240) -> Result:
    environment = {"NO_COLOR": "1", "COLUMNS": str(columns)}
    return CliRunner().invoke(app, ["rules", "show", *map(str, arguments)], env=environment)


def read_rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DRAFT, tmp_path / "draft"))


@pytest.mark.parametrize("columns", [400, 120, 40])
def test_no_cell_is_lost_in_any_width(columns: int) -> None:
    result = invoke(columns=columns)
    assert result.exit_code == ExitCode.OK
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    for file in DRAFT.glob("*.csv"):
        cells = {cell for row in read_rows(file) for cell in row.values()} - {""}
        assert [cell for cell in cells if not any(" ".join(cell.split()) in line for line in lines)] == []


def test_what_the_book_is_about_stands_first() -> None:
    lines = invoke().stdout.splitlines()
    assert lines[0].split() == ["name", "funding-carry"]
    assert any(line.startswith("pairing     venue, base, quote") for line in lines)
    assert any("(name perp, kind swap, side sell, capital 1 / leverage" in line for line in lines)
    assert f"entry, {len(read_rows(DRAFT / 'entry.csv'))} rows, FIRST" in lines


def test_a_table_as_a_table_or_row_by_row(draft: Path) -> None:
    (draft / "entry.csv").write_text('id,[red]vol,spread,then enter,note\nE1,> 5,-,true,"a\nb"\n,,,,x\n')
    wide = invoke(draft, "--table", "entry").stdout.split("\n")
    assert wide[0] == "entry, 2 rows, FIRST"
    assert wide[2].split() == ["id", "[red]vol", "spread", "then", "enter", "note"]
    assert invoke(draft, "--table", "entry", columns=30).stdout.splitlines() == [
        "entry, 2 rows, FIRST",
        "  E1",
        "    [red]vol    > 5",
        "    then enter  true",
        "    note        a b",
        "  (no name)",
        "    note        x",
    ]


def test_a_table_without_rows(draft: Path) -> None:
    (draft / "entry.csv").write_text("id,vol\n")
    assert invoke(draft, "--table", "entry").stdout == "entry, 0 rows, FIRST\n"


def test_a_book_as_json() -> None:
    told = json.loads(invoke("--json").stdout)
    assert (told["version"], told["diagnostics"], told["manifest"]["cycle"]) == ("draft", [], "60s")
    assert told["tables"] == {file.stem: read_rows(file) for file in DRAFT.glob("*.csv")}
    alone = json.loads(invoke("--table", "metrics", "--json").stdout)
    assert (alone["manifest"], list(alone["tables"])) == (None, ["metrics"])
    assert alone["tables"]["metrics"] == told["tables"]["metrics"]


def test_both_fingerprints_are_told_as_a_check_tells_them(draft: Path) -> None:
    first = json.loads(invoke(draft, "--json").stdout)
    (marks,) = invoke(draft, "--table", "entry").stderr.splitlines()
    assert marks.endswith(f"(bytes {first['fingerprint']}, behaviour {first['behaviour']})")
    checked = json.loads(CliRunner().invoke(app, ["rules", "check", str(draft), "--json"]).stdout)
    assert [checked[key] for key in MARKS] == [first[key] for key in MARKS]
    targets = draft / "targets.csv"
    targets.write_text(targets.read_text().replace("the root of 365", "a year has 365 days"))
    noted = json.loads(invoke(draft, "--json").stdout)
    assert [noted[key] == first[key] for key in MARKS] == [False, True]
    (draft / "entry.csv").write_text("id\n")
    faulty = json.loads(invoke(draft, "--json").stdout)
    assert (faulty["behaviour"], faulty["fingerprint"] == noted["fingerprint"]) == (None, False)
    assert "behaviour unknown, as the book has faults)" in invoke(draft).stderr


def test_faults_are_told_beside_what_can_be_shown(draft: Path) -> None:
    (draft / "parameters.csv").write_text("name,value\na,1\nb,2,3\n")
    result = invoke(draft)
    assert result.exit_code == ExitCode.FAULT
    assert "parameters, 1 row\n" in result.stdout
    assert "parameters.csv:3 the row has 3 cells where the header has 2" in result.stderr
    told = json.loads(invoke(draft, "--json").stdout)
    assert told["tables"]["parameters"] == [{"name": "a", "value": "1"}]
    assert [fault["code"] for fault in told["diagnostics"]] == ["row.ragged"]
    assert invoke(draft, "--table", "entry").exit_code == ExitCode.OK


def test_a_mistyped_table_and_a_folder_that_is_no_book(tmp_path: Path) -> None:
    mistyped = invoke("--table", "entri")
    assert (mistyped.exit_code, mistyped.stdout) == (ExitCode.USAGE, "")
    assert 'did you mean "entry"?' in mistyped.stderr
    missing = invoke(tmp_path)
    assert (missing.exit_code, missing.stdout) == (ExitCode.FAULT, "")
    assert "is no rule book" in missing.stderr
