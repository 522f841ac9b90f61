"""The definition of a table's result, written as plainly as possible; the oracle of the compiled form.

A rule whose tests are all true fires; one of which no test is false may fire and is open. A *reading* takes
each open rule as firing or not, and has an outcome: outputs, or a violation. A table's result is known if all
its readings have the same outcome.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import product

from engine.tables.model import Aggregation, HitPolicy

Outputs = tuple[Hashable, ...]
"""A value for each output; None is no value."""

VIOLATED = "violated"
"""The outcome of rules that clash, or of an output that is not allowed."""

_RANKED = (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER)
_LISTING = (HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.COLLECT)


@dataclass(frozen=True, slots=True)
class Missing:
    """The value of a formula whose data is missing; it equals the same formula's only.

    Attributes:
        formula: The formula.
    """

    formula: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How a table makes one result of its hits.

    Attributes:
        policy: The hit policy.
        aggregation: What COLLECT does with several.
        default: Outputs where no rule fires.
        allowed: For each output the values it may have, the most wanted first; empty allows any.
    """

    policy: HitPolicy
    default: Outputs
    allowed: tuple[tuple[Hashable, ...], ...]
    aggregation: Aggregation | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of a table for one row.

    Attributes:
        state: `rule`, `default`, `unknown` or `violation`.
        rule: The rule that decides if all open rules are false; None if none does.
        outputs: A value, or a list of them, for each output; None where the result is not known.
        told: If unknown, the open rules that alone change the outcome or, where none does, all of them; in a
            violation the rules that make it.
    """

    state: str
    rule: int | None
    outputs: Outputs | None
    told: tuple[int, ...]


def judge(tests: Sequence[bool | None]) -> bool | None:
    """Whether a rule fires: true if all tests are, false if one is, else None."""
    if any(test is False for test in tests):
        return False
    return None if any(test is None for test in tests) else True


def read_row(plan: Plan, hits: Sequence[bool | None], results: Sequence[Outputs]) -> Reading:
    """Decide one row.

    Args:
        plan: How hits become a result.
        hits: For each rule whether it fires; None is open.
        results: For each rule its outputs in this row.
    """
    order = _put_in_order(plan, results)
    fired = [place for place in order if hits[place] is True]
    opened = [place for place in range(len(hits)) if hits[place] is None]

    def decide(believed: Sequence[int]) -> Hashable:
        return _decide(plan, [place for place in order if hits[place] is True or place in believed], results)

    base = decide([])
    outcomes = {base}
    for reading in product((False, True), repeat=len(opened)):
        outcomes.add(decide([place for place, taken in zip(opened, reading, strict=True) if taken]))
    if outcomes == {VIOLATED}:
        return Reading("violation", None, None, _find_guilty(plan, fired, results))
    if len(outcomes) > 1 or not isinstance(base, tuple):
        alone = [place for place in opened if decide([place]) != base]
        return Reading("unknown", None, None, tuple(alone or opened))
    return Reading("rule" if fired else "default", fired[0] if fired else None, base, ())


def _put_in_order(plan: Plan, results: Sequence[Outputs]) -> list[int]:
    """Rules as written or, where the policy ranks them, by the places of their outputs in `allowed`."""
    places = list(range(len(results)))
    if plan.policy not in _RANKED:
        return places

    def rank(place: int) -> list[int]:
        pairs = zip(results[place], plan.allowed, strict=True)
        return [words.index(value) if value in words else len(words) for value, words in pairs if words]

    return sorted(places, key=rank)


def _decide(plan: Plan, fired: Sequence[int], results: Sequence[Outputs]) -> Hashable:
    """The outcome of a reading."""
    if _find_guilty(plan, fired, results):
        return VIOLATED
    taken = [results[place] for place in fired]
    if plan.aggregation is not None:
        return _aggregate(plan.aggregation, taken, plan.default)
    if plan.policy in _LISTING:
        return _list_values(taken, plan.default)
    return taken[0] if taken else plan.default


def _find_guilty(plan: Plan, fired: Sequence[int], results: Sequence[Outputs]) -> tuple[int, ...]:
    """The rules that make a violation: all that clash, else those that decide by a value not allowed."""
    taken = [results[place] for place in fired]
    clash = plan.policy is HitPolicy.UNIQUE and len(fired) > 1
    if clash or (plan.policy is HitPolicy.ANY and len(set(taken)) > 1):
        return tuple(sorted(fired))
    heard = fired[:1] if plan.policy in (HitPolicy.FIRST, HitPolicy.PRIORITY) else fired
    return tuple(sorted(place for place in heard if not _is_allowed(results[place], plan)))


def _is_allowed(outputs: Outputs, plan: Plan) -> bool:
    pairs = zip(outputs, plan.allowed, strict=True)
    return all(not words or value in words or _is_nothing(value) for value, words in pairs)


def _is_nothing(value: Hashable) -> bool:
    return value is None or isinstance(value, Missing)


def _list_values(taken: Sequence[Outputs], default: Outputs) -> Hashable:
    """For each output the values of the rules; where none fires the default, if there is one."""
    if taken:
        return tuple(zip(*taken, strict=True))
    return tuple(() if _is_nothing(value) else (value,) for value in default)


def _aggregate(aggregation: Aggregation, taken: Sequence[Outputs], default: Outputs) -> Hashable:
    """One number; a value that is missing leaves it unknown."""
    if aggregation is Aggregation.COUNT:
        return (float(len(taken)),)
    if not taken:
        return default
    numbers = [value for (value,) in taken if isinstance(value, float)]
    if len(numbers) < len(taken):
        return None
    if aggregation is Aggregation.SUM:
        total = sum(numbers)
        return None if math.isnan(total) else (total,)
    return (min(numbers) if aggregation is Aggregation.MIN else max(numbers),)
