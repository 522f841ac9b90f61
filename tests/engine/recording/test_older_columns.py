"""Recordings that were written before quotes had all their columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from engine.frames.quotes import QUOTE_COLUMNS
from engine.recording.folders import QUOTES, place_cycle
from engine.recording.reading import open_recording
from engine.recording.recorder import Recorder
from engine.recording.rows import encode_rows
from engine.recording.segments import SEALS, seal

LATER = list(QUOTE_COLUMNS)[list(QUOTE_COLUMNS).index("step_s") + 1 :]


def take_columns_out(file: Path) -> None:
    """Make a file as it was before the later columns."""
    content = encode_rows(pl.read_parquet(file).drop(LATER), searchable=True)
    files = {path.name: path.read_bytes() for path in file.parent.iterdir() if path.name != SEALS}
    for name, bytes_ in seal({**files, file.name: content}).items():
        (file.parent / name).write_bytes(bytes_)


def record(recorder: Recorder, made: Any, count: int) -> list[Path]:
    """Record cycles whose quotes have every column; gives back their files of quotes."""
    for number in range(count):
        cycle = made.make_cycle(number)
        whole = cycle.quotes.with_columns(contract_size=1.0, fee_coin=pl.lit("base"), inverse=False)
        recorder.record(replace(cycle, quotes=whole))
    return [place_cycle(recorder.recording.folder, made.time_of(number)) / QUOTES for number in range(count)]


@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize("older", [(0, 1, 2, 3, 4, 5, 6), (1,), (2, 3, 4, 5, 6)])
def test_columns_that_were_not_recorded_are_unknown(
    recorder: Recorder, made: Any, older: tuple[int, ...], *, merged: bool
) -> None:
    files = record(recorder, made, 7)
    whole = recorder.recording.read_quotes()
    for number in older:
        take_columns_out(files[number])
    if merged:
        recorder.compact()
    read = open_recording(recorder.recording.folder).read_quotes()
    assert dict(read.schema) == QUOTE_COLUMNS
    assert read.drop(LATER).equals(whole.drop(LATER))
    times = [made.time_of(number) for number in older]
    is_older = pl.col("ts").is_in(times)
    for name, value in (("contract_size", 1.0), ("fee_coin", "base"), ("inverse", False)):
        assert read.filter(is_older)[name].is_null().all()
        assert (read.filter(~is_older)[name] == value).all()
