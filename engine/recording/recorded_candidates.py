"""A recording as the candidates that a book judges, as they were known when they were judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from engine.frames.columns import INSTANT
from engine.market.assembly import Candidates, assemble_candidates
from engine.model import Pairing
from engine.recording.candidates import LONGEST_FUNDING_WINDOW
from engine.recording.reading import Recording


def read_recorded_candidates(
    recording: Recording,
    pairing: Pairing,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    warm_up: timedelta = timedelta(0),
) -> Candidates:
    """Candidates at every recorded cycle with `start <= at < end`, and rows before it for warming up.

    What the last of these cycles knew is what all of them see: nothing that was recorded later, and the
    earlier ones also what came late. So one cycle alone is seen exactly as it was, and several are if
    nothing came late among them; `engine.operations.recording_source` cuts a recording that way.

    Args:
        recording: The recording.
        pairing: Legs and keys of the book.
        start: Time of the first cycle; None is from the beginning.
        end: Time after the last cycle; None is to the end.
        warm_up: How far before `start` rows are wanted: the longest window or lag that the book looks back.

    Returns:
        Pairs sorted by pair and time. A column `warm_up` is true for rows that are of no cycle wanted: they
        serve windows only.

    Raises:
        RecordingError: The recording is damaged.
        pandera.errors.SchemaErrors: What was recorded is not of the agreed form.
        ValueError: The pairing names no leg, or a key that quotes do not have.
    """
    cycles = recording.list_cycles(start, end)
    known_by = cycles[-1] if cycles else None
    earliest = None if start is None else start - warm_up
    settled_from = None if earliest is None else earliest - LONGEST_FUNDING_WINDOW
    quotes = recording.read_quotes(earliest, end, known_by=known_by)
    settlements = recording.read_settlements(settled_from, end, known_by=known_by)
    found = assemble_candidates(quotes, settlements, pairing)
    judged = pl.col("ts").is_in(pl.Series(cycles, dtype=INSTANT).implode())
    return replace(found, pairs=found.pairs.with_columns(warm_up=~judged))
