"""Cycles to record, made from their number alone; as a program it records them until it is killed.

    python made_cycles.py FOLDER compact|record

It prints the number of each cycle after `record` has returned, and merges closed days now and then.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from engine.book.fingerprint import compute_fingerprint
from engine.clock import StepClock
from engine.frames.columns import INSTANT
from engine.frames.quotes import QUOTE_COLUMNS
from engine.frames.settlements import SETTLEMENT_COLUMNS
from engine.recording.facts import BookVersion, CycleRecord
from engine.recording.reading import Recording
from engine.recording.recorder import Recorder, open_recorder

START = datetime(2026, 1, 1, 20, tzinfo=UTC)
STEP = timedelta(hours=5)
NOW = datetime(2027, 1, 1, 12, 30, tzinfo=UTC)

PAYMENT = ["ts", "venue", "symbol", "rate", "interval_hours"]
BOOK_FILES = ({"book.toml": b"name = 'one'\r\n", "entry.csv": b"\xef\xbb\xbfid;x\n"}, {"book.toml": b""})
FINGERPRINTS = tuple(map(compute_fingerprint, BOOK_FILES))


def clock() -> StepClock:
    return StepClock([NOW])


def time_of(number: int) -> datetime:
    return START + number * STEP


def number_of(at: datetime) -> int:
    return (at - START) // STEP


def make_quotes(at: datetime, number: int) -> pl.DataFrame:
    """Some quotes, not in order, with unknown values; every third snapshot quotes one instrument twice."""
    count = 2 + number % 4
    rows = [
        {
            "ts": at,
            "venue": ("okx", "aster")[place % 2],
            "symbol": f"C{count - place}/USDT",
            "kind": "swap",
            "base": f"C{count - place}",
            "quote": "USDT",
            "bid": (math.nan, None, 100.0 + number, -0.0)[(place + number) % 4],
            "ask": 101.0 + number + place / 3,
            "has_book": None if place else number % 2 == 0,
        }
        for place in range(count)
    ]
    repeated = rows[:1] if number % 3 == 0 else []
    return pl.DataFrame([*rows, *repeated], schema=QUOTE_COLUMNS)


def make_settlements(number: int) -> pl.DataFrame:
    """What came with a cycle: nothing, what was settled a moment ago, or another value of an earlier one."""
    rows = []
    if number % 2:
        rows += [("okx", "C1/USDT", number, 0.0001 * number), ("aster", "C2/USDT", number, None)]
    if number % 5 == 4:
        rows += [("okx", "C1/USDT", number - 3 if number % 2 == 0 else number - 2, -1.0 * number)]
    return pl.DataFrame(
        [
            (time_of(settled) - timedelta(hours=1), venue, symbol, rate, 5.0)
            for venue, symbol, settled, rate in rows
        ],
        schema=SETTLEMENT_COLUMNS,
        orient="row",
    )


def make_decisions(at: datetime, number: int) -> pl.DataFrame:
    """Decisions of two books whose outputs differ, with lists."""
    pairs = [f"okx:C{place}" for place in range(number % 4)]
    frame = pl.DataFrame(
        {
            "ts": [at] * len(pairs),
            "pair": pairs,
            "decision": ["enter", "unknown", "none"][: len(pairs)],
            "stage": ["entry", "universe", "shortlist"][: len(pairs)],
            "universe_rule": [None] * len(pairs),
            "rule": ["E1", None, None][: len(pairs)],
        },
        schema={
            "ts": INSTANT,
            **dict.fromkeys(("pair", "decision", "stage", "universe_rule", "rule"), pl.String()),
        },
    )
    if number % 7 < 4:
        lists = [["E1"], [], ["E1", None]][: len(pairs)]
        outputs = [
            pl.Series("priority", [1.5, math.nan, None][: len(pairs)], dtype=pl.Float64),
            pl.Series("possible", lists, dtype=pl.List(pl.String)),
        ]
    else:
        outputs = [pl.Series("share", [3, None, 5][: len(pairs)], dtype=pl.Int32)]
    return frame.with_columns(outputs)


def make_cycle(number: int) -> CycleRecord:
    at = time_of(number)
    return CycleRecord(
        at=at,
        book=BookVersion("carry", "draft", FINGERPRINTS[int(number % 7 >= 4)]),
        parameters={"entry_apr": {"value": "0.05", "unit": "ratio"}, "number": number},
        funnel={"pairs": number % 4, "enter": int(number % 4 > 0)},
        quotes=make_quotes(at, number),
        settlements=make_settlements(number),
        decisions=make_decisions(at, number),
    )


def keep_books(recorder: Recorder) -> None:
    for fingerprint, files in zip(FINGERPRINTS, BOOK_FILES, strict=True):
        recorder.keep_book(fingerprint, files)


def backfill_before(recorder: Recorder, number: int) -> None:
    """Rows that warm up for a cycle; those that are recorded already are given again."""
    times = [time_of(number) - hours * timedelta(hours=1) for hours in (9, 8, 4, 1)]
    quotes = pl.concat([make_quotes(at, number) for at in times])
    recorder.backfill(quotes, make_settlements(number))


def check_recording(recording: Recording, numbers: Sequence[int]) -> None:
    """Assert that the recording holds exactly these cycles, each once and as it was made."""
    times = tuple(map(time_of, numbers))
    assert recording.list_cycles() == times
    assert tuple(facts.at for facts in recording.list_facts()) == times
    last = times[-1] if times else None
    quotes = recording.read_quotes(known_by=last).partition_by("ts", as_dict=True, maintain_order=True)
    for number, at in zip(numbers, times, strict=True):
        made, found = make_cycle(number), recording.read_cycle(at)
        assert quotes[at,].equals(made.quotes)
        assert found.decisions.equals(made.decisions)
        assert found.decisions.schema == made.decisions.schema
        assert found.facts.parameters == made.parameters
        assert found.facts.book == made.book
    told = {row[:3]: row for number in numbers for row in make_settlements(number).select(PAYMENT).rows()}
    settled = recording.read_settlements(known_by=last).select(PAYMENT)
    assert settled.rows() == sorted(told.values(), key=lambda row: row[:3])


def main(folder: Path, *, compacting: bool) -> None:
    with open_recorder(folder, clock()) as recorder:
        keep_books(recorder)
        number = 0 if recorder.last is None else number_of(recorder.last) + 1
        backfill_before(recorder, number)
        while True:
            recorder.record(make_cycle(number))
            print(number, flush=True)  # noqa: T201 - the test reads it
            number += 1
            if compacting and number % 12 == 0:
                recorder.compact()


if __name__ == "__main__":
    main(Path(sys.argv[1]), compacting=sys.argv[2] == "compact")
