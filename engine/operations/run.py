"""Running a book over a market, cycle after cycle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import polars as pl

from engine.book.bind import BoundBook
from engine.cycle import Outcome, decide_each
from engine.market.assembly import Candidates
from engine.operations.sources import Source


def run_book(bound: BoundBook, source: Source) -> Iterator[Outcome]:
    """What a book says at every cycle of a source, in order of time; see `run_blocks`."""
    return (outcome for _, outcome in run_blocks(bound, source))


def run_blocks(bound: BoundBook, source: Source) -> Iterator[tuple[Candidates, Outcome]]:
    """What a book says at every cycle of a source, in order of time, each with the block that it is one of.

    Metrics see nothing after their time and nothing further back than the book's `history`, so that they
    are evaluated once for a whole block of cycles; the result equals evaluating each cycle with its own
    window only.

    Args:
        bound: The book.
        source: Where candidates come from; the only effect of a run.

    Raises:
        HistoryError: The source cannot be read.
    """
    manifest = bound.book.manifest
    for block in source.read_blocks(manifest.pairing, manifest.history):
        for outcome in run_block(bound, block):
            yield block, outcome


def run_block(bound: BoundBook, block: Candidates) -> Iterator[Outcome]:
    """What a book says at every cycle of one block of candidates."""
    measured = bound.measure(block.pairs.drop("warm_up"), ~block.pairs["warm_up"])
    counts = _count_apart(block.quarantined)
    for outcome in decide_each(bound, measured):
        yield replace(outcome, apart=counts.get(outcome.at, {}))


def _count_apart(quarantined: pl.DataFrame) -> dict[datetime, dict[str, int]]:
    counts: dict[datetime, dict[str, int]] = {}
    for at, reason, count in quarantined.group_by("ts", "reason").len().sort("ts", "reason").iter_rows():
        counts.setdefault(at, {})[reason] = count
    return counts
