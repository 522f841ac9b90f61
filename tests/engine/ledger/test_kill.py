"""Processes that open a store and commit are killed at every statement: each cycle is whole, or not there."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.ledger.store import open_store

PROGRAM = Path(__file__).with_name("commit_and_die.py")
NEVER = 100_000

Commit = Callable[[int, Path], tuple[int, list[str]]]


@contextmanager
def start_program() -> Iterator[Commit]:
    """A function that commits in a process of its own; gives back how that ended, and what it told."""
    with subprocess.Popen(
        [sys.executable, str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = process.stdout

        def commit(statement: int, place: Path) -> tuple[int, list[str]]:
            assert process.stdin is not None
            process.stdin.write(f"{statement} {place}\n")
            process.stdin.flush()
            lines = []
            while not (line := told.readline()).startswith("end "):
                assert line, "the program ended by itself"
                lines.append(line.strip())
            return int(line.split()[1]), lines

        yield commit
        process.stdin.close()


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


@pytest.mark.parametrize("before", [0, 2], ids=["first", "third"])
def test_a_kill_leaves_whole_cycles(made: Any, place: Path, before: int) -> None:
    with start_program() as commit:
        for _ in range(before):
            assert commit(NEVER, place)[0] == 0
        statement, count, code, untold = 0, before, -1, 0
        while code != 0:
            code, told = commit(statement, place)
            after = check_cycles(made, place)
            assert after - count in {0, 1}
            assert after > count or f"done {count}" not in told
            assert code in {0, -signal.SIGKILL}
            untold += after > count and not told
            statement, count = statement + 1, after
    assert statement > 40
    assert untold >= 1, "a kill after the commit, before it was told"
    with closing(sqlite3.connect(place)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_kill_while_the_tables_are_made_leaves_a_store_or_nothing(made: Any, tmp_path: Path) -> None:
    code, statement = -1, 0
    with start_program() as commit:
        while code != 0:
            place = tmp_path / f"{statement}.sqlite"
            code, _ = commit(statement, place)
            assert check_cycles(made, place) in {0, 1}
            statement += 5
    assert statement > 80
