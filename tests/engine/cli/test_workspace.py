from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.cli.app import app
from engine.cli.console import ExitCode
from engine.operations.past import derive_again
from engine.operations.recording_source import RecordingSource
from engine.operations.run import run_book
from engine.recording.reading import open_recording


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"NO_COLOR": "1"})


def list_cycles(result: Result) -> list[str]:
    return [line.split("  ")[0] for line in result.stdout.splitlines() if " pairs → " in line]


def test_a_workspace_begins_with_the_starter_book(workspace: Path) -> None:
    checked = invoke("rules", "check")
    assert (
        str(workspace / "rules" / "funding-carry")
        in json.loads(invoke("rules", "check", "--json").stdout)["path"]
    )
    assert checked.stdout.endswith("no fault\n")
    assert invoke("init", str(workspace)).exit_code == ExitCode.USAGE


def test_a_run_records_and_the_next_goes_on(workspace: Path) -> None:
    first, second = invoke("run", "--cycles", "2"), invoke("run", "--once")
    assert (len(list_cycles(first)), len(list_cycles(second))) == (2, 1)
    assert list_cycles(second)[0] > list_cycles(first)[-1]
    times = open_recording(workspace / "recordings" / "made-8").list_cycles()
    assert [f"{time:%Y-%m-%d %H:%M}" for time in times] == [*list_cycles(first), *list_cycles(second)]
    again = invoke("run", "--recording", "recordings/made-8")
    assert list_cycles(again) == [*list_cycles(first), *list_cycles(second)]


def test_a_past_decision_is_explained(workspace: Path) -> None:
    assert invoke("rules", "explain", "--pair", "x").exit_code == ExitCode.USAGE
    (cycle,) = map(json.loads, invoke("run", "--cycles", "1", "--json").stdout.splitlines())
    pair = cycle["ranking"][0]
    told = json.loads(
        invoke("rules", "explain", "--pair", pair, "--cycle", cycle["ts"][:16], "--json").stdout
    )
    assert (told["agrees"], told["recorded"]["decision"]) == (True, "enter")
    shown = invoke("rules", "explain", "--pair", pair).stdout
    assert f"{pair}: enter by the entry table, rule {told['recorded']['rule']}" in shown
    assert "universe: let in, rule U2\nparameters: min_volume_usd = 20 M usd\n" in shown
    assert f"entry: enter, rule {told['recorded']['rule']}\n" in shown
    assert "nearest: " not in shown
    refused = next(
        each["pair"] for each in cycle["pairs"] if (each["stage"], each["decision"]) == ("entry", "none")
    )
    narrow = CliRunner().invoke(app, ["rules", "explain", "--pair", refused], env={"COLUMNS": "80"}).stdout
    assert "entry: none, by default: no rule fires\nnearest: E" in narrow
    assert "strong_net_apr = 12.000 %" in narrow
    assert "…" not in narrow
    assert max(map(len, narrow.splitlines())) <= 80
    missing = invoke("rules", "explain", "--pair", pair, "--cycle", "2031-01-01")
    assert missing.exit_code == ExitCode.FAULT
    assert "has no cycle at 2031-01-01" in missing.stderr
    assert workspace.is_dir()


def test_an_edited_book_decides_from_the_next_cycle_on(workspace: Path) -> None:
    invoke("run", "--once")
    parameters = workspace / "rules" / "funding-carry" / "draft" / "parameters.csv"
    parameters.write_text(parameters.read_text().replace("strong_net_apr,12%", "strong_net_apr,100%"))
    invoke("run", "--once")
    facts = open_recording(workspace / "recordings" / "made-8").list_facts()
    assert len({each.book.fingerprint for each in facts}) == 2


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('source = "made"', 'source = "mad"', "did you mean"),
        ("seed = 8", "sed = 7", "did you mean"),
        ("seed = 8", "seed = -1", "below zero"),
        ("[market]", "[market", "no TOML"),
        ('source = "made"', 'source = "history"', "folder"),
    ],
)
def test_faulty_settings(workspace: Path, old: str, new: str, says: str) -> None:
    settings = workspace / "settings.toml"
    settings.write_text(settings.read_text().replace(old, new))
    result = invoke("run", "--once")
    assert result.exit_code == ExitCode.FAULT
    assert says in result.stderr


def test_settings_that_are_no_text(workspace: Path) -> None:
    (workspace / "settings.toml").write_bytes(b"\xff")
    result = invoke("run", "--once")
    assert (result.exit_code, "settings.toml:1 the file is not in UTF-8" in result.stderr) == (1, True)


def test_a_kill_loses_no_cycle_that_was_shown(workspace: Path) -> None:
    command = [
        sys.executable,
        "-u",
        "-c",
        "from engine.cli.start import main; main()",
        "run",
        "--cycles",
        "500",
    ]
    shown: list[str] = []
    for stop_after in (1, 3, 2):
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=dict(os.environ)
        ) as process:
            assert process.stdout is not None
            seen = 0
            while seen < stop_after:
                line = process.stdout.readline()
                assert line, "the run ended by itself"
                if " pairs → " in line:
                    shown.append(line.split("  ")[0])
                    seen += 1
            process.send_signal(signal.SIGKILL)
    recording = open_recording(workspace / "recordings" / "made-8")
    recorded = [f"{time:%Y-%m-%d %H:%M}" for time in recording.list_cycles()]
    assert set(shown) <= set(recorded)
    assert recorded == sorted(set(recorded))
    bound, _ = derive_again(recording, recording.list_facts()[0])
    for again in run_book(bound, RecordingSource(recording)):
        assert again.decisions.equals(recording.read_cycle(again.at).decisions)
    assert list_cycles(invoke("run", "--once"))[0] > recorded[-1]
    assert [path for path in (workspace / "recordings").rglob(".*") if path.name != ".lock"] == []
