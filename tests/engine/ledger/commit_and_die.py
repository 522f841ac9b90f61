"""Opens a store and commits a cycle, and kills itself at a statement: `commit_and_die.py STORE STATEMENT`."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Engine, event

from engine.ledger.marks import Marks
from engine.ledger.store import open_store


class Fuse:
    """Kills the process at a statement, before it is carried out or, half of the time, after."""

    def __init__(self, statement: int) -> None:
        self.left = statement

    def burn(self, *_: object) -> None:
        """Count a step; at the last one the process ends without any clearing up."""
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1


def main(place: str, statement: int) -> None:
    """Commit the next cycle of the book, with the fuse lit."""
    path = Path(__file__).with_name("made_events.py")
    spec = importlib.util.spec_from_file_location("made_events", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    fuse = Fuse(statement)
    for step in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, step, fuse.burn)
    with open_store(place) as store:
        last = store.read_last_cycle(made.BOOK)
        number = 0 if last is None else int(last[1]) + 1
        at = made.hour(number)
        events = [made.deposit(f"d{number}", 10), made.fill(f"f{number}", "spot", "buy", 1, 100)]
        marks = Marks(at, {("binance", "BTC/USDT"): Decimal(100 + number)}, {"USDT": Decimal(1)})
        print(f"begin {number}", flush=True)
        store.commit_cycle(at, made.BOOK, events, marks, b"%d" % number, {"number": number})
        print(f"done {number}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
