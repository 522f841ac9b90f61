"""What surrounds a cycle is the same wherever the block begins that the cycle lies in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.book.bind import BoundBook
from engine.operations.sources import RecordedSource
from engine.operations.surroundings import BlockSurroundings
from engine.portfolio.program import LoopBook, build_program
from engine.recording.history import open_history


def begin_days(bound: BoundBook, starts: time) -> LoopBook:
    """The book with days that begin at a time of day."""
    manifest = replace(bound.book.manifest, day_starts=starts)
    return build_program(replace(bound, book=replace(bound.book, manifest=manifest)))


def surround(book: LoopBook, folder: Path, start: datetime) -> BlockSurroundings:
    """What surrounds the cycles of a block that begins at a time."""
    manifest = book.bound.book.manifest
    (block,) = RecordedSource(open_history(folder), start).read_blocks(manifest.pairing, manifest.history)
    return BlockSurroundings(book, block)


@pytest.mark.parametrize("starts", [time(0), time(8), time(20)])
def test_risk_does_not_depend_on_where_a_block_begins(
    paper: Any, starter: BoundBook, small_history: Path, starts: time
) -> None:
    book = begin_days(starter, starts)
    days = timedelta(days=1)
    long = surround(book, small_history, paper.START - 9 * days)
    for number in range(paper.CYCLES):
        at = paper.START + number * paper.STEP
        ours = long.see(at, at - paper.STEP, ["binance"])
        alone = surround(book, small_history, at).see(at, at - paper.STEP, ["binance"])
        assert ours.returns.equals(alone.returns), at
        assert ours.btc.equals(alone.btc), at
        assert ours.returns["day_return"].is_not_null().sum() >= 20 * len(paper.COINS)
        ends = set(ours.returns["ts"].dt.time())
        assert ends == {starts}
        assert at - ours.returns["ts"].max() < days
