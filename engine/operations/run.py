"""Running a book over a market, cycle after cycle."""

from __future__ import annotations

from collections.abc import Iterator

from engine.book.bind import BoundBook
from engine.cycle import Outcome, decide_each
from engine.operations.sources import Source


def run_book(bound: BoundBook, source: Source) -> Iterator[Outcome]:
    """What a book says at every cycle of a source, in order of time.

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
        measured = bound.measure(block.pairs.drop("warm_up"))
        yield from decide_each(bound, measured.filter(~block.pairs["warm_up"]))
