"""One cycle: the one place where the deciding stages meet. Pure: what it sees is what it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import polars as pl

from engine.book.bind import BoundBook
from engine.frames.decisions import validate_decisions
from engine.language.carried import Carried
from engine.tables.bind import UNKNOWN, VIOLATION
from engine.tables.read import RESERVED_OUTPUTS

_UNKNOWN, _NONE, _ENTER, _CLASH = (pl.lit(word) for word in (UNKNOWN, "none", "enter", VIOLATION))
_AT_ENTRY, _AT_UNIVERSE = pl.col("stage") == "entry", pl.col("stage") == "universe"


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many pairs are left after each stage of a cycle.

    Attributes:
        pairs: Candidates.
        universe: Candidates that the universe includes; all of them in a book without one.
        shortlist: The best of these, as many as the book's short list takes.
        unknown: Candidates whose decision is unknown for want of data; they are not entered.
        violation: Candidates of which a table says what it may not; they are not entered.
        enter: Candidates to enter.
    """

    pairs: int
    universe: int
    shortlist: int
    unknown: int
    violation: int
    enter: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a book says of every pair at one time.

    Attributes:
        at: Time of the cycle.
        pairs: A row for each pair: market data, the book's metrics, the names about positions.
        decisions: A row for each row of `pairs`, as in `engine.frames.decisions`, with the outputs of the
            entry table, its `state`, and the rules that are `possible`.
        funnel: Counts.
        ranking: Pairs to enter, the most wanted first: by priority, then `rank_by`, then name.
        apart: How many quotes of this time were set apart before pairing, by reason, where that is known.
    """

    at: datetime
    pairs: pl.DataFrame
    decisions: pl.DataFrame
    funnel: Funnel
    ranking: tuple[str, ...]
    apart: Mapping[str, int] = field(default_factory=dict)


def decide(bound: BoundBook, pairs: pl.DataFrame, at: datetime) -> Outcome:
    """What a book says at one time.

    Args:
        bound: The book.
        pairs: Columns as in `engine.frames.pairs` with settled funding, sorted by pair and time, from the
            book's `history` before `at` on. Rows after `at` change nothing.
        at: Time of the cycle.
    """
    measured = bound.measure(pairs, pairs["ts"] == at)
    return _conclude(bound, at, measured, judge(bound, measured))


@dataclass(frozen=True, slots=True)
class Cycles:
    """A book that decides cycle after cycle, each from the rows of its time alone.

    What its metrics look back on is carried from one to the next, and is not read again from all rows of a
    history. It says what `decide` says of all these rows, bit for bit.

    Attributes:
        bound: The book.
        carried: Its metrics, with what they have seen.
    """

    bound: BoundBook
    carried: Carried

    def decide(self, pairs: pl.DataFrame, at: datetime) -> Outcome:
        """What the book says at the next time.

        Args:
            pairs: Columns as for `decide`: every pair of this time, sorted by pair.
            at: The time, later than the one before.

        Raises:
            ValueError: Rows are of another time, the time is not later, or a pair stands twice.
        """
        if not (pairs["ts"] == at).all():
            raise ValueError(f"there are rows of other times than {at}")
        measured = self.carried.evaluate(self.bound.place(pairs))
        return _conclude(self.bound, at, measured, judge(self.bound, measured))


def begin_cycles(bound: BoundBook, earlier: pl.DataFrame) -> Cycles:
    """Begin to decide cycle after cycle.

    Args:
        bound: The book.
        earlier: What lies before the first cycle, as far back as the book's `history`; as for `decide`.
    """
    carried = bound.sheet.carry()
    carried.see(bound.place(earlier))
    return Cycles(bound, carried)


def decide_each(bound: BoundBook, measured: pl.DataFrame) -> Iterator[Outcome]:
    """What a book says at every time of a frame, in order of time.

    Args:
        bound: The book.
        measured: As `BoundBook.measure` gives it.
    """
    ordered = measured.sort("ts", "pair")
    decisions = judge(bound, ordered)
    start = 0
    for at, count in ordered.group_by("ts", maintain_order=True).len().iter_rows():
        yield _conclude(bound, at, ordered.slice(start, count), decisions.slice(start, count))
        start += count


def judge(bound: BoundBook, measured: pl.DataFrame) -> pl.DataFrame:
    """The decision for every row, which may be of many times.

    The universe says which pairs may be entered; the best of these by `rank_by`, as many as the short list
    takes at each time, are judged by the entry table.

    Args:
        bound: The book.
        measured: As `BoundBook.measure` gives it.

    Returns:
        Rows as in `engine.frames.decisions`: `stage` is the one at which a pair ended, `rule`, `state` and
        `possible` are what that stage says; outputs of the entry table are null for a pair that it does not
        judge.
    """
    universe = _judge_universe(bound, measured)
    stage = _find_stage(bound, measured, universe["include"])
    entry = _judge_entry(bound, measured, stage)
    outputs = [name for name in entry.columns if name not in RESERVED_OUTPUTS]
    judged = pl.DataFrame(
        [
            *measured.select("ts", "pair"),
            stage,
            *(column.alias(f"universe {column.name}") for column in universe),
            *(column.alias(f"entry {column.name}") for column in entry),
        ]
    )
    decisions = judged.select(*_SAID, *(pl.col(f"entry {name}").alias(name) for name in outputs), *_BEHIND)
    return validate_decisions(decisions)


def _say(name: str, otherwise: pl.Expr | None = None) -> pl.Expr:
    """What the stage at which a pair ended says of it; the short list says nothing."""
    at_entry = pl.when(_AT_ENTRY).then(pl.col(f"entry {name}"))
    return at_entry.when(_AT_UNIVERSE).then(pl.col(f"universe {name}")).otherwise(otherwise).alias(name)


def _decide() -> pl.Expr:
    """The decision at the stage where a pair ended."""
    open_at_entry = (pl.col("entry state") == UNKNOWN) | pl.col("entry enter").is_null()
    enters = pl.when(pl.col("entry enter")).then(_ENTER).otherwise(_NONE)
    clashes = pl.when(pl.col("entry state") == VIOLATION).then(_CLASH)
    at_entry = clashes.when(open_at_entry).then(_UNKNOWN).otherwise(enters)
    clashes = pl.when(pl.col("universe state") == VIOLATION).then(_CLASH)
    at_universe = clashes.when(pl.col("universe include").is_null()).then(_UNKNOWN).otherwise(_NONE)
    return pl.when(_AT_ENTRY).then(at_entry).when(_AT_UNIVERSE).then(at_universe).otherwise(_NONE)


_SAID = (
    *("ts", "pair", _decide().alias("decision"), "stage", _say("rule")),
    pl.col("universe rule").alias("universe_rule"),
)
_BEHIND = (
    _say("state"),
    _say("possible", pl.lit([], pl.List(pl.String))),
)
"""The columns of decisions before and after the outputs of the entry table."""


def _judge_universe(bound: BoundBook, measured: pl.DataFrame) -> pl.DataFrame:
    """What the universe says of every row; without the table it includes all."""
    if "universe" in bound.tables:
        return bound.tables["universe"].evaluate(measured, tell=True)
    included = [
        pl.Series("include", [True]),
        pl.Series("rule", [None], dtype=pl.String),
        pl.Series("state", ["default"]),
        pl.Series("possible", [[]], dtype=pl.List(pl.String)),
    ]
    return pl.DataFrame(included)[[0] * measured.height]


def _judge_entry(bound: BoundBook, measured: pl.DataFrame, stage: pl.Series) -> pl.DataFrame:
    """What the entry table says of the rows on the short list; null in the others."""
    table, at_entry = bound.tables["entry"], stage == "entry"
    rows = at_entry.arg_true()
    if table.whole:
        judged = table.evaluate(measured, tell=True)[rows]
    else:
        # Of a table that asks nothing no column is left, and a frame without columns has no rows.
        seen = list(dict.fromkeys(("ts", *table.columns)))
        judged = table.evaluate(measured.select(seen)[rows], tell=True)
    listed = pl.Series(np.cumsum(at_entry) - 1).set(~at_entry, None)
    return judged.select(pl.all().gather(listed))


def _find_stage(bound: BoundBook, measured: pl.DataFrame, include: pl.Series) -> pl.Series:
    """The stage at which each row ends: the universe, the short list, or the entry table."""
    manifest = bound.book.manifest
    candidates = (
        measured.select("ts", "pair", pl.col(manifest.rank_by).alias("rank_by"))
        .with_row_index("row")
        .filter(include.fill_null(value=False))
        .sort("ts", "rank_by", "pair", descending=[False, True, False], nulls_last=True)
    )
    listed = candidates.filter(pl.int_range(pl.len()).over("ts") < manifest.shortlist)["row"]
    row = pl.int_range(measured.height, dtype=pl.UInt32, eager=True)
    included = include.fill_null(value=False)
    return (
        pl.DataFrame({"include": included, "listed": row.is_in(listed.implode())})
        .select(
            pl.when(~pl.col("include"))
            .then(pl.lit("universe"))
            .when(pl.col("listed"))
            .then(pl.lit("entry"))
            .otherwise(pl.lit("shortlist"))
            .alias("stage")
        )
        .to_series()
    )


def _conclude(bound: BoundBook, at: datetime, measured: pl.DataFrame, decisions: pl.DataFrame) -> Outcome:
    counted = ("unknown", VIOLATION, "enter")
    unknown, violation, enter = (int((decisions["decision"] == word).sum()) for word in counted)
    listed = int((decisions["stage"] == "entry").sum())
    included = int((decisions["stage"] != "universe").sum())
    funnel = Funnel(decisions.height, included, listed, unknown, violation, enter)
    return Outcome(at, measured, decisions, funnel, _rank(bound, measured, decisions) if enter else ())


def _rank(bound: BoundBook, measured: pl.DataFrame, decisions: pl.DataFrame) -> tuple[str, ...]:
    wanted = pl.DataFrame(
        {
            "pair": decisions["pair"],
            "priority": decisions["priority"],
            "rank_by": measured[bound.book.manifest.rank_by],
        }
    ).filter(decisions["decision"] == "enter")
    best_first = wanted.sort("priority", "rank_by", "pair", descending=[True, True, False], nulls_last=True)
    return tuple(best_first["pair"])
