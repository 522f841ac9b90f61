"""What docs/ledger.md says is so: its accounts, its events, its numbers, its program."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from engine.cli.app import app
from engine.ledger.components import Components
from engine.ledger.events import EVENTS
from engine.ledger.posting import Account
from engine.ledger.store import open_store

PAGE = (Path(__file__).parents[3] / "docs" / "ledger.md").read_text(encoding="utf-8")


def first_cells(header: str) -> set[str]:
    """The words in the first column of the table with this header."""
    (rows,) = re.findall(rf"^\| {header} \|[^\n]*\n\| ---[^\n]*\n((?:\|[^\n]*\n)+)", PAGE, re.MULTILINE)
    return set(re.findall(r"`(\w+)`", " ".join(row.split("|")[1] for row in rows.splitlines())))


def test_every_account_event_and_cause_is_told() -> None:
    assert first_cells("account") == set(Account)
    assert first_cells("event") == {each.KIND for each in EVENTS}
    assert first_cells("cause") == set(Components.__dataclass_fields__)


@pytest.fixture
def store_of_the_day(made: Any, worked: Any, place: Path) -> Path:
    with open_store(place) as store:
        for row in worked.read_rows():
            worked.commit_row(store, made, row)
    return place


def test_the_report_of_the_page_is_that_of_the_worked_day(store_of_the_day: Path) -> None:
    told = next(
        block for block in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL) if "withdrawals" in block
    )
    arguments = ["report", "daily", "--store", str(store_of_the_day)]
    shown = CliRunner().invoke(app, arguments, env={"NO_COLOR": "1", "COLUMNS": "240"}).stdout
    lines = [line.split() for line in told.splitlines() if not line.startswith(" ─")]
    assert lines == [line.split() for line in shown.splitlines() if line.strip(" ─")][: len(lines)]


def test_the_sums_of_the_page_are_those_of_the_worked_day(store_of_the_day: Path) -> None:
    told = dict(re.findall(r"^\| (\w+) \| [^|]* \| (-?\d\.\d{6}) \|$", PAGE, re.MULTILINE))
    with open_store(store_of_the_day) as store:
        total = sum((day.total for day in store.read_days("funding-carry")), Components())
    assert told == {name: f"{getattr(total, name):.6f}" for name in told}
    assert set(told) == {"funding", "basis", "fees", "dust", "total"}


def test_the_program_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    space: dict[str, Any] = {}
    exec(compile(program, "page", "exec"), space)  # the page's own program
    assert (space["equity"].total, space["when"], space["state"]) == (1999, space["at"], b"any state")
