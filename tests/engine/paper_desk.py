"""A small market that was recorded, a workspace over it, and the engine that trades there on paper.

    python paper_desk.py WORKSPACE STEP

As a program it trades until the history ends, or until it kills itself before the given step of everything
that it brings to the disk; a step that is never reached lets it end by itself.
"""

from __future__ import annotations

import math
import os
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy.engine.default import DefaultDialect

from engine.book.bind import BoundBook, bind
from engine.book.compile import compile_book
from engine.book.load import load_book
from engine.clock import StepClock
from engine.ledger.store import open_store
from engine.operations.engine_room import open_run
from engine.operations.markets import Wanted
from engine.operations.runs import choose_target
from engine.operations.trade import TradedCycle
from engine.operations.workspaces import make_workspace
from engine.recording.reading import open_recording
from engine.requests import Request, Wish, make_request
from engine.workspace import read_workspace

BOOK = "funding-carry"
LISTED = datetime(2024, 1, 1, tzinfo=UTC)
"""When the swaps were listed; the book wants them to be 60 days old."""
START = datetime(2024, 3, 5, tzinfo=UTC)
CYCLES = 12
STEP = timedelta(hours=8)
COINS = {"BTC": (60_000.0, 5), "ETH": (3_000.0, 9), "SOL": (150.0, CYCLES)}
"""Price of each coin, and the cycle from which on its swap pays nobody for being short."""
NOW = datetime(2024, 6, 1, tzinfo=UTC)


def write_history(folder: Path) -> None:
    """Hourly bars of three coins at one venue, and settlements every eight hours."""
    folder.mkdir()
    times = {"ts": pl.Datetime("ms", "UTC")}
    end = START + CYCLES * STEP
    hours = [LISTED + timedelta(hours=hour) for hour in range((end - LISTED) // timedelta(hours=1))]
    bars = [row for base in COINS for row in _list_bars(base, hours)]
    paid = [row for base in COINS for row in _list_payments(base, hours[::8])]
    pl.DataFrame(bars, schema_overrides=times).write_parquet(folder / "ohlcv.parquet")
    pl.DataFrame(paid, schema_overrides=times).write_parquet(folder / "funding.parquet")


def _list_bars(base: str, hours: list[datetime]) -> Iterator[dict[str, Any]]:
    price = COINS[base][0]
    for number, ts in enumerate(hours):
        for market, symbol, basis in (("spot", f"{base}/USDT", 0.0), ("swap", f"{base}/USDT:USDT", 2e-4)):
            wave = 1 + 0.01 * math.sin(number / 7 + len(base) + price) + basis * math.cos(number / 5)
            shown = {"venue": "binance", "market": market, "symbol": symbol, "timeframe": "1h", "ts": ts}
            at = round(price * wave, 2)
            yield {**shown, "open": at, "close": at, "volume": 6e6 / price}


def _list_payments(base: str, times: list[datetime]) -> Iterator[dict[str, Any]]:
    turn = START + COINS[base][1] * STEP
    for ts in times:
        rate = 0.0003 if ts < turn else -0.0009
        where = {"venue": "binance", "symbol": f"{base}/USDT:USDT", "ts": ts}
        yield {**where, "rate": rate, "interval_hours": 8}


def make_desk(folder: Path, history: Path, accounts: str = "") -> None:
    """A workspace over that history."""
    make_workspace(folder)
    settings = f'book = "{BOOK}"\n\n[market]\nsource = "history"\nfolder = "{history}"\n'
    (folder / "settings.toml").write_text(f"{settings}from = {START:%Y-%m-%d}\n{accounts}")


def bind_book(desk: Path) -> BoundBook:
    """The book of a workspace as it is now."""
    return bind(compile_book(load_book(read_workspace(desk).book)))


def trade(desk: Path, bound: BoundBook, cycles: int | None = None) -> Iterator[TradedCycle]:
    """Trade so many cycles there, or all that are left."""
    workspace = read_workspace(desk)
    wanted = Wanted(cycles=cycles)
    target = choose_target(wanted, workspace, None, workspace.book)
    with open_run(bound, workspace.book, wanted, target, StepClock([NOW]), workspace) as run:
        yield from run.cycles


def count_cycles(desk: Path, book: str = BOOK) -> int:
    """How many cycles the ledger of a workspace has."""
    with open_store(read_workspace(desk).store) as store:
        return len(store.read_cycles(book))


def ask(desk: Path, wish: Wish, number: int, **told: Any) -> None:
    """Ask something of the engine of a workspace; the number makes id and time."""
    at = NOW + number * timedelta(minutes=1)
    make_request(desk, Request(str(UUID(int=number)), at, wish, BOOK, **told))


def tell(desk: Path, book: str = BOOK) -> dict[str, Any]:
    """All that has to be the same however often the engine was killed."""
    workspace = read_workspace(desk)
    with open_store(workspace.store) as store:
        told: dict[str, Any] = {
            "entries": store.read_entries(book),
            "cycles": store.read_cycles(book),
            "days": store.read_days(book),
            "last": store.read_last_cycle(book),
            "standing": store.read_standing(book),
        }
    recording = open_recording(workspace.recording)
    for at in recording.list_cycles():
        told[f"decisions {at}"] = recording.read_cycle(at).decisions.to_dicts()
    requests = desk / "requests"
    told["requests"] = sorted(
        str(path.relative_to(requests)) for path in requests.rglob("*") if path.is_file()
    )
    return told


class Crash(BaseException):
    """The process is no more: nothing catches this."""


class Fuse:
    """Counts the steps with which anything is brought to the disk, and ends the process at one of them.

    A step is a name that a file takes, a file that is synced, or a commit; it is counted before and after.
    """

    def __init__(self, steps: int) -> None:
        self.left = steps

    def light(self, patch: Callable[[Any, str, Any], None] = setattr) -> None:
        """Count from now on."""
        for name in ("rename", "fsync"):
            patch(os, name, self._count(getattr(os, name)))
        patch(DefaultDialect, "do_commit", self._count(DefaultDialect.do_commit))

    def _count(self, do: Any) -> Any:
        def step(*arguments: Any, **named: Any) -> Any:
            self.burn()
            done = do(*arguments, **named)
            self.burn()
            return done

        return step

    def burn(self) -> None:
        """Count a step; at the last one, and at each behind it, the process ends."""
        if self.left == 0:
            self.die()
        self.left -= 1

    def die(self) -> None:
        """End without any clearing up."""
        os.kill(os.getpid(), signal.SIGKILL)


class Pretence(Fuse):
    """A fuse within the process of a test: what comes after the end reaches the disk no more."""

    def die(self) -> None:
        """Leave the run, whatever it was about to do."""
        raise Crash


def main(desk: Path, step: int) -> None:
    """Trade, and die at a step."""
    bound = bind_book(desk)
    Fuse(step).light()
    for cycle in trade(desk, bound):
        sys.stdout.write(f"{cycle.outcome.at:%Y-%m-%d %H:%M}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
