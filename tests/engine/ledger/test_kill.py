"""A process that opens a store and commits is killed at every statement: each cycle is there whole, or not at all."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.ledger.store import open_store

PROGRAM = Path(__file__).with_name("commit_and_die.py")


def run(place: Path, statement: int, told: Path) -> tuple[int | None, list[str]]:
    """Run the program in a process of its own; gives back how it ended, and what it told."""
    process = multiprocessing.get_context("fork").Process(target=act, args=(place, statement, told))
    process.start()
    process.join()
    return process.exitcode, told.read_text().splitlines()


def act(place: Path, statement: int, told: Path) -> None:
    with told.open("w") as file:
        os.dup2(file.fileno(), 1)
        runpy.run_path(str(PROGRAM))["main"](str(place), statement)


def check_cycles(made: Any, place: Path) -> int:
    """Every cycle of the store is whole; gives back how many there are."""
    with open_store(place) as store:
        cycles = store.read_cycles(made.BOOK)
        count = len(cycles)
        ids = [entry.event.id for entry in store.read_entries(made.BOOK)]
        assert ids == [f"{kind}{number}" for number in range(count) for kind in ("d", "f")]
        last, days = store.read_last_cycle(made.BOOK), store.read_days(made.BOOK)
        standing = store.read_standing(made.BOOK)
    if count == 0:
        assert (last, days, standing) == (None, (), None)
        return 0
    assert last == (made.hour(count - 1), str(count - 1).encode())
    assert standing is not None
    assert [leg.quantity for leg in standing.holdings.legs.values()] == [count]
    (day,) = days
    assert (day.cycles, day.equity_end) == (count, cycles[-1].equity)
    assert day.equity_end == Decimal(10 * count) + day.total.total
    return count


def test_a_kill_leaves_whole_cycles(made: Any, place: Path, tmp_path: Path) -> None:
    statement, count, kills = 0, 0, 0
    while True:
        code, told = run(place, statement, tmp_path / "told")
        after = check_cycles(made, place) if place.exists() else 0
        assert after - count in {0, 1}
        assert after > count or f"done {count}" not in told
        assert code in {0, -signal.SIGKILL}
        if code == 0:
            break
        kills, statement, count = kills + 1, statement + 1, after
    assert kills > 40
    with closing(sqlite3.connect(place)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_kill_while_the_tables_are_made_leaves_a_store_or_nothing(made: Any, tmp_path: Path) -> None:
    for statement in range(0, 200, 7):
        place = tmp_path / f"{statement}.sqlite"
        code, _ = run(place, statement, tmp_path / "told")
        assert check_cycles(made, place) in {0, 1}
        if code == 0:
            break
    assert code == 0
