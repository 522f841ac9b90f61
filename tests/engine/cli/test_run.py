from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from engine.cli.app import app
from engine.cli.console import ExitCode
from engine.operations.starter import find_starter

SOME = ("--base", "ADA", "--base", "ETH")
"""Coins of the made market, some of which enter."""


def invoke(*arguments: str, columns: int = 240) -> Result:
    return CliRunner().invoke(app, ["run", *arguments], env={"NO_COLOR": "1", "COLUMNS": str(columns)})


def read_cycles(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == ExitCode.OK, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_metric_may_have_any_name_that_is_free(tmp_path: Path) -> None:
    draft = Path(shutil.copytree(find_starter() / "draft", tmp_path / "draft"))
    with (draft / "metrics.csv").open("a") as file:
        file.write(
            "".join(f"{name},perp_mark,,,,\n" for name in ("warm_up", "rule", "state", "include", "priority"))
        )
    (changed,) = read_cycles(invoke("--book", str(tmp_path), "--once", *SOME, "--json"))
    (usual,) = read_cycles(invoke("--once", *SOME, "--json"))
    assert changed["ranking"] == usual["ranking"]
    assert {pair["metrics"]["rule"] == pair["inputs"]["perp_mark"] for pair in changed["pairs"]} == {True}


def test_without_arguments_a_made_market_is_run() -> None:
    result = invoke()
    assert result.exit_code == ExitCode.OK, result.output
    lines = [line for line in result.stdout.splitlines() if " pairs → " in line]
    assert len(lines) == 12
    assert lines[0].startswith("2026-01-01 00:00  ")
    assert "funding-carry draft" in result.stderr
    assert " E1 " in result.stdout


def test_what_enters_is_shown_with_the_values_that_its_rule_saw() -> None:
    (cycle,) = read_cycles(invoke("--cycles", "1", *SOME, "--json"))
    shown = invoke("--cycles", "1", *SOME).stdout.splitlines()
    assert len(cycle["ranking"]) > 2
    header = next(line for line in shown if "priority" in line)
    assert [
        word for word in ("rule", "net_apr", "forecast_apr", "vol", "hours_since_exit") if word not in header
    ] == []
    for pair in cycle["ranking"]:
        (line,) = [line for line in shown if pair in line]
        (told,) = [entry for entry in cycle["pairs"] if entry["pair"] == pair]
        assert f" {told['rule']} " in line
        assert f" {told['metrics']['net_apr'] * 100:.2f} % " in line
        assert " never " in line


def test_json_is_a_line_for_each_cycle() -> None:
    cycles = read_cycles(invoke("--cycles", "3", "--seed", "5", *SOME, "--json"))
    assert [cycle["ts"] for cycle in cycles] == [
        "2026-01-01T00:00:00+00:00",
        "2026-01-01T01:00:00+00:00",
        "2026-01-01T02:00:00+00:00",
    ]
    for cycle in cycles:
        decided = [pair["decision"] for pair in cycle["pairs"]]
        assert cycle["counts"]["pairs"] == len(decided)
        assert cycle["counts"]["enter"] == decided.count("enter") == len(cycle["ranking"])
    assert cycles != read_cycles(invoke("--cycles", "3", "--seed", "6", *SOME, "--json"))
    assert cycles == read_cycles(invoke("--cycles", "3", "--seed", "5", *SOME, "--json"))


def test_once_is_the_latest_cycle() -> None:
    (latest,) = read_cycles(invoke("--once", *SOME, "--json"))
    assert latest == read_cycles(invoke(*SOME, "--json"))[-1]


def test_venues_and_coins_are_chosen() -> None:
    cycles = read_cycles(invoke("--venue", "kraken", "--base", "BTC", "--base", "ETH", "--json"))
    seen = {pair["pair"] for cycle in cycles for pair in cycle["pairs"]}
    assert seen == {"kraken:BTC/USD:USD", "kraken:ETH/USD:USD"}


def test_unknown_pairs_are_counted_with_what_is_missing(tmp_path: Path) -> None:
    draft = Path(shutil.copytree(find_starter() / "draft", tmp_path / "draft"))
    metrics = draft / "metrics.csv"
    metrics.write_text(
        metrics.read_text().replace("rolling_std(log(", "rolling_std(if false then 1 else log(null * ")
    )
    result = invoke("--book", str(tmp_path), "--cycles", "1", *SOME)
    assert result.exit_code == ExitCode.OK, result.output
    assert "4 unknown for want of vol (4)" in result.stdout


def test_rules_that_clash_are_told_as_a_violation(tmp_path: Path) -> None:
    """The second rule overlaps the first: their pairs are kept out, and nothing is said to be missing."""
    draft = Path(shutil.copytree(find_starter() / "draft", tmp_path / "draft"))
    rewrite(draft / "book.toml", 'entry = "FIRST"', 'entry = "UNIQUE"')
    rewrite(draft / "entry.csv", "[entry_net_apr..strong_net_apr),> 0,> 0,[0..", ">= 0%,> 0,> 0,[-10bps..")
    arguments = ("--book", str(tmp_path), "--cycles", "1", *SOME)
    (cycle,) = read_cycles(invoke(*arguments, "--json", "--record", str(tmp_path / "recording")))
    clashing = [pair for pair in cycle["pairs"] if pair["decision"] == "violation"]
    count = len(clashing)
    assert count == cycle["counts"]["violation"] > 0 == cycle["counts"]["unknown"]
    assert {tuple(pair["violation"]) for pair in clashing} == {("E1", "E2")}
    assert {(pair["rule"], pair["outputs"]["enter"]) for pair in clashing} == {(None, None)}
    assert not {pair["pair"] for pair in clashing} & set(cycle["ranking"])
    line = invoke(*arguments).stdout
    assert f" enter, {count} in violation of entry: E1, E2 ({count})" in line
    assert "unknown" not in line
    explain = ["rules", "explain", "--recording", str(tmp_path / "recording"), "--pair", clashing[0]["pair"]]
    told = CliRunner().invoke(app, explain, env={"NO_COLOR": "1", "COLUMNS": "240"})
    assert f"{clashing[0]['pair']}: violation by the entry table: E1, E2\n" in told.stdout


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--from", "2024-01-01"], ExitCode.USAGE, "need --history"),
        (["--once", "--cycles", "2"], ExitCode.USAGE, "exclude each other"),
        (["--history", "x", "--seed", "2"], ExitCode.USAGE, "one of them"),
        (["--history", "x", "--from", "2024-01-02", "--to", "2024-01-02"], ExitCode.USAGE, "not after"),
        (["--cycles", "0"], ExitCode.USAGE, "cycles"),
        (["--from", "yesterday"], ExitCode.USAGE, "from"),
        (["--history", "no-such-folder"], ExitCode.FAULT, "funding.parquet is missing"),
        (["--book", "no-such-folder"], ExitCode.FAULT, "is no rule book"),
        (["--base", "btc"], ExitCode.USAGE, 'the made market has no such one; did you mean "BTC"?'),
        (["--venue", "kraken", "--venue", "Binance"], ExitCode.USAGE, 'did you mean "binance"?'),
        (["--venue", "nowhere"], ExitCode.USAGE, "it has binance, bitfinex,"),
        (["--base", "QQQQQQ"], ExitCode.USAGE, "no such one; it has "),
        (["--venue", "kraken", "--base", "1INCH"], ExitCode.FAULT, "nothing to evaluate"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_call_is_explained(arguments: list[str], code: ExitCode, says: str) -> None:
    result = invoke(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert says in result.stderr


def test_recorded_history_is_run(shared: Path) -> None:
    arguments = ["--history", str(shared / "data"), "--venue", "binance", "--base", "BTC", "--base", "XRP"]
    cycles = read_cycles(invoke(*arguments, "--from", "2021-02-10", "--to", "2021-02-10T12:00", "--json"))
    assert [(cycle["ts"][:16], cycle["counts"]) for cycle in cycles] == [
        (
            "2021-02-10T00:00",
            {"pairs": 2, "universe": 2, "shortlist": 2, "unknown": 0, "violation": 0, "enter": 2},
        ),
        (
            "2021-02-10T08:00",
            {"pairs": 2, "universe": 2, "shortlist": 2, "unknown": 0, "violation": 0, "enter": 2},
        ),
    ]
    (first,) = read_cycles(invoke(*arguments, "--from", "2021-02-10", "--cycles", "1", "--json"))
    assert first == cycles[0]
    latest = read_cycles(invoke(*arguments, "--to", "2021-02-10T12:00", "--cycles", "2", "--json"))
    assert latest == cycles


def run_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from engine.cli.start import main; main()", *arguments]
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_the_command_keeps_data_and_messages_apart() -> None:
    done = run_command("run", "--cycles", "2", *SOME, "--json")
    assert (done.returncode, len(done.stderr.splitlines())) == (ExitCode.OK, 1)
    assert done.stderr.startswith("book: ")
    assert len([json.loads(line) for line in done.stdout.splitlines()]) == 2


def test_a_narrow_terminal_cuts_nothing() -> None:
    (cycle,) = read_cycles(invoke("--cycles", "1", *SOME, "--json"))
    shown = invoke("--cycles", "1", *SOME, columns=80).stdout
    assert "…" not in shown
    for pair in cycle["ranking"]:
        assert pair in shown
    assert "hours_since_exit never" in shown.replace("\n", " ")


def test_what_was_set_apart_is_called_alike_in_words_and_json() -> None:
    first, second = read_cycles(invoke("--cycles", "2", "--json"))
    shown = invoke("--cycles", "2").stdout
    assert [sum(cycle["set_apart"].values()) for cycle in (first, second)] == [3, 1]
    assert "\n  3 quotes set apart: " in shown
    assert "\n  1 quote set apart: " in shown
