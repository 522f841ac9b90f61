"""Cycles that were recorded and not traded, since a kill came between the two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from engine.book.bind import bind
from engine.book.compile import compile_book
from engine.book.load import load_book
from engine.operations.recording_source import RecordingSource
from engine.operations.run import run_blocks
from engine.operations.trade import TradedCycle, Trader, name_version, trade_run
from engine.portfolio.program import LoopBook, build_program
from engine.recording.facts import BookVersion
from engine.recording.reading import Recording

_INSTANT = timedelta(microseconds=1)


def catch_up(
    trader: Trader, now: LoopBook, recording: Recording, after: datetime | None
) -> Iterator[TradedCycle]:
    """Trade what was recorded and not traded, each cycle by the version of the book that decided it.

    Cycles of other books, which ran here in the meantime, are left out.

    Args:
        trader: The book and its money.
        now: The version in force now.
        recording: The recording.
        after: The last recorded cycle that was traded, or is not to be; None trades all.

    Raises:
        LedgerError: The ledger refuses, or does not agree with the loop.
        RecordingError: The recording is damaged.
    """
    facts = recording.list_facts(None if after is None else after + _INSTANT)
    for version, group in groupby(facts, key=lambda each: each.book):
        if version.name == trader.name:
            times = [each.at for each in group]
            yield from _trade_again(trader, now, recording, version, times)


def _trade_again(
    trader: Trader, now: LoopBook, recording: Recording, version: BookVersion, times: list[datetime]
) -> Iterator[TradedCycle]:
    then = now
    if version.fingerprint != now.bound.book.fingerprint:
        folder = recording.find_book(version.fingerprint)
        then = build_program(bind(compile_book(load_book(folder))))
    trader.follow(then, name_version(version.version, version.fingerprint))
    source = RecordingSource(recording, times[0], times[-1] + _INSTANT)
    for cycle in trade_run(trader, run_blocks(then.bound, source)):
        yield replace(cycle, late=True)
