"""Running a book with money on paper: locks, recording, ledger, and what a kill left to be caught up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

from engine.book.bind import BoundBook
from engine.clock import Clock
from engine.errors import LedgerError, UsageError
from engine.ledger.store import open_store
from engine.operations.record import record_blocks
from engine.operations.recording_source import RecordingSource
from engine.operations.run import run_blocks
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


@contextmanager
def open_run(
    bound: BoundBook,
    folder: Path,
    source: Source,
    clock: Clock,
    *,
    workspace: Workspace | None = None,
    record: Path | None = None,
) -> Iterator[Iterator[TradedCycle]]:
    """The cycles of a run, each on the disk before it is given.

    In a workspace the book goes on with the positions, latches and timers that it had. Cycles that were recorded,
    and that a kill kept from the ledger, are traded first.

    Args:
        bound: The book.
        folder: Where its files lie.
        source: Where candidates come from.
        clock: Tells when cycles are recorded.
        workspace: Where positions are kept; None keeps none.
        record: Where cycles are recorded; None records none.

    Raises:
        LedgerError: The store cannot be opened, or its positions are in another market.
        RecordingError: Another engine runs this book or uses its accounts, or the disk refuses.
        UsageError: The settings give the book no account.
    """
    with ExitStack() as stack:
        name = bound.book.manifest.name
        settings = () if workspace is None else workspace.accounts
        uses = {account: account.find_use(name) for account in settings}
        if settings and not any(uses.values()):
            raise UsageError(f"no account of settings.toml names {name} among its books; add it to one")
        if workspace is not None:
            _hold_locks(stack, workspace.root, name, settings)
        trader = Trader(
            build_program(bound),
            tuple(Account(each.name, each.venue, use.bases) for each, use in uses.items() if use is not None),
            {each.name: each.deposit_usd * use.share for each, use in uses.items() if use is not None},
            None if workspace is None else stack.enter_context(open_store(workspace.store)),
            None if workspace is None else workspace.root,
            "" if workspace is None else workspace.recording.name,
        )
        if record is None:
            yield trade_run(trader, run_blocks(bound, source))
            return
        recorder = stack.enter_context(open_recorder(record, clock))
        late = _find_late(trader, recorder.last)
        behind = (
            trade_run(trader, run_blocks(bound, _open_missed(record, trader.since, late))) if late else ()
        )
        if workspace is not None:
            known = [time for time in (recorder.last, trader.since) if time is not None]
            source = source.go_on(max(known)) if known else source
        ahead = trade_run(trader, record_blocks(bound, folder, source, recorder))
        yield chain(behind, ahead)


def _hold_locks(stack: ExitStack, root: Path, book: str, accounts: Sequence[AccountSettings]) -> None:
    """Keep other engines from this book, and from its accounts, but for books that share one by the settings."""
    try:
        (root / LOCKS).mkdir(exist_ok=True)
    except OSError as error:
        raise LedgerError(f"{root / LOCKS} cannot be made: {error}") from error
    names = {f"book-{book}": f"the book {book} is run"}
    for account in accounts:
        if account.find_use(book) is not None:
            shared = f"-{book}" if account.uses else ""
            names[f"account-{account.name}{shared}"] = f"the account {account.name} is used"
    for name, what in names.items():
        stack.enter_context(hold_file(root / LOCKS / name, what, "let each book have accounts of its own"))


def _find_late(trader: Trader, recorded: datetime | None) -> datetime | None:
    """The last recorded cycle, if the ledger does not have it yet."""
    if recorded is None or trader.since is None or recorded <= trader.since:
        return None
    return recorded


def _open_missed(record: Path, since: datetime | None, last: datetime) -> Source:
    start = None if since is None else since + _INSTANT
    return RecordingSource(open_recording(record), start, last + _INSTANT)
