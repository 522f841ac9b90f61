"""What a recorder writes, and what it refuses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from engine import __version__
from engine.book.folder import read_folder
from engine.book.load import load_book
from engine.errors import RecordingError
from engine.operations.starter import find_starter
from engine.recording.recorder import Recorder


def segments(recorder: Recorder) -> list[Path]:
    return sorted((recorder.recording.folder / "cycles").iterdir())


def test_a_cycle_is_a_folder_of_files_with_their_hashes(recorder: Recorder, made: Any) -> None:
    recorder.record(made.make_cycle(1))
    (segment,) = segments(recorder)
    assert segment.name == "20260102T010000.000000Z"
    sums = dict(line.split("  ")[::-1] for line in (segment / "SHA256SUMS").read_text().splitlines())
    names = {"quotes.parquet", "settlements.parquet", "decisions.parquet", "cycle.json"}
    assert sums.keys() == names
    assert {path.name for path in segment.iterdir()} == {*names, "SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((segment / name).read_bytes()).hexdigest() == digest


def test_the_facts_of_a_cycle_are_plain_json(recorder: Recorder, made: Any) -> None:
    recorder.record(made.make_cycle(1))
    assert json.loads((segments(recorder)[0] / "cycle.json").read_text()) == {
        "format": 1,
        "at": "2026-01-02T01:00:00+00:00",
        "book": {"name": "carry", "version": "draft", "fingerprint": made.FINGERPRINTS[0]},
        "parameters": {"entry_apr": {"value": "0.05", "unit": "ratio"}, "number": 1},
        "funnel": {"pairs": 1, "enter": 1},
        "engine": __version__,
        "recorded_at": "2027-01-01T12:30:00+00:00",
        "rows": {"quotes": 3, "settlements": 2, "decisions": 1},
        "settled_from": "2026-01-02T00:00:00+00:00",
    }


def test_the_frames_are_those_that_were_given(recorder: Recorder, made: Any) -> None:
    cycle = made.make_cycle(3)
    recorder.record(cycle)
    (segment,) = segments(recorder)
    quotes, settlements = (pl.read_parquet(segment / f"{name}.parquet") for name in ("quotes", "settlements"))
    assert quotes.equals(cycle.quotes)
    assert quotes.schema == cycle.quotes.schema
    assert settlements.drop("known").equals(cycle.settlements)
    assert settlements["known"].unique().to_list() == [cycle.at]
    decisions = recorder.recording.read_cycle(cycle.at).decisions
    assert decisions.equals(cycle.decisions)
    assert decisions.schema == cycle.decisions.schema


def test_times_of_any_zone_are_recorded_in_utc(recorder: Recorder, made: Any) -> None:
    cycle = made.make_cycle(0)
    recorder.record(replace(cycle, at=cycle.at.astimezone(timezone(timedelta(hours=9)))))
    assert recorder.last == cycle.at
    assert segments(recorder)[0].name == "20260101T200000.000000Z"
    with pytest.raises(RecordingError, match="no time zone"):
        recorder.record(replace(made.make_cycle(1), at=datetime(2026, 1, 2, 1)))  # noqa: DTZ001 - the fault


@pytest.mark.parametrize("number", [4, 5])
def test_a_cycle_that_is_not_later_is_refused(recorder: Recorder, made: Any, number: int) -> None:
    recorder.record(made.make_cycle(5))
    with pytest.raises(RecordingError) as fault:
        recorder.record(made.make_cycle(number))
    assert f"the cycle of {made.time_of(number)} is not later than" in str(fault.value)
    assert f"{made.time_of(5)}; go on with later cycles" in str(fault.value)
    recorder.record(made.make_cycle(6))
    assert recorder.recording.list_cycles() == (made.time_of(5), made.time_of(6))


def test_a_cycle_is_later_than_what_was_backfilled_for_it(recorder: Recorder, made: Any) -> None:
    at = made.time_of(3)
    recorder.backfill(made.make_quotes(at, 3), made.make_settlements(1))
    with pytest.raises(
        RecordingError, match=f"not later than the last quote backfilled, {at}".replace("+", r"\+")
    ):
        recorder.record(made.make_cycle(3))
    recorder.record(made.make_cycle(4))


def late_decision(cycle: Any) -> Any:
    return replace(
        cycle,
        decisions=cycle.decisions.with_columns(
            ts=pl.lit(cycle.at + timedelta(seconds=1), pl.Datetime("us", "UTC"))
        ),
    )


FAULTS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "no column": (lambda cycle: replace(cycle, quotes=cycle.quotes.drop("bid")), "quotes .* without bid"),
    "strange column": (
        lambda cycle: replace(cycle, quotes=cycle.quotes.with_columns(x=1)),
        "quotes .* with x; give ts, venue",
    ),
    "other type": (
        lambda cycle: replace(cycle, quotes=cycle.quotes.cast({"ask": pl.Float32})),
        "ask is Float32 and not Float64",
    ),
    "other order": (
        lambda cycle: replace(cycle, quotes=cycle.quotes.select(sorted(cycle.quotes.columns))),
        "in another order",
    ),
    "quotes of another time": (
        lambda cycle: replace(cycle, quotes=cycle.quotes.with_columns(pl.col("ts") - timedelta(hours=1))),
        "has quotes of 2026-01-02 05:00",
    ),
    "quotes of no time": (
        lambda cycle: replace(
            cycle, quotes=cycle.quotes.with_columns(ts=pl.lit(None, pl.Datetime("us", "UTC")))
        ),
        "has quotes of None",
    ),
    "decisions of another time": (late_decision, "has decisions of 2026-01-02 06:00:01"),
    "decisions without a rule": (
        lambda cycle: replace(cycle, decisions=cycle.decisions.drop("rule")),
        "decisions .* without rule",
    ),
    "settlements to come": (
        lambda cycle: replace(cycle, settlements=made_later(cycle)),
        "has a settlement of 2026-01-02 06:00:01",
    ),
    "a column of objects": (
        lambda cycle: replace(
            cycle, decisions=cycle.decisions.with_columns(pl.Series("x", [object()] * 2, dtype=pl.Object))
        ),
        "cannot be recorded: .*leave the column out",
    ),
    "a parameter that is no number": (
        lambda cycle: replace(cycle, parameters={"x": float("nan")}),
        "parameter or count cannot be recorded",
    ),
    "a parameter of another kind": (
        lambda cycle: replace(cycle, parameters={"x": timedelta(1)}),
        "count cannot be recorded: a value of type timedelta",
    ),
    "a parameter that comes back changed": (
        lambda cycle: replace(cycle, parameters={"x": (1, 2)}),
        "the parameters would not be read as they are",
    ),
    "a book that is not kept": (
        lambda cycle: replace(cycle, book=replace(cycle.book, fingerprint="0123456789ab")),
        "the book 0123456789ab is not kept; keep its files first",
    ),
    "a book without a fingerprint": (
        lambda cycle: replace(cycle, book=replace(cycle.book, fingerprint="../..")),
        "is no fingerprint",
    ),
}


def made_later(cycle: Any) -> pl.DataFrame:
    row = {
        "ts": cycle.at + timedelta(seconds=1),
        "venue": "okx",
        "symbol": "X",
        "rate": 0.0,
        "interval_hours": 8.0,
    }
    return pl.DataFrame([row], schema=cycle.settlements.schema)


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_not_of_the_form_is_refused_and_leaves_nothing(
    recorder: Recorder, made: Any, fault: str
) -> None:
    change, message = FAULTS[fault]
    with pytest.raises(RecordingError, match=message):
        recorder.record(change(made.make_cycle(2)))
    assert segments(recorder) == []
    recorder.record(made.make_cycle(2))


def test_a_backfill_of_another_form_is_refused(recorder: Recorder, made: Any) -> None:
    quotes, settlements = made.make_quotes(made.START, 1), made.make_settlements(1)
    with pytest.raises(RecordingError, match=r"settlements .* without rate"):
        recorder.backfill(quotes, settlements.drop("rate"))
    with pytest.raises(RecordingError, match="a row without a time"):
        recorder.backfill(quotes.with_columns(ts=pl.lit(None, pl.Datetime("us", "UTC"))), settlements)
    assert recorder.recording.list_backfills() == ()


def test_what_is_recorded_already_is_not_backfilled_again(recorder: Recorder, made: Any) -> None:
    recorder.record(made.make_cycle(3))
    for _ in range(3):
        made.backfill_before(recorder, 3)
        made.backfill_before(recorder, 4)
    assert [facts.rows["quotes"] for facts in recorder.recording.list_backfills()] == [24, 8]
    assert recorder.recording.list_backfills()[0].after == made.time_of(3)
    everything = [made.make_quotes(made.time_of(3), 3), made.make_quotes(made.time_of(4), 4)]
    recorder.backfill(pl.concat(everything), made.make_settlements(3))
    assert recorder.recording.list_backfills()[-1].rows == {"quotes": 2, "settlements": 0}


def test_a_book_is_kept_byte_for_byte(recorder: Recorder, made: Any) -> None:
    for fingerprint, files in zip(made.FINGERPRINTS, made.BOOK_FILES, strict=True):
        recorder.keep_book(fingerprint, files)
        place = recorder.recording.find_book(fingerprint)
        assert place.name == fingerprint
        assert {path.name: path.read_bytes() for path in place.iterdir()} == files


def test_a_kept_book_can_be_loaded(recorder: Recorder) -> None:
    book = load_book(find_starter())
    folder = find_starter() if (find_starter() / "book.toml").is_file() else find_starter() / "draft"
    recorder.keep_book(book.fingerprint, read_folder(folder).raw)
    assert load_book(recorder.recording.find_book(book.fingerprint)).fingerprint == book.fingerprint


def test_a_book_that_changed_since_it_was_loaded_is_refused(recorder: Recorder, made: Any) -> None:
    with pytest.raises(RecordingError, match="changed since it was loaded"):
        recorder.keep_book(made.FINGERPRINTS[0], made.BOOK_FILES[1])
    strange = {"../book.toml": b""}
    with pytest.raises(RecordingError, match=r'named "\.\./book\.toml"'):
        recorder.keep_book(made.compute_fingerprint(strange), strange)
    with pytest.raises(RecordingError, match="no book with this fingerprint was kept"):
        recorder.recording.find_book("0123456789ab")


def test_a_book_that_is_damaged_is_named(recorder: Recorder, made: Any) -> None:
    place = recorder.recording.find_book(made.FINGERPRINTS[0])
    (place / "book.toml").write_bytes(b"name = 'two'\r\n")
    with pytest.raises(RecordingError, match=f"{place} is damaged"):
        recorder.recording.find_book(made.FINGERPRINTS[0])
    with pytest.raises(RecordingError, match=f"{place} is damaged"):
        recorder.keep_book(made.FINGERPRINTS[0], made.BOOK_FILES[0])


def test_the_clock_tells_when_it_was_recorded(recorder: Recorder, made: Any) -> None:
    recorder.record(made.make_cycle(0))
    (facts,) = recorder.recording.list_facts()
    assert (facts.recorded_at, facts.engine) == (datetime(2027, 1, 1, 12, 30, tzinfo=UTC), __version__)
