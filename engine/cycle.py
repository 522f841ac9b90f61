"""One cycle: the one place where the deciding stages meet. Pure: what it sees is what it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from engine.book.bind import BoundBook
from engine.frames.decisions import validate_decisions
from engine.tables.read import RESERVED_OUTPUTS

_UNKNOWN, _NONE, _ENTER = pl.lit("unknown"), pl.lit("none"), pl.lit("enter")


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many pairs are left after each stage of a cycle.

    Attributes:
        pairs: Candidates.
        universe: Candidates that the universe includes; all of them in a book without one.
        shortlist: The best of these, as many as the book's short list takes.
        unknown: Candidates whose decision is unknown for want of data; they are not entered.
        enter: Candidates to enter.
    """

    pairs: int
    universe: int
    shortlist: int
    unknown: int
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
    entry = _judge_entry(bound, measured)
    outputs = [name for name in entry.columns if name not in RESERVED_OUTPUTS]
    judged = pl.DataFrame([stage]).hstack(entry.rename({name: f"entry {name}" for name in entry.columns}))
    judged = judged.hstack(universe.rename({name: f"universe {name}" for name in universe.columns}))
    at_entry, at_universe = pl.col("stage") == "entry", pl.col("stage") == "universe"
    said = [
        pl.when(at_entry)
        .then(pl.col(f"entry {name}"))
        .when(at_universe)
        .then(pl.col(f"universe {name}"))
        .alias(name)
        for name in ("rule", "state")
    ]
    possible = pl.when(at_entry).then(pl.col("entry possible")).when(at_universe).then("universe possible")
    decisions = judged.select(
        _decide(),
        "stage",
        said[0],
        pl.col("universe rule").alias("universe_rule"),
        *(pl.when(at_entry).then(pl.col(f"entry {name}")).alias(name) for name in outputs),
        said[1],
        possible.otherwise(pl.lit([], pl.List(pl.String))).alias("possible"),
    )
    return validate_decisions(measured.select("ts", "pair").hstack(decisions))


def _decide() -> pl.Expr:
    """The decision at the stage where a pair ended."""
    open_at_entry = (pl.col("entry state") == "unknown") | pl.col("entry enter").is_null()
    enters = pl.when(pl.col("entry enter")).then(_ENTER).otherwise(_NONE)
    at_entry = pl.when(open_at_entry).then(_UNKNOWN).otherwise(enters)
    at_universe = pl.when(pl.col("universe include").is_null()).then(_UNKNOWN).otherwise(_NONE)
    by_stage = pl.when(pl.col("stage") == "entry").then(at_entry)
    return by_stage.when(pl.col("stage") == "universe").then(at_universe).otherwise(_NONE).alias("decision")


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


def _judge_entry(bound: BoundBook, measured: pl.DataFrame) -> pl.DataFrame:
    return bound.tables["entry"].evaluate(measured, tell=True)


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
    enter, unknown = (int((decisions["decision"] == word).sum()) for word in ("enter", "unknown"))
    listed = int((decisions["stage"] == "entry").sum())
    included = int((decisions["stage"] != "universe").sum())
    funnel = Funnel(decisions.height, included, listed, unknown, enter)
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
