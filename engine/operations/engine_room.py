"""Running a book with money on paper: locks, recording, ledger, and what a kill left to be caught up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from engine.book.bind import BoundBook
from engine.clock import Clock
from engine.cycle import Outcome
from engine.errors import LedgerError, UsageError
from engine.ledger.store import open_store
from engine.market.assembly import Candidates
from engine.operations.catching_up import catch_up
from engine.operations.markets import Wanted
from engine.operations.record import record_blocks
from engine.operations.run import run_blocks
from engine.operations.runs import Target, count_whole_history, place_run
from engine.operations.trade import TradedCycle, Trader, name_version, trade_run
from engine.portfolio.program import build_program
from engine.portfolio.signals import Account
from engine.recording.lock import hold_file
from engine.recording.recorder import Recorder, open_recorder
from engine.settings import AccountSettings
from engine.workspace import Workspace

LOCKS = "locks"


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
    with ExitStack() as stack:
        beside = workspace is not None and target.folder != workspace.recording
        trader = _open_trader(stack, bound, workspace if target.keeps else None, beside=beside)
        if target.folder is None:
            source, count = place_run(wanted, workspace, target, pairing)
            yield Run(
                islice(trade_run(trader, run_blocks(bound, source)), count),
                count_whole_history(wanted, source),
            )
            return
        recorder = stack.enter_context(open_recorder(target.folder, clock))
        source, count = place_run(wanted, workspace, target, pairing)
        if trader.since is not None:
            source = source.go_on(trader.since)
        behind = _trade_behind(trader, recorder)
        ahead = islice(record_blocks(bound, folder, source, recorder), count)
        yield Run(_go_on(trader, behind, ahead), count_whole_history(wanted, source))


def _go_on(
    trader: Trader, behind: Iterator[TradedCycle], ahead: Iterator[tuple[Candidates, Outcome]]
) -> Iterator[TradedCycle]:
    """What was missed, then what comes."""
    now = trader.book
    yield from behind
    book = now.bound.book
    trader.follow(now, name_version(book.version, book.fingerprint))
    yield from trade_run(trader, ahead)


def _trade_behind(trader: Trader, recorder: Recorder) -> Iterator[TradedCycle]:
    """What a kill kept from the ledger; a ledger that is new begins after what is recorded already."""
    if trader.store is None:
        return iter(())
    after = trader.since
    if after is None:
        after = trader.store.begin(trader.name, recorder.last)
    if recorder.last is None or (after is not None and recorder.last <= after):
        return iter(())
    return catch_up(trader, trader.book, recorder.recording, after)


def _open_trader(stack: ExitStack, bound: BoundBook, workspace: Workspace | None, *, beside: bool) -> Trader:
    """A book with its money: that of the workspace, or money for this run alone."""
    if workspace is None:
        return Trader(build_program(bound), (), {})
    name = bound.book.manifest.name
    uses = [(account, account.find_use(name, beside=beside)) for account in workspace.accounts]
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
        workspace.market,
    )


def _hold_locks(stack: ExitStack, root: Path, book: str, accounts: Sequence[AccountSettings]) -> None:
    """Keep other engines from this book, and from its accounts; the settings may let books share one."""
    try:
        (root / LOCKS).mkdir(exist_ok=True)
    except OSError as error:
        raise LedgerError(f"{root / LOCKS} cannot be made: {error}") from error
    instead = "let each book have accounts of its own"
    held = hold_file(root / LOCKS / f"book-{book}", f"the book {book} is run", "run another book")
    stack.enter_context(held)
    for account in accounts:
        name, what = f"account-{account.name}", f"the account {account.name} is used"
        stack.enter_context(hold_file(root / LOCKS / name, what, instead, shared=bool(account.uses)))
