"""Which market a run in a workspace goes over, where it begins, and whether it is recorded."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.cli.app import app
from engine.cli.console import ExitCode
from engine.recording.reading import open_recording


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["run", *arguments], env={"NO_COLOR": "1", "COLUMNS": "240"})


def list_cycles(result: Result) -> list[str]:
    assert result.exit_code == ExitCode.OK, result.output
    return [line[8:13] for line in result.stdout.splitlines() if "→" in line]


def list_recorded(workspace: Path) -> list[str]:
    places = list((workspace / "recordings").glob("*"))
    return [f"{at:%d %H}" for place in places for at in open_recording(place).list_cycles()]


def test_the_first_run_of_a_history_takes_its_latest_cycles_and_the_next_goes_on(
    history_workspace: Path,
) -> None:
    assert list_cycles(run("--cycles", "3")) == ["02 00", "02 08", "02 16"]
    assert list_recorded(history_workspace) == ["02 00", "02 08", "02 16"]
    done = run("--once")
    assert done.exit_code == ExitCode.FAULT
    assert "no cycle after 2024-03-02 16:00, the last one recorded" in done.stderr


def test_once_is_the_latest_cycle_of_a_history(history_workspace: Path) -> None:
    assert list_cycles(run("--once")) == ["02 16"]
    assert list_recorded(history_workspace) == ["02 16"]


def test_from_works_before_the_first_recorded_cycle(history_workspace: Path) -> None:
    assert list_cycles(run("--from", "2024-03-01T08:00", "--cycles", "2")) == ["01 08", "01 16"]
    refused = run("--from", "2024-03-01", "--cycles", "2")
    assert refused.exit_code == ExitCode.USAGE
    assert "recorded up to 2024-03-01 16:00, and --from is not later" in refused.stderr
    assert list_cycles(run("--cycles", "1")) == ["02 00"]
    assert list_cycles(run("--from", "2024-03-02T16:00")) == ["02 16"]
    assert list_recorded(history_workspace) == ["01 08", "01 16", "02 00", "02 16"]


def test_settings_say_where_a_history_begins(history_workspace: Path) -> None:
    with (history_workspace / "settings.toml").open("a") as settings:
        settings.write("from = 2024-03-01T16:00:00\n")
    assert list_cycles(run("--once")) == ["01 16"]
    assert list_cycles(run("--to", "2024-03-02T08:00")) == ["02 00"]


@pytest.mark.parametrize(
    ("line", "says"),
    [("from = 5", "settings.toml:6 [market.from] this is no date: 5"), ("from = 2024-13-01", "no TOML")],
)
def test_a_start_that_is_none(history_workspace: Path, line: str, says: str) -> None:
    settings = history_workspace / "settings.toml"
    settings.write_text(settings.read_text() + line + "\n")
    result = run("--once")
    assert (result.exit_code, says in result.stderr) == (ExitCode.FAULT, True), result.stderr


def test_a_made_market_is_not_told_where_to_begin(workspace: Path) -> None:
    with (workspace / "settings.toml").open("a") as settings:
        settings.write("from = 2024-03-01\n")
    assert "only a history begins where it is told" in run("--once").stderr


def test_a_part_of_the_workspaces_market_is_shown_and_not_recorded(history_workspace: Path) -> None:
    result = run("--base", "BTC", "--cycles", "2")
    assert list_cycles(result) == ["02 08", "02 16"]
    assert " 1 pair → " in result.stdout
    assert "not recorded, and no position kept: --venue and --base show a part of the market" in result.stderr
    assert list_recorded(history_workspace) == []


def test_a_part_of_a_made_market_goes_on_where_the_recording_ends(workspace: Path) -> None:
    assert list_cycles(run("--cycles", "2")) == ["01 00", "01 01"]
    part = run("--venue", "kraken", "--base", "BTC", "--once")
    assert list_cycles(part) == ["01 02"]
    assert "not recorded" in part.stderr
    assert list_recorded(workspace) == ["01 00", "01 01"]


def test_another_book_or_market_is_not_recorded(history_workspace: Path, tmp_path: Path) -> None:
    book = history_workspace / "rules" / "funding-carry"
    (tmp_path / "other").symlink_to(book)
    assert "not recorded" not in run("--book", str(tmp_path / "other"), "--once").stderr
    copy = tmp_path / "copy" / "draft"
    copy.mkdir(parents=True)
    for file in (book / "draft").iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    other = run("--book", str(copy.parent), "--from", "2024-03-01", "--cycles", "1")
    assert list_cycles(other) == ["01 00"]
    assert "not recorded, and no position kept: --book names another book" in other.stderr
    again = run("--recording", "recordings/history-bars")
    assert list_cycles(again) == ["02 16"]
    assert "not recorded, and no position kept: this is not the market of the workspace" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--seed", "5"], "has the seed 8, and --seed 5 is another one"),
        (["--from", "2026-01-02"], "the market of this workspace is made"),
    ],
)
def test_what_does_not_fit_a_made_workspace(workspace: Path, arguments: list[str], says: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout, says in result.stderr) == (ExitCode.USAGE, "", True)
    assert list_recorded(workspace) == []
    assert list_cycles(run("--seed", "8", "--once")) == ["01 00"]
    assert list_recorded(workspace) == ["01 00"]


def test_a_seed_does_not_fit_a_history(history_workspace: Path) -> None:
    result = run("--seed", "5")
    assert (result.exit_code, list_recorded(history_workspace)) == (ExitCode.USAGE, [])
    assert "this workspace runs the history in" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--venue", "Binance"], 'has no such one; did you mean "binance"?'),
        (["--base", "BTC", "--base", "eth"], "--base eth: "),
        (["--base", "BTC/USDX"], "has no such one; "),
    ],
)
def test_a_word_that_the_history_does_not_have(history: Path, arguments: list[str], says: str) -> None:
    result = run("--history", str(history), *arguments)
    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert says in result.stderr


@pytest.mark.parametrize("word", ["BTC", "BTC/USDT", "BTC/USDT:USDT"])
def test_a_coin_may_be_named_by_a_symbol(history: Path, word: str) -> None:
    assert list_cycles(run("--history", str(history), "--base", word, "--once")) == ["02 16"]


def test_a_run_over_a_whole_history_says_how_long_it_is(history: Path) -> None:
    assert "up to 6 cycles; --from, --to and --cycles choose some" in run("--history", str(history)).stderr
    for some in (["--cycles", "1"], ["--once"], ["--from", "2024-03-01"], ["--to", "2024-03-03"]):
        assert "up to" not in run("--history", str(history), *some).stderr
