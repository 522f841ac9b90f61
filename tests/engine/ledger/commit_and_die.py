"""Commits cycles in processes that kill themselves.

For each line of standard input, `STATEMENT STORE`, a process of its own opens the store, commits the next
cycle and dies at that statement. Told are `done N` by a process whose commit came back, then `end STATUS`.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

from engine.ledger.balances import LegKey
from engine.ledger.marks import Marks
from engine.ledger.store import open_store


class Fuse:
    """Kills the process at a step: before a statement, after it, before a commit, or after it."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def light(self) -> None:
        """Count the steps of every database from now on."""
        for step in ("before_cursor_execute", "after_cursor_execute"):
            event.listen(Engine, step, self.burn)
        commit: Any = DefaultDialect.do_commit

        def commit_and_burn(dialect: DefaultDialect, connection: Any) -> None:
            self.burn()
            commit(dialect, connection)
            self.burn()

        DefaultDialect.do_commit = commit_and_burn  # type: ignore[method-assign]

    def burn(self, *_: object) -> None:
        """Count a step; at the last one the process ends without any clearing up."""
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1


def load_made() -> Any:
    """The program beside this file that makes events."""
    spec = importlib.util.spec_from_file_location("made_events", Path(__file__).with_name("made_events.py"))
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def commit_next(made: Any, place: str) -> int:
    """Commit the next cycle of the book; gives back its number."""
    with open_store(place) as store:
        last = store.read_last_cycle(made.BOOK)
        number = 0 if last is None else int(last[1]) + 1
        at = made.hour(number)
        events = [made.deposit(f"d{number}", 10), made.fill(f"f{number}", "spot", "buy", 1, 100)]
        marks = Marks(at, {LegKey("main", "p", "spot"): Decimal(100 + number)}, {"USDT": Decimal(1)})
        store.commit_cycle(at, made.BOOK, events, marks, b"%d" % number, {"number": number})
        sys.stdout.write(f"done {number}\n")
        sys.stdout.flush()
        return number


def main() -> None:
    """Start a process for each line."""
    made = load_made()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            statement, place = line.rstrip("\n").split(" ", 1)
            Fuse(int(statement)).light()
            commit_next(made, place)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"end {os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
