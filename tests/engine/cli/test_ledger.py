"""The commands that read a store, over the worked day."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from engine.cli.app import app
from engine.cli.console import ExitCode
from engine.ledger.balances import LegKey
from engine.ledger.marks import Marks
from engine.ledger.store import open_store

LEDGER_TESTS = Path(__file__).parents[1] / "ledger"


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"NO_COLOR": "1", "COLUMNS": "240"})


@pytest.fixture(scope="module")
def made(load_module: Callable[[Path, str], ModuleType]) -> Any:
    return load_module(LEDGER_TESTS / "made_events.py", "made_events")


@pytest.fixture(scope="module")
def worked(load_module: Callable[[Path, str], ModuleType]) -> Any:
    return load_module(LEDGER_TESTS / "worked_day.py", "worked_day")


@pytest.fixture(scope="module")
def place(made: Any, worked: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store of the worked day."""
    path = tmp_path_factory.mktemp("worked") / "store.sqlite"
    with open_store(path) as store:
        for row in worked.read_rows():
            worked.commit_row(store, made, row)
    return str(path)


def lines_of(result: Result) -> list[str]:
    assert result.exit_code == ExitCode.OK, result.stderr
    return [" ".join(line.split()) for line in result.stdout.splitlines() if line.strip(" ─")]


def test_the_daily_report_of_the_worked_day(place: str) -> None:
    result = invoke("report", "daily", "--store", place)
    assert lines_of(result) == [
        "day start deposits withdrawals funding basis fees slippage borrow currency dust total end",
        "2026-01-01 - 2,000.000 - 0.556 0.549 -1.570 - - - - -0.465 1,999.535",
        "2026-01-02 1,999.535 - - - 0.001 -1.565 - - - -0.001 -1.565 1,997.970",
        "day pair venue version funding basis fees slippage borrow currency dust total",
        "2026-01-01 p binance 0001 0.556 0.549 -1.570 - - - - -0.465",
        "2026-01-02 p binance 0001 - 0.001 -1.565 - - - -0.001 -1.565",
    ]
    assert "funding-carry: 2 days, in USD" in result.stderr


def test_the_daily_report_as_json_adds_up_to_the_last_digit(place: str) -> None:
    told = json.loads(invoke("report", "daily", "--store", place, "--json").stdout)
    assert (told["book"], told["currency"]) == ("funding-carry", "USD")
    for day in told["days"]:
        moved = Decimal(day["deposits"]) - Decimal(day["withdrawals"]) + Decimal(day["total"])
        assert Decimal(day["equity_end"]) == Decimal(day["equity_start"]) + moved
        assert Decimal(day["total"]) == sum(Decimal(source["total"]) for source in day["sources"])
    assert Decimal(told["days"][-1]["equity_end"]) == Decimal("1997.969794")


def test_days_are_chosen(place: str) -> None:
    told = json.loads(invoke("report", "daily", "--store", place, "--from", "2026-01-02", "--json").stdout)
    assert [day["day"] for day in told["days"]] == ["2026-01-02"]
    none = invoke("report", "daily", "--store", place, "--to", "2026-01-01")
    assert (none.exit_code, none.stdout) == (ExitCode.OK, "")


def test_the_daily_report_as_markdown(place: str) -> None:
    page = invoke("report", "daily", "--store", place, "--markdown").stdout
    assert page.startswith(
        "# funding-carry: daily report\n\nIn USD.\n\n## Days\n\n| day | start | deposits |"
    )
    assert "| 2026-01-01 | p | binance | 0001 | 0.556 | 0.549 | -1.570 | - | - | - | - | -0.465 |\n" in page
    rows = [line.count("|") for line in page.splitlines() if line.startswith("|")]
    assert rows == [14] * 4 + [13] * 4


def test_old_prices_are_marked(made: Any, tmp_path: Path) -> None:
    place = tmp_path / "store.sqlite"
    with open_store(place) as store:
        for hours in (0, 1):
            at = made.hour(hours)
            events = [] if hours else [made.fill("1", "spot", "buy", 1, 100)]
            prices = {} if hours else {LegKey("main", "p", "spot"): Decimal(100)}
            store.commit_cycle(at, made.BOOK, events, Marks(at, prices, {"USDT": Decimal(1)}), b"", {})
    shown = invoke("report", "daily", "--store", str(place))
    assert "2026-01-01*" in shown.stdout
    assert "older prices or rates: 2026-01-01 1 of 2" in shown.stderr
    assert "\\* cycles that" in invoke("report", "daily", "--store", str(place), "--markdown").stdout
    assert "(old price)" in invoke("positions", "--store", str(place)).stdout


def test_the_position_of_the_worked_day(place: str) -> None:
    header, row, *fills = lines_of(invoke("positions", "--store", place, "--pair", "p"))
    assert header == "pair opened closed rule version fills funding fees price other"
    assert row == (
        "p 2026-01-01 06:00 2026-01-02 03:00 E1 0001 4 +0.556391 USDT -3.13525 USDT +0.55 USDT -0.001347 USDT"
    )
    assert fills[1] == "2026-01-01 06:00:02 spot entry E1 buy 0.01102 95,000 0.00001102 BTC"
    assert len(fills) == 5
    told = json.loads(invoke("positions", "--store", place, "--json").stdout)
    (position,) = told["positions"]
    assert (position["opened"], position["closed"]) == (
        "2026-01-01T06:00:02+00:00",
        "2026-01-02T03:00:02+00:00",
    )
    assert position["earned"]["funding"] == {"USDT": "0.55639100"}
    assert [fill["price"] for fill in position["fills"]] == ["95000", "95100", "94850", "94900"]


def test_an_open_position_shows_its_legs(made: Any, worked: Any, tmp_path: Path) -> None:
    place = tmp_path / "store.sqlite"
    with open_store(place) as store:
        for row in worked.read_rows()[:5]:
            worked.commit_row(store, made, row)
    shown = lines_of(invoke("positions", "--store", str(place), "--open"))
    assert "p 2026-01-01 06:00 open E1 0001 2 +0.10494 USDT -1.56995 USDT" in shown
    assert "p spot binance BTC/USDT 0.01100898 95,000 +3.302694 USDT" in shown
    assert "p perp binance BTC/USDT:USDT -0.011 95,100 -3.3 USDT" in shown
    narrow = CliRunner().invoke(app, ["positions", "--store", str(place)], env={"COLUMNS": "60"}).stdout
    assert "p\n  opened 2026-01-01 06:00, closed open, rule E1" in narrow


def test_entries_of_the_worked_day(place: str) -> None:
    lines = lines_of(invoke("ledger", "--store", place, "--kind", "fill", "--to", "2026-01-01T06:00:03"))
    assert lines == [
        "at event of account amount commodity",
        "2026-01-01 06:00:02 buy for entry p spot trade -0.01100898 BTC",
        "trade +1,045.8531 USDT",
        "wallet binance:spot +0.01100898 BTC",
        "wallet binance:spot -1,045.8531 USDT",
        "wallet binance:spot -1.0469 USDT",
        "fees +1.0469 USDT",
    ]
    told = json.loads(
        invoke("ledger", "--store", place, "--from", "2026-01-02T01:00", "--pair", "p", "--json").stdout
    )
    assert [entry["event"] for entry in told["entries"]] == ["fill", "fill", "dust"]
    for entry in told["entries"]:
        assert sum(Decimal(each["amount"]) for each in entry["postings"] if each["commodity"] == "USDT") == 0


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["positions", "--store", "nowhere.sqlite"], ExitCode.FAULT, "there is no store nowhere.sqlite yet"),
        (["ledger"], ExitCode.USAGE, "which store? give --store, or run in a workspace"),
        (
            ["ledger", "--store", "{place}", "--kind", "fil"],
            ExitCode.USAGE,
            'no kind "fil"; did you mean "fill"',
        ),
        (
            ["ledger", "--store", "{place}", "--book", "funding"],
            ExitCode.FAULT,
            'no book "funding"; did you mean "funding-carry"',
        ),
        (["positions", "--store", "{place}", "--pair", "q"], ExitCode.USAGE, 'never held the pair "q"'),
    ],
)
def test_what_cannot_be_shown_is_said(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = invoke(*(each.format(place=place) for each in arguments))
    assert result.exit_code == code
    assert says in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_has_a_store_of_its_own(
    made: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "desk"
    invoke("init", str(folder))
    monkeypatch.chdir(folder)
    missing = invoke("report", "daily")
    assert missing.exit_code == ExitCode.FAULT
    assert f"there is no store {folder / 'store.sqlite'} yet" in missing.stderr
    open_store(folder / "store.sqlite").close()
    assert "the store is empty" in invoke("positions").stderr
    with open_store(folder / "store.sqlite") as store:
        for book in ("one", "two"):
            store.commit_cycle(made.START, book, [], Marks(made.START, {}, {}), b"", {})
    assert "which book? the store has one, two" in invoke("positions").stderr
    shown = invoke("positions", "--book", "two")
    assert (shown.exit_code, shown.stdout, shown.stderr) == (ExitCode.OK, "", "two: 0 open\n")
