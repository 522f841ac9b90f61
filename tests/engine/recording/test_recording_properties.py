"""Whatever is recorded in whatever order reads back equal, by days, segments and backfills."""

from __future__ import annotations

import math
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from engine.frames.columns import INSTANT
from engine.frames.quotes import QUOTE_COLUMNS
from engine.frames.settlements import SETTLEMENT_COLUMNS
from engine.recording.reading import open_recording
from engine.recording.recorder import Recorder, open_recorder

HOUR, YEARS = timedelta(hours=1), timedelta(days=36_500)
NUMBERS = st.one_of(st.none(), st.just(math.nan), st.floats(width=64))
TEXTS = st.one_of(st.none(), st.text(max_size=4))
WORDS = st.sampled_from(["A", "B", "C"])

COLUMNS = {
    "number": (pl.Float64(), NUMBERS),
    "whole": (pl.Int8(), st.one_of(st.none(), st.integers(-128, 127))),
    "flag": (pl.Boolean(), st.one_of(st.none(), st.booleans())),
    "rules": (pl.List(pl.String), st.one_of(st.none(), st.lists(TEXTS, max_size=3))),
    "numbers": (pl.List(pl.Float64), st.one_of(st.none(), st.lists(NUMBERS, max_size=3))),
    "word": (pl.Enum(["x", "y"]), st.one_of(st.none(), st.sampled_from(["x", "y"]))),
    "day": (pl.Date(), st.one_of(st.none(), st.dates())),
    "span": (pl.Duration("us"), st.one_of(st.none(), st.timedeltas(-YEARS, YEARS))),
    "nothing": (pl.Null(), st.none()),
    "both": (
        pl.Struct({"a": pl.Int64, "b": pl.String}),
        st.fixed_dictionaries({"a": st.integers(0, 9), "b": TEXTS}),
    ),
}
"""Outputs that a book might have, with the values that they take."""


DECISION_TEXTS = ("pair", "decision", "stage", "rule", "universe_rule")


@st.composite
def draw_quotes(draw: st.DrawFn, at: datetime) -> pl.DataFrame:
    """Quotes of a time, which may repeat and hold any number."""
    row = st.fixed_dictionaries(
        {"venue": WORDS, "symbol": WORDS, "kind": st.just("swap"), "base": WORDS, "quote": st.just("USDT")}
        | {"bid": NUMBERS, "ask": NUMBERS, "status": TEXTS, "has_book": st.one_of(st.none(), st.booleans())}
    )
    rows = draw(st.lists(row, max_size=4))
    return pl.DataFrame([{"ts": at, **each} for each in rows], schema=QUOTE_COLUMNS)


@st.composite
def draw_settlements(draw: st.DrawFn, at: datetime) -> pl.DataFrame:
    """Payments up to a time, some long ago, which may repeat and correct each other."""
    row = st.tuples(st.integers(0, 30), WORDS, WORDS, st.one_of(st.none(), st.floats()), st.just(8.0))
    rows = draw(st.lists(row, max_size=4))
    payments = [(at - hours * HOUR, *rest) for hours, *rest in rows]
    return pl.DataFrame(payments, schema=SETTLEMENT_COLUMNS, orient="row")


@st.composite
def draw_decisions(draw: st.DrawFn, at: datetime) -> pl.DataFrame:
    """Decisions with any outputs."""
    count = draw(st.integers(0, 3))
    names = draw(st.lists(st.sampled_from(sorted(COLUMNS)), unique=True, max_size=3))
    pairs = [f"p{place}" for place in range(count)]
    rows = pl.DataFrame(
        {"ts": [at] * count, "pair": pairs, "decision": "none", "stage": "entry"}
        | dict.fromkeys(("rule", "universe_rule")),
        schema={"ts": INSTANT, **dict.fromkeys(DECISION_TEXTS, pl.String())},
    )
    outputs = []
    for name in names:
        dtype, values = COLUMNS[name]
        drawn = draw(st.lists(values, min_size=count, max_size=count))
        outputs.append(pl.Series(name, drawn, dtype=dtype))
    return rows.with_columns(outputs)


class Recordings(RuleBasedStateMachine):
    """A recording beside a plain list of what was recorded."""

    made: Any

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.cycles: list[Any] = []
        self.quotes: list[pl.DataFrame] = []
        self.filled: list[pl.DataFrame] = []
        self.payments: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self.next = datetime(2026, 1, 1, 21, tzinfo=UTC)

    @initialize()
    def open(self) -> None:
        """A recorder of what is there."""
        self.opened = ExitStack()
        self.recorder: Recorder = self.opened.enter_context(open_recorder(self.folder, self.made.clock()))
        self.made.keep_books(self.recorder)

    @rule(data=st.data(), hours=st.integers(1, 14))
    def record(self, data: st.DataObject, hours: int) -> None:
        """The next cycle."""
        at = self.next
        quotes, settlements = data.draw(draw_quotes(at)), data.draw(draw_settlements(at))
        decisions = data.draw(draw_decisions(at))
        cycle = replace(
            self.made.make_cycle(0), at=at, quotes=quotes, settlements=settlements, decisions=decisions
        )
        self.recorder.record(cycle)
        self.cycles.append(cycle)
        self.quotes.append(quotes)
        self._settle(settlements)
        self.next = at + hours * HOUR

    @rule(data=st.data(), hours=st.integers(1, 60))
    def backfill(self, data: st.DataObject, hours: int) -> None:
        """Rows of some time before the next cycle, some of which may be there already."""
        at = self.next - hours * HOUR
        quotes, settlements = data.draw(draw_quotes(at)), data.draw(draw_settlements(at))
        self.recorder.backfill(quotes, settlements)
        known = {row[:3] for frame in (*self.quotes, *self.filled) for row in frame.rows()}
        fresh = [row[:3] not in known for row in quotes.rows()]
        self.filled.append(quotes.filter(pl.Series(fresh, dtype=pl.Boolean)))
        self._settle(settlements)

    @rule()
    def compact(self) -> None:
        """Merge what is closed."""
        self.recorder.compact()

    @rule()
    def reopen(self) -> None:
        """End, and go on."""
        self.opened.close()
        self.open()
        assert self.recorder.last == (self.cycles[-1].at if self.cycles else None)

    @invariant()
    def everything_reads_back(self) -> None:
        """Rows, their order, their types."""
        recording = open_recording(self.folder)
        assert recording.list_cycles() == tuple(cycle.at for cycle in self.cycles)
        empty = pl.DataFrame(schema=QUOTE_COLUMNS)
        expected = pl.concat([empty, *self.quotes, *self.filled]).sort("ts", maintain_order=True)
        found = recording.read_quotes()
        assert found.equals(expected)
        assert found.schema == expected.schema
        settled = sorted(self.payments.values(), key=lambda row: row[:3])
        assert recording.read_settlements().equals(
            pl.DataFrame(settled, schema=SETTLEMENT_COLUMNS, orient="row")
        )
        for cycle in self.cycles[-1:] + self.cycles[:1]:
            again = recording.read_cycle(cycle.at)
            assert again.decisions.equals(cycle.decisions)
            assert again.decisions.schema == cycle.decisions.schema
            assert again.facts.rows["quotes"] == cycle.quotes.height

    def teardown(self) -> None:
        """Nothing stays."""
        if hasattr(self, "opened"):
            for cycle in self.cycles:
                assert self.recorder.recording.read_cycle(cycle.at).decisions.equals(cycle.decisions)
            self.opened.close()
        self.stack.close()

    def _settle(self, settlements: pl.DataFrame) -> None:
        self.payments |= {row[:3]: row for row in settlements.rows()}


@pytest.mark.parametrize(("examples", "steps"), [(15, 15), pytest.param(200, 40, marks=pytest.mark.slow)])
def test_whatever_is_recorded_reads_back_equal(made: Any, examples: int, steps: int) -> None:
    Recordings.made = made
    few = settings(max_examples=examples, stateful_step_count=steps)
    run_state_machine_as_test(Recordings, settings=few)
