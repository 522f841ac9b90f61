from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.cli.app import app
from engine.operations.starter import find_starter

OVERLAP = "id,spread,then y\nR1,< 5bps,1\nR2,[2bps..9bps),2\n"


@pytest.fixture
def lone(tmp_path: Path) -> Path:
    path = tmp_path / "sizes.csv"
    path.write_text(OVERLAP)
    return path


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["table", "lint", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_a_lone_file_with_an_error(lone: Path) -> None:
    code, out, err = run(str(lone), "--hit-policy", "UNIQUE", "--schema", "spread=bps[0..20]")
    assert code == 1
    assert out.splitlines()[0] == (
        "error sizes.csv:2 overlap: R1 and R2 both accept spread [2..5), with different outputs; "
        "UNIQUE allows only one rule to fire; example spread = 3"
    )
    assert "warning sizes.csv gap: no rule accepts spread [9..20]; example spread = 10" in out
    assert "1 error, 1 warning" in err


def test_findings_that_are_no_errors(lone: Path) -> None:
    code, out, _ = run(str(lone), "--schema", "spread=bps", "--default", "y=0", "--json")
    found = json.loads(out)["findings"]
    assert code == 0
    assert {finding["severity"] for finding in found} == {"info"}
    assert found[0]["kind"] == "gap"
    assert found[0]["example"] == {"spread": 20.0}


def test_words_parameters_and_allowed_values(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,quote,age_hours,then y\nR1,USDT,> wait,low\nR2,-,> 1d,high\nR3,USDC,-,low\n")
    options = ["--schema", "quote=USDT|USDC", "--schema", "age_hours=hours[0..]", "--parameter", "wait=2d"]
    code, out, _ = run(str(path), "--hit-policy", "PRIORITY", "--allowed", "y=high|low", *options)
    assert code == 0
    assert "warning t.csv:2 never fires: R2 takes every row that it accepts" in out


def test_churn_with_an_exit_table(tmp_path: Path) -> None:
    entry, leave = tmp_path / "entry.csv", tmp_path / "exit.csv"
    entry.write_text("id,apr,then enter\nE1,> 5%,true\n")
    leave.write_text("id,apr,then keep\nX1,< 6%,0\n")
    code, out, _ = run(str(entry), "--schema", "apr=apr", "--exit", str(leave))
    assert code == 0
    assert "warning entry.csv:2 churn: it enters where X1 of exit.csv (line 2) closes it at once" in out


def test_a_table_of_a_book_takes_everything_from_the_book() -> None:
    starter = find_starter()
    code, out, err = run(str(starter / "draft" / "entry.csv"))
    assert (code, err.count("error")) == (0, 0)
    assert "gap: no rule accepts vol > 120%" in out
    assert out in run(str(starter))[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.csv"], "no such file"),
        ([], "--schema"),
        (["--schema", "spread"], "name=value"),
        (["--schema", "spread=bps[a..5]"], "`a` is no number"),
    ],
)
def test_calls_that_are_wrong(lone: Path, arguments: list[str], message: str) -> None:
    path = [] if arguments == ["nothing.csv"] else [str(lone)]
    code, _, err = run(*path, *arguments)
    assert code == 2
    assert message in err


@pytest.mark.parametrize("options", [["--schema", "spread=bsp"], ["--schema", "spred=bps"]])
def test_faults_of_the_table_are_told(lone: Path, options: list[str]) -> None:
    code, out, err = run(str(lone), *options)
    assert (code, out) == (1, "")
    assert "did you mean" in err


def test_a_file_of_a_book_that_is_no_table() -> None:
    code, _, err = run(str(find_starter() / "draft" / "metrics.csv"))
    assert code == 2
    assert "no decision table" in err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--schema", "spread=bps[20..0]"], "the wrong way round"),
        (["--schema", "spread=bps[0..nan]"], "`nan` is no bound"),
        (["--schema", "spread=bps", "--exit", "none.csv"], "none.csv: there is no such file"),
    ],
)
def test_options_that_cannot_be_taken(lone: Path, options: list[str], said: str) -> None:
    code, out, err = run(str(lone), *options)
    assert (code, out) == (2, "")
    assert said in " ".join(err.split())


def test_numbers_of_findings_are_written_as_in_cells(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,net_apr,volume_usd,age_hours,then y\nR1,>= 5%,>= 20M,-,1\n")
    schema = ["--schema", "net_apr=apr", "--schema", "volume_usd=usd", "--schema", "age_hours=hours"]
    _, out, _ = run(str(path), *schema)
    assert out.splitlines()[:2] == [
        "warning t.csv gap: no rule accepts volume_usd < 20M; example volume_usd = 0",
        "warning t.csv gap: no rule accepts net_apr < 5%; example net_apr = 0",
    ]
