"""`carrybook run` in a workspace, as a process: signals, a second engine, pace, and what it shows."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from engine.book.bind import BoundBook
from engine.cli.app import app
from engine.cli.console import ExitCode

MAIN = "from engine.cli.start import main; main()"
SHARED = """
[[account]]
name = "main"
venue = "binance"
deposit_usd = 4000
books = [
  { name = "funding-carry", share = "60%", bases = ["BTC"] },
  { name = "second-carry", share = "40%", bases = ["ETH", "SOL"] },
]
"""


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"NO_COLOR": "1", "COLUMNS": "240"})


@pytest.fixture
def desk(paper: Any, small_history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new workspace over the small market, in which commands run."""
    folder = tmp_path / "desk"
    paper.make_desk(folder, small_history)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def shared_desk(paper: Any, small_history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with two books that share an account."""
    folder = tmp_path / "desk"
    paper.make_desk(folder, small_history, SHARED)
    copy_book(folder, "second-carry")
    monkeypatch.chdir(folder)
    return folder


def copy_book(desk: Path, name: str) -> None:
    """Add a book to a workspace that is its own under another name."""
    draft = desk / "rules" / "funding-carry" / "draft"
    copy = desk / "rules" / name / "draft"
    copy.mkdir(parents=True)
    for file in draft.iterdir():
        text = file.read_text(encoding="utf-8")
        (copy / file.name).write_text(text.replace('name = "funding-carry"', f'name = "{name}"'), "utf-8")


@contextmanager
def start(desk: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`carrybook run` as a process in a workspace; it is ended at last if it has not."""
    command = [sys.executable, "-c", MAIN, "run", *arguments]
    with subprocess.Popen(
        command, cwd=desk, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def read_cycle(process: subprocess.Popen[str]) -> str:
    """The time of the next cycle that a process shows."""
    assert process.stdout is not None
    for line in process.stdout:
        if " → " in line:
            return line.split("  ")[0]
    raise AssertionError("the run ended by itself")


@pytest.mark.parametrize("most", [3, pytest.param(60, marks=pytest.mark.slow, id="long")])
def test_a_run_that_is_killed_at_any_time_ends_as_one_that_was_not(
    paper: Any, desk: Path, small_history: Path, starter: BoundBook, tmp_path: Path, most: int
) -> None:
    whole = tmp_path / "whole"
    paper.make_desk(whole, small_history)
    list(paper.trade(whole, starter))
    delays, kills = random.Random(most), 0
    while kills < most and paper.count_cycles(desk) < paper.CYCLES - 1:
        early = kills % 4 == 3
        with start(desk) as process:
            if not early:
                read_cycle(process)
            time.sleep(delays.uniform(0, 3 if early else 0.4))
        kills += 1
    list(paper.trade(desk, paper.bind_book(desk)))
    assert paper.tell(desk) == paper.tell(whole)
    assert kills > 0


@pytest.mark.slow
def test_a_process_that_kills_itself_at_any_step_ends_as_one_that_did_not(
    paper: Any, desk: Path, small_history: Path, starter: BoundBook, tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    paper.make_desk(whole, small_history)
    list(paper.trade(whole, starter))
    step, code = 0, -signal.SIGKILL
    while code == -signal.SIGKILL:
        done = subprocess.run([sys.executable, paper.__file__, str(desk), str(step)], check=False)
        step, code = step + 1, done.returncode
    assert code == 0
    assert paper.tell(desk) == paper.tell(whole)
    assert step > 40


def test_a_request_to_end_is_heard_at_the_end_of_a_cycle(paper: Any, desk: Path) -> None:
    with start(desk, "--pace", "600") as process:
        assert read_cycle(process) == "2024-03-05 00:00"
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == ExitCode.OK
    assert said.splitlines()[-1] == "stopped at the end of a cycle; all of it is on the disk"
    assert paper.count_cycles(desk) == 1
    assert len(list(paper.trade(desk, paper.bind_book(desk), 1))) == 1


def test_an_interrupted_run_can_go_on(paper: Any, desk: Path) -> None:
    with start(desk, "--pace", "600") as process:
        read_cycle(process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == ExitCode.INTERRUPTED
    assert len(list(paper.trade(desk, paper.bind_book(desk), 1))) == 1


def test_an_engine_without_an_end_shows_its_first_cycle_at_once(paper: Any, desk: Path) -> None:
    with start(desk, "--pace", "600", "--json") as process:
        assert process.stdout is not None
        cycle = json.loads(process.stdout.readline())
    assert cycle["ts"] == paper.START.isoformat()
    assert {verdict["verdict"] for verdict in cycle["trades"]["verdicts"]} == {"approved", "refused"}
    assert [event["kind"] for event in cycle["trades"]["events"]] == ["flow"]
    assert (cycle["trades"]["late"], cycle["trades"]["refused"]) == (False, [])


@pytest.mark.usefixtures("desk")
def test_cycles_are_paced_and_the_last_is_not_waited_for() -> None:
    begun = time.monotonic()
    invoke("run", "--once", "--pace", "600")
    assert time.monotonic() - begun < 300
    begun = time.monotonic()
    result = invoke("run", "--cycles", "3", "--pace", "1.5")
    assert time.monotonic() - begun > 3
    assert len([line for line in result.stdout.splitlines() if " → " in line]) == 3


def test_a_second_engine_is_refused_by_the_name_of_the_process(desk: Path) -> None:
    with start(desk, "--pace", "600") as process:
        read_cycle(process)
        result = invoke("run", "--once")
        assert result.exit_code == ExitCode.FAULT
        assert f"the book funding-carry is run by process {process.pid}; stop that one" in result.stderr
    assert invoke("run", "--once").exit_code == ExitCode.OK


def test_two_books_share_an_account_side_by_side(paper: Any, shared_desk: Path) -> None:
    with start(shared_desk, "--pace", "600") as process:
        read_cycle(process)
        beside = invoke("run", "--book", "rules/second-carry", "--cycles", "3")
        assert beside.exit_code == ExitCode.OK, beside.output
        assert invoke("withdraw", "100", "--book", "second-carry").exit_code == ExitCode.OK
        assert invoke("run", "--book", "rules/second-carry", "--once").exit_code == ExitCode.OK
    assert len(list((shared_desk / "requests" / "done").iterdir())) == 1
    bases = {}
    for name, money in (("funding-carry", 2400), ("second-carry", 1600)):
        entries = paper.tell(shared_desk, name)["entries"]
        assert next(entry.event.amount for entry in entries if entry.event.KIND == "deposit") == money
        bases[name] = {entry.event.base for entry in entries if entry.event.KIND == "fill"}
    assert bases == {"funding-carry": set(), "second-carry": {"ETH", "SOL"}}
    assert sorted(path.name for path in (shared_desk / "recordings").iterdir()) == [
        "history-market",
        "history-market-second-carry",
    ]


def test_an_account_that_is_not_shared_is_used_by_one_engine(shared_desk: Path) -> None:
    settings = shared_desk / "settings.toml"
    text = settings.read_text()
    with start(shared_desk, "--pace", "600") as process:
        read_cycle(process)
        whole = SHARED.partition("books")[0]
        other = whole + '[[account]]\nname = "other"\nvenue = "okx"\nbooks = [{ name = "second-carry" }]\n'
        settings.write_text(text.replace(SHARED, other).replace('book = "funding', 'book = "second'))
        result = invoke("run", "--once")
    assert result.exit_code == ExitCode.FAULT, result.output
    assert f"the account main is used by process {process.pid}; stop that one, or let each" in result.stderr


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ('"40%"', '"41%"', "settings.share", '"main" have 101.00 % of it; shares add up to at most 100 %'),
        ('"40%"', "1.5", "settings.share", "the share is 1.5; write one such as `60%`"),
        ('"40%"', "[4]", "settings.share", "the share is [4]"),
        ('"ETH", "SOL"', '"ETH", "BTC"', "settings.bases", "funding-carry and second-carry both trade BTC"),
        (', bases = ["BTC"]', "", "settings.bases", "both trade the same coins"),
        ('["BTC"]', '"BTC"', "settings.account", "bases are no list of coins"),
        ("second-carry", "funding-carry", "settings.account", 'funding-carry stands twice in account "main"'),
        ('"main"', '"a/b"', "settings.account", 'the account is called "a/b"'),
        ('"binance"', '""', "settings.account", "the account has no venue"),
        ("4000", '"much"', "settings.amount", "'much' is no amount"),
        ("4000", "-1", "settings.amount", "-1 is no amount"),
        ("4000", '"5%"', "settings.amount", "'5%' is no amount"),
        ("4000", "4000\nreserved = { BTC = 1 }", "settings.reserved", "no coins are reserved on paper"),
        ("[[account]]", "[account]", "settings.account", "begin each with `[[account]]`"),
        ("[[account]]", SHARED + "[[account]]", "settings.account", 'the account "main" stands twice'),
    ],
)
def test_accounts_that_cannot_be_are_refused_when_settings_are_read(
    shared_desk: Path, old: str, new: str, code: str, says: str
) -> None:
    settings = shared_desk / "settings.toml"
    assert old in settings.read_text()
    settings.write_text(settings.read_text().replace(old, new))
    result = invoke("rules", "check", "--json")
    assert result.exit_code == ExitCode.FAULT
    found = {fault["code"]: f"{fault['message']}; {fault['hint']}" for fault in read_faults(result)}
    assert says in found[code]


def read_faults(result: Result) -> list[dict[str, Any]]:
    faults: list[dict[str, Any]] = json.loads(result.stdout)["diagnostics"]
    return faults


def test_money_and_limits_by_hand(paper: Any, desk: Path) -> None:
    assert "there is no account" in invoke("deposit", "5", "--account", "main").stderr
    assert invoke("run", "--cycles", "3").exit_code == ExitCode.OK
    told = json.loads(invoke("deposit", "250.50", "--json").stdout)
    assert (told["account"], told["amount_usd"]) == ("binance", "250.50")
    assert "no account" in invoke("withdraw", "5", "--account", "binanc").stderr
    assert invoke("withdraw", "9999").exit_code == ExitCode.OK
    (acting,) = json.loads(invoke("limits", "--json").stdout)
    assert acting["limit"] == "corr"
    assert "what acts is corr" in invoke("limits", "release", "drawdown").stderr
    assert invoke("limits", "release", "corr").exit_code == ExitCode.OK
    result = invoke("run", "--once")
    assert "withdrawal refused: 9999 USD are more than is free in account binance: " in result.stderr
    assert "limit corr begins to act" in result.stdout
    (day,) = paper.tell(desk)["days"]
    assert (day.deposits, day.withdrawals) == (Decimal("2250.50"), 0)
    assert "no book" in invoke("limits", "--book", "reverse-carry").stderr


@pytest.mark.parametrize("amount", ["0", "-5", "much", "nan", "inf"])
def test_an_amount_that_is_none(desk: Path, amount: str) -> None:
    result = invoke("deposit", "--", amount)
    assert (result.exit_code, "is no amount" in result.stderr) == (ExitCode.USAGE, True)
    assert not (desk / "requests").exists()


def test_outside_of_a_workspace_no_position_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = invoke("run", "--cycles", "3", "--base", "ADA", "--base", "ETH", "--json")
    cycles = list(map(json.loads, result.stdout.splitlines()))
    assert cycles[0]["trades"]["book"]["positions"] == 0
    assert cycles[-1]["trades"]["book"]["positions"] > 0
    assert list(tmp_path.iterdir()) == []


BOOKS = ("cash-and-carry", "cross-venue-funding", "funding-carry", "reverse-carry", "spot-arbitrage")


@pytest.mark.parametrize("name", BOOKS)
def test_every_starter_book_trades_in_a_workspace_of_its_own(
    paper: Any, name: str, workspace: Path, repository: Path
) -> None:
    rules = workspace / "rules" / name / "draft"
    rules.mkdir(parents=True, exist_ok=True)
    for file in (repository / "rules" / name / "draft").iterdir():
        (rules / file.name).write_bytes(file.read_bytes())
    settings = workspace / "settings.toml"
    settings.write_text(settings.read_text().replace('book = "funding-carry"', f'book = "{name}"'))
    result = invoke("run", "--cycles", "3")
    assert result.exit_code == ExitCode.OK, result.output
    assert paper.count_cycles(workspace, name) == 3
    shown = json.loads(invoke("ledger", "--json").stdout)
    assert shown["entries"][0]["event"] == "deposit"
