from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.cli.app import app
from engine.cli.console import ExitCode
from engine.cli.times import read_time, write_time

PAIR = "binance:BTC/USDT:USDT"


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"NO_COLOR": "1", "COLUMNS": "240"})


def test_cycles_are_listed_and_compared_with_the_draft(workspace: Path) -> None:
    assert invoke("cycles").exit_code == ExitCode.USAGE
    (first, *_) = map(json.loads, invoke("run", "--cycles", "2", "--json").stdout.splitlines())
    mark = first["book"]["fingerprint"]
    shown = invoke("cycles")
    pairs = first["counts"]["pairs"]
    assert shown.stdout.splitlines()[0].startswith(f"2026-01-01T00:00  {pairs} pairs → ")
    assert shown.stdout.splitlines()[1].endswith(f"by funding-carry draft ({mark})")
    assert "recordings/made-8: 2 cycles" in shown.stderr
    told = json.loads(invoke("cycles", "--recording", "recordings/made-8", "--json").stdout)
    assert [cycle["ts"][:16] for cycle in told] == ["2026-01-01T00:00", "2026-01-01T01:00"]
    assert told[0]["counts"] == first["counts"]

    missing = invoke("rules", "explain", "--pair", PAIR, "--cycle", "2031-01-01")
    assert "has no cycle at 2031-01-01 00:00:00; `carrybook cycles --recording" in missing.stderr

    parameters = workspace / "rules" / "funding-carry" / "draft" / "parameters.csv"
    parameters.write_text(parameters.read_text().replace("entry_net_apr,5%", "entry_net_apr,6%"))
    compared = invoke("rules", "diff", "--cycle", "2026-01-01T01:00")
    assert compared.stdout == "parameters.csv entry_net_apr [value]: 5% → 6%\n", compared.output
    assert f"recordings/made-8/books/{mark} → " in compared.stderr

    for folder in (str(workspace), "recordings"):
        for command in (["run"], ["cycles"], ["rules", "explain", "--pair", PAIR]):
            refused = invoke(*command, "--recording", folder)
            assert refused.exit_code == ExitCode.FAULT
            assert "is no recording, but holds some: give " in refused.stderr
            assert "recordings/made-8" in refused.stderr


def test_what_does_not_go_together(workspace: Path) -> None:
    assert "goes with --cycle" in invoke("rules", "diff", "--recording", str(workspace)).stderr
    assert "the new one only" in invoke("rules", "diff", "a", "b", "--cycle", "2026-01-01").stderr


@pytest.mark.parametrize(
    "text", ["2026-01-31T19:00", "2026-01-31T19:00:07", "2026-01-31T19:00:00.007000", "2026-01-31T00:00"]
)
def test_a_time_that_is_written_is_read_again(text: str) -> None:
    assert write_time(read_time(text)) == text
    assert read_time(text.replace("T", " ") + "Z") == read_time(text)


def test_a_fraction_of_a_second_may_be_short() -> None:
    assert read_time("2026-01-31 19:00:00.007").microsecond == 7000


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "1.3.2024", "2026-01-01T25:00"])
@pytest.mark.parametrize(
    "command",
    [["run", "--from"], ["run", "--to"], ["ledger", "--from"], ["rules", "diff", "--cycle"]],
    ids=" ".join,
)
def test_a_time_that_is_none_is_told_in_words(command: list[str], text: str) -> None:
    result = invoke(*command, text)
    assert result.exit_code == ExitCode.USAGE
    said = " ".join(result.stderr.replace("│", " ").split())
    assert f'"{text}" is no time: write 2026-01-31 or 2026-01-31T08:00' in said


@pytest.mark.parametrize(
    "text", ["2026-01-31T08:00", "2026-01-31 08:00", "2026-01-31T08:00:00", "2026-01-31T08:00Z"]
)
def test_times_may_be_written_in_several_ways(text: str) -> None:
    assert f"{read_time(text):%Y-%m-%dT%H:%M%z}" == "2026-01-31T08:00+0000"
