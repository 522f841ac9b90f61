"""One cycle: the one place where the deciding stages meet. Pure: what it sees is what it is given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from engine.book.bind import BoundBook
from engine.frames.decisions import validate_decisions

_DECISION = (
    pl.when((pl.col("state") == "unknown") | pl.col("enter").is_null())
    .then(pl.lit("unknown"))
    .when(pl.col("enter"))
    .then(pl.lit("enter"))
    .otherwise(pl.lit("none"))
)


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many pairs are left after each stage of a cycle.

    Attributes:
        pairs: Candidates.
        unknown: Candidates whose decision is unknown for want of data; they are not entered.
        enter: Candidates to enter.
    """

    pairs: int
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
    """

    at: datetime
    pairs: pl.DataFrame
    decisions: pl.DataFrame
    funnel: Funnel
    ranking: tuple[str, ...]


def decide(bound: BoundBook, pairs: pl.DataFrame, at: datetime) -> Outcome:
    """What a book says at one time.

    Args:
        bound: The book.
        pairs: Columns as in `engine.frames.pairs` with settled funding, sorted by pair and time, from the
            book's `history` before `at` on. Rows after `at` change nothing.
        at: Time of the cycle.
    """
    measured = bound.measure(pairs).filter(pl.col("ts") == at)
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
    """The decision of the entry table for every row, which may be of many times.

    Args:
        bound: The book.
        measured: As `BoundBook.measure` gives it.

    Returns:
        Rows as in `engine.frames.decisions`, with the outputs of the table, `state` and `possible`.
    """
    result = bound.tables["entry"].evaluate(measured, tell=True)
    named = measured.select("ts", "pair").hstack(result.with_columns(decision=_DECISION))
    return validate_decisions(named)


def _conclude(bound: BoundBook, at: datetime, measured: pl.DataFrame, decisions: pl.DataFrame) -> Outcome:
    enter, unknown = (int((decisions["decision"] == word).sum()) for word in ("enter", "unknown"))
    funnel = Funnel(decisions.height, unknown, enter)
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
