"""Explaining a past decision: derived again from what was recorded, and held against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from engine.book.bind import BoundBook, bind
from engine.book.compile import compile_book
from engine.book.load import load_book
from engine.book.roles import ENTERING
from engine.cycle import Outcome, decide
from engine.errors import RecordingError, UsageError
from engine.language.quantities import Quantity
from engine.operations.misses import find_nearest_row
from engine.operations.pair_names import suggest_pair
from engine.recording.facts import CycleFacts
from engine.recording.reading import Recording
from engine.recording.recorded_candidates import read_recorded_candidates
from engine.tables.explain.outcome import Outcome as Verdict
from engine.tables.explain.view import RowView, RuleView

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class PastDecision:
    """One decision of a recorded cycle.

    Attributes:
        facts: What was said of the cycle when it was recorded.
        pair: The pair.
        recorded: The decision as it was recorded.
        derived: The same derived again.
        views: For each table that decided, what each of its cells says of the pair.
        parameters: The parameters of the book, with their values.
        nearest: For each table none of whose rules passed, the one that was missed by the least.
    """

    facts: CycleFacts
    pair: str
    recorded: dict[str, Any]
    derived: dict[str, Any]
    views: dict[str, RowView]
    parameters: Mapping[str, Quantity]
    nearest: Mapping[str, RuleView]

    @property
    def agrees(self) -> bool:
        """Whether the decision comes out as it was recorded."""
        return self.recorded == self.derived


def explain_past(recording: Recording, at: datetime | None, pair: str) -> PastDecision:
    """Explain a decision of a recorded cycle, by the book that decided and by what was known then.

    Args:
        recording: The recording.
        at: Time of the cycle; None is the last one.
        pair: Id of the pair.

    Raises:
        RecordingError: There is no such cycle, or the recording is damaged.
        UsageError: The cycle has no such pair.
    """
    cycles = recording.list_cycles()
    if not cycles:
        raise RecordingError(f"{recording.folder} holds no cycle yet")
    told = recording.read_cycle(cycles[-1] if at is None else at)
    bound, outcome = derive_again(recording, told.facts)
    recorded = told.decisions.filter(pl.col("pair") == pair).to_dicts()
    if not recorded:
        hint = suggest_pair(pair, told.decisions["pair"].to_list())
        raise UsageError(f'the cycle of {told.facts.at:%Y-%m-%d %H:%M} has no pair "{pair}"; {hint}')
    derived = outcome.decisions.filter(pl.col("pair") == pair).to_dicts()
    row = outcome.pairs.filter(pl.col("pair") == pair)
    views = {
        role: bound.tables[role].explain(row).row(0)
        for role in ENTERING
        if role in bound.tables and row.height
    }
    nearest = _find_nearest(bound, views, row)
    first = derived[0] if derived else {}
    return PastDecision(told.facts, pair, recorded[0], first, views, bound.parameters, nearest)


def _find_nearest(bound: BoundBook, views: Mapping[str, RowView], row: pl.DataFrame) -> dict[str, RuleView]:
    found = {}
    for role, view in views.items():
        if all(rule.outcome is not Verdict.PASSED for rule in view.rules):
            miss = find_nearest_row(bound.tables[role], row, row["pair"])
            if miss is not None:
                found[role] = miss.rule
    return found


def derive_again(recording: Recording, facts: CycleFacts) -> tuple[BoundBook, Outcome]:
    """What the book of a recorded cycle says of it, from the recording alone.

    Returns:
        The book that decided, and what it says.

    Raises:
        RecordingError: The recording is damaged.
    """
    bound = bind(compile_book(load_book(recording.find_book(facts.book.fingerprint))))
    manifest = bound.book.manifest
    block = read_recorded_candidates(
        recording, manifest.pairing, start=facts.at, end=facts.at + _INSTANT, warm_up=manifest.history
    )
    return bound, decide(bound, block.pairs.drop("warm_up"), facts.at)
