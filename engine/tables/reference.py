"""The definition of a table's result, written as plainly as possible; the oracle of the compiled form."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of a table for one row.

    Attributes:
        known: Whether every reading of the possible rules gives the same outputs.
        rule: The rule that decides if all possible rules are false; None is the default.
        outputs: Its outputs; None if they are not known.
        doubt: Rules that alone change the result if they are true.
    """

    known: bool
    rule: int | None
    outputs: Hashable
    doubt: tuple[int, ...]


def read_first(
    tests: Sequence[Sequence[bool | None]], results: Sequence[Hashable], default: Hashable
) -> Reading:
    """Decide one row by the policy FIRST.

    Args:
        tests: For each rule the value of each test; None is unknown.
        results: For each rule its outputs.
        default: Outputs where no rule fires.
    """
    hits = [_judge(row) for row in tests]
    possible = [place for place, hit in enumerate(hits) if hit is None]
    certain = _find_first([hit is True for hit in hits])
    usual = default if certain is None else results[certain]

    def decide(believed: Sequence[int]) -> Hashable:
        first = _find_first([hit is True or place in believed for place, hit in enumerate(hits)])
        return default if first is None else results[first]

    readings = product((False, True), repeat=len(possible))
    outcomes = {
        decide([p for p, taken in zip(possible, reading, strict=True) if taken]) for reading in readings
    }
    known = len(outcomes) == 1
    doubt = tuple(place for place in possible if decide([place]) != usual)
    return Reading(known, certain, usual if known else None, doubt)


def _judge(tests: Sequence[bool | None]) -> bool | None:
    """Three-valued `and`."""
    if any(test is False for test in tests):
        return False
    return None if any(test is None for test in tests) else True


def _find_first(hits: Sequence[bool]) -> int | None:
    return next((place for place, hit in enumerate(hits) if hit), None)
