"""Running a book with money on paper: locks, recording, ledger, and what a kill left to be caught up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice
from pathlib import Path

from engine.book.bind import BoundBook
from engine.clock import Clock
from engine.errors import LedgerError, UsageError
from engine.ledger.store import open_store
from engine.operations.markets import Wanted
from engine.operations.record import record_blocks
from engine.operations.recording_source import RecordingSource
from engine.operations.run import run_blocks
from engine.operations.runs import Target, count_whole_history, place_run
from engine.operations.sources import Source
from engine.operations.trade import TradedCycle, Trader, trade_run
from engine.portfolio.program import build_program
from engine.portfolio.signals import Account
from engine.recording.lock import hold_file
from engine.recording.reading import open_recording
from engine.recording.recorder import open_recorder
from engine.settings import AccountSettings
from engine.workspace import Workspace

LOCKS = "locks"
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is open.

    Attributes:
        cycles: Its cycles.
        total: How many there are at most, if it goes over a whole history.
    """

    cycles: Iterator[TradedCycle]
    total: int | None


@contextmanager
def open_run(
    bound: BoundBook,
    folder: Path,
    wanted: Wanted,
    target: Target,
    clock: Clock,
    workspace: Workspace | None = None,
) -> Iterator[Run]:
    """The cycles of a run, each on the disk before it is given.

    Where a workspace records, it keeps positions too: the book goes on with the positions, latches and timers
    that it had. Cycles that were recorded, and that a kill kept from the ledger, are traded first.

    Args:
        bound: The book.
        folder: Where its files lie.
        wanted: What the run goes over.
        target: Where cycles are recorded.
        clock: Tells when cycles are recorded.
        workspace: The workspace that it runs in.

    Raises:
        HistoryError: The history cannot be read.
        LedgerError: The store cannot be opened, or its positions are in another market.
        RecordingError: Another engine runs this book or uses its accounts, or the disk refuses.
        UsageError: The settings give the book no account, or `--from` lies before what is recorded.
    """
    pairing = bound.book.manifest.pairing
    keeps = workspace is not None and target.folder == workspace.recording
    with ExitStack() as stack:
        trader = _open_trader(stack, bound, workspace if keeps else None)
        if target.folder is None:
            source, count = place_run(wanted, workspace, target, pairing)
            yield Run(
                islice(trade_run(trader, run_blocks(bound, source)), count),
                count_whole_history(wanted, source),
            )
            return
        recorder = stack.enter_context(open_recorder(target.folder, clock))
        late = _find_late(trader, recorder.last)
        behind = (
            trade_run(trader, run_blocks(bound, _open_missed(target.folder, trader, late))) if late else ()
        )
        source, count = place_run(wanted, workspace, target, pairing)
        if trader.since is not None:
            source = source.go_on(trader.since if late is None else late)
        ahead = trade_run(trader, record_blocks(bound, folder, source, recorder))
        yield Run(chain(behind, islice(ahead, count)), count_whole_history(wanted, source))


def _open_trader(stack: ExitStack, bound: BoundBook, workspace: Workspace | None) -> Trader:
    """A book with its money: that of the workspace, or money for this run alone."""
    if workspace is None:
        return Trader(build_program(bound), (), {})
    name = bound.book.manifest.name
    uses = [(account, account.find_use(name)) for account in workspace.accounts]
    own = [(account, use) for account, use in uses if use is not None]
    if uses and not own:
        raise UsageError(f"no account of settings.toml names {name} among its books; add it to one")
    _hold_locks(stack, workspace.root, name, [account for account, _ in own])
    return Trader(
        build_program(bound),
        tuple(Account(account.name, account.venue, use.bases) for account, use in own),
        {account.name: account.deposit_usd * use.share for account, use in own},
        stack.enter_context(open_store(workspace.store)),
        workspace.root,
        workspace.recording.name,
    )


def _hold_locks(stack: ExitStack, root: Path, book: str, accounts: Sequence[AccountSettings]) -> None:
    """Keep other engines from this book, and from its accounts, but for accounts that books share."""
    try:
        (root / LOCKS).mkdir(exist_ok=True)
    except OSError as error:
        raise LedgerError(f"{root / LOCKS} cannot be made: {error}") from error
    names = {f"book-{book}": f"the book {book} is run"}
    for account in accounts:
        shared = f"-{book}" if account.uses else ""
        names[f"account-{account.name}{shared}"] = f"the account {account.name} is used"
    for name, what in names.items():
        stack.enter_context(hold_file(root / LOCKS / name, what, "let each book have accounts of its own"))


def _find_late(trader: Trader, recorded: datetime | None) -> datetime | None:
    """The last recorded cycle, if the ledger does not have it yet."""
    if recorded is None or trader.since is None or recorded <= trader.since:
        return None
    return recorded


def _open_missed(folder: Path, trader: Trader, last: datetime) -> Source:
    start = None if trader.since is None else trader.since + _INSTANT
    return RecordingSource(open_recording(folder), start, last + _INSTANT)
