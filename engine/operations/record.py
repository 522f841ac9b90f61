"""Running a book and recording every cycle, so that each decision can be derived again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import polars as pl

from engine.book.bind import BoundBook
from engine.book.folder import find_version, read_folder
from engine.cycle import Outcome
from engine.errors import BookErrors, Diagnostic, RecordingError
from engine.market.assembly import Candidates
from engine.operations.describe import describe_parameters
from engine.operations.run import run_block
from engine.operations.sources import Source
from engine.recording.facts import BookVersion, CycleRecord
from engine.recording.recorder import Recorder


def record_run(bound: BoundBook, folder: Path, source: Source, recorder: Recorder) -> Iterator[Outcome]:
    """What a book says at every cycle of a source; see `record_blocks`."""
    return (outcome for _, outcome in record_blocks(bound, folder, source, recorder))


def record_blocks(
    bound: BoundBook, folder: Path, source: Source, recorder: Recorder
) -> Iterator[tuple[Candidates, Outcome]]:
    """What a book says at every cycle of a source; each cycle is on the disk before it is given.

    A cycle comes with the block of candidates that it is one of.

    Args:
        bound: The book.
        folder: Where its files lie: they are kept beside what they decided.
        source: Where candidates come from.
        recorder: Takes the cycles; it is compacted whenever a day has ended.

    Raises:
        BookErrors: The folder holds another book than the one that is bound.
        HistoryError: The source cannot be read.
        RecordingError: A cycle is not later than the last recorded one, or the disk refuses.
    """
    keep_book(bound, folder, recorder)
    manifest = bound.book.manifest
    known_to: datetime | None = None
    for block in source.read_blocks(manifest.pairing, manifest.history):
        for outcome in run_block(bound, block):
            if known_to is None:
                _backfill(recorder, block, outcome.at)
            recorder.record(_make_record(bound, block, outcome, known_to))
            if known_to is not None and known_to.date() < outcome.at.date():
                recorder.compact()
            known_to = outcome.at
            yield block, outcome


def keep_book(bound: BoundBook, folder: Path, recorder: Recorder) -> None:
    """Keep the files of a book in a recording.

    Raises:
        BookErrors: There is no book in the folder any more.
        RecordingError: Its files changed since it was loaded.
    """
    version = find_version(folder)
    if isinstance(version, Diagnostic):
        raise BookErrors([version])
    recorder.keep_book(bound.book.fingerprint, read_folder(version).raw)


def _backfill(recorder: Recorder, block: Candidates, first: datetime) -> None:
    """Record what lies before the first cycle: windows at it look back on that."""
    if recorder.last is not None and recorder.last >= first:
        message = f"the cycle of {first} is not later than the last one recorded, {recorder.last}"
        raise RecordingError(f"{message}; go on with later cycles, or record into another folder")
    before = pl.col("ts") < first
    recorder.backfill(block.quotes.filter(before), block.settlements.filter(before))


def _make_record(
    bound: BoundBook, block: Candidates, outcome: Outcome, known_to: datetime | None
) -> CycleRecord:
    book = bound.book
    since = pl.col("ts") >= outcome.at if known_to is None else pl.col("ts") > known_to
    return CycleRecord(
        at=outcome.at,
        book=BookVersion(book.manifest.name, book.version, book.fingerprint),
        parameters=describe_parameters(bound),
        funnel=asdict(outcome.funnel),
        quotes=block.quotes.filter(pl.col("ts") == outcome.at),
        settlements=block.settlements.filter(since, pl.col("ts") <= outcome.at),
        decisions=outcome.decisions,
    )
