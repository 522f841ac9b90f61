"""Hit policies: from the rules that fire, or may, to one result a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import Diagnostic
from engine.tables.match import Bits, Matches
from engine.tables.model import HitPolicy, Table

EVALUATED = (HitPolicy.FIRST,)
"""Hit policies that can be evaluated."""

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a hit policy makes of each row.

    Attributes:
        winner: The rule that decides; the number of rules if none fires and the default stands.
        doubt: Rules × rows: rules that may fire and would change the result. Where there is one, the
            result is unknown.
    """

    winner: Codes
    doubt: Bits

    @property
    def unknown(self) -> Bits:
        """Rows whose result is unknown."""
        unknown: Bits = np.logical_or.reduce(self.doubt, axis=0)
        return unknown


def check_policy(table: Table) -> Iterator[Diagnostic]:
    """The fault of a hit policy that cannot be evaluated."""
    if table.hit_policy not in EVALUATED:
        message = f"hit policy {table.hit_policy} cannot be evaluated"
        yield Diagnostic("policy.evaluated", message, f"take {', '.join(EVALUATED)}", table.file)


def choose_first(matches: Matches, outputs: Sequence[Codes]) -> Choice:
    """The first rule that is true, as long as no rule before it may fire with another result.

    The result is known exactly if every reading of the possible rules, each taken as true or as false,
    gives the same outputs: a reading can only put one of the possible rules before the winner in its place.

    Args:
        matches: Hits of the rules.
        outputs: For each output, codes of (rules + 1) × rows, or × 1 where they are the same in every row:
            its value in each rule and, last, the default; equal codes are equal values.
    """
    rules, rows = matches.true.shape
    fires = np.vstack([matches.true, np.ones((1, rows), dtype=np.bool_)])
    winner = fires.argmax(axis=0)
    differs = np.zeros((rules, rows), dtype=np.bool_)
    for codes in outputs:
        won = codes[winner, np.arange(rows) if codes.shape[1] > 1 else 0]
        differs |= codes[:rules] != won
    before = np.arange(rules)[:, None] < winner
    return Choice(winner, before & matches.possible & differs)
