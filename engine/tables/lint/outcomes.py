"""Outcomes: what a hit policy makes of the rules that are true and of those that may be.

An outcome is compared, never shown: two that are equal are the same result of the table, unknown included.
Sets of rules are whole numbers, bit by bit in the order in which the hit policy reads them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from engine.language.core import Constant, Core
from engine.tables.model import Aggregation, HitPolicy, Table

UNKNOWN = ("unknown",)
"""The outcome where missing data leaves the result open."""

VIOLATION = ("violation",)
"""The outcome where the rules break the hit policy."""

ORDERED = (HitPolicy.FIRST, HitPolicy.PRIORITY)
"""Policies by which one rule decides, the first true one in the order of preference."""

Outcome = Hashable
Values = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The outcomes of a table.

    Attributes:
        policy: Its hit policy.
        aggregation: What COLLECT does.
        values: The outputs of each rule, by bit; equal ones are equal in every row.
        default: The outputs where no rule fires.
        classes: For each rule the set of rules with the same outputs.
        standard: The set of rules whose outputs are the default.
        fixed: The set of rules whose outputs do not depend on the row.
        constant: Whether no output does, nor the default, so that different values are different outputs.
    """

    policy: HitPolicy
    aggregation: Aggregation | None
    values: tuple[Values, ...]
    default: Values
    classes: tuple[int, ...]
    standard: int
    fixed: int
    constant: bool

    @property
    def ordered(self) -> bool:
        """Whether one rule decides, the first true one."""
        return self.policy in ORDERED

    def tell(self, true: int, possible: int) -> Outcome:
        """The outcome where some rules are true and some not false."""
        if self.ordered:
            return self._tell_first(true, possible)
        if self.policy is HitPolicy.UNIQUE:
            return self._tell_unique(true, possible)
        if self.policy is HitPolicy.ANY:
            return self._tell_any(true, possible)
        if self.aggregation in (Aggregation.MIN, Aggregation.MAX):
            return self._tell_extreme(true, possible)
        if self.aggregation is Aggregation.SUM:
            return self._tell_sum(true, possible)
        return self._tell_list(true, possible)

    def is_same_without(self, spare: int, true: int, sure: int, firm: int) -> bool:
        """Whether the outcome at every point of a box is the one without some rules, if that is easily seen.

        Args:
            spare: The rules.
            true: Rules that are true somewhere in the box.
            sure: Rules that are true everywhere in it.
            firm: Rules that are not false anywhere in it.
        """
        sure, doubt = sure & ~spare, firm & ~true & ~spare
        if self.ordered:
            # Two rules that no true rule precedes, and that differ, leave the result unknown either way.
            first = true & -true
            asking = firm & ~spare & ((first << 1) - 1 if first else -1)
            return asking != 0 and asking & ~self._class_of(asking) != 0
        if self.policy is HitPolicy.UNIQUE:
            return sure.bit_count() > 1
        if self.policy is HitPolicy.ANY:
            return sure != 0 and sure & ~self._class_of(sure) != 0
        if self.aggregation is None:
            return doubt & (doubt - 1) != 0 or doubt & ~self._unlisted != 0
        return self.aggregation is Aggregation.COUNT and doubt != 0

    def _class_of(self, rules: int) -> int:
        """The rules with the outputs of the first of some."""
        return self.classes[(rules & -rules).bit_length() - 1]

    def rival_set(self, bit: int) -> int:
        """Rules that make this one superfluous where they are true: it adds nothing beside them."""
        own = 1 << bit
        if self.ordered:
            return own - 1
        if self.policy is HitPolicy.ANY:
            return self.classes[bit] & ~own
        if self.aggregation in (Aggregation.MIN, Aggregation.MAX) and len(self.default) == 1:
            better = (
                other for other in range(len(self.values)) if other != bit and self._is_better(other, bit)
            )
            return sum(1 << other for other in better)
        return 0

    def _is_better(self, one: int, other: int) -> bool:
        a, b = (_read_number(self.values[bit][0]) for bit in (one, other))
        return a <= b if self.aggregation is Aggregation.MIN else a >= b

    def _tell_first(self, true: int, possible: int) -> Outcome:
        winner = true & -true
        believed = possible & ((winner << 1) - 1) if winner else possible
        if not believed:
            return self.default
        bit = (believed & -believed).bit_length() - 1
        same = believed & ~self.classes[bit] == 0
        agreed = same and (winner or self.standard >> bit & 1)
        return self.values[bit] if agreed else UNKNOWN

    def _tell_unique(self, true: int, possible: int) -> Outcome:
        if true.bit_count() > 1:
            return VIOLATION
        if true == possible:
            return self.values[true.bit_length() - 1] if true else self.default
        single = not true and possible.bit_count() == 1
        return self.default if single and possible & self.standard else UNKNOWN

    def _tell_any(self, true: int, possible: int) -> Outcome:
        if not true:
            return self.default if not possible & ~self.standard else UNKNOWN
        bit = true.bit_length() - 1
        if true & ~self.classes[bit]:
            return VIOLATION
        return self.values[bit] if not possible & ~self.classes[bit] else UNKNOWN

    def _tell_list(self, true: int, possible: int) -> Outcome:
        if self.aggregation is Aggregation.COUNT:
            return true.bit_count() if true == possible else UNKNOWN
        alone = not true and possible & (possible - 1) == 0 and not possible & ~self._unlisted
        if true != possible and not alone:
            return UNKNOWN
        if true:
            return tuple(zip(*(self.values[bit] for bit in bits_of(true)), strict=True))
        return tuple(() if _is_null(code) else (code,) for code in self.default)

    def _tell_sum(self, true: int, possible: int) -> Outcome:
        doubt = possible & ~true
        if not true:
            alone = doubt & (doubt - 1) == 0 or not any(self._usual)
            return self._usual if alone and not doubt & ~self.standard else UNKNOWN
        if any(any(self._numbers(bit)) for bit in bits_of(doubt)):
            return UNKNOWN
        return tuple(map(sum, zip(*(self._numbers(bit) for bit in bits_of(true)), strict=True)))

    def _tell_extreme(self, true: int, possible: int) -> Outcome:
        choose = min if self.aggregation is Aggregation.MIN else max
        doubt = possible & ~true
        if not true:
            return UNKNOWN if doubt & ~self.standard else self._usual
        certain = [self._numbers(bit) for bit in bits_of(true)]
        best = tuple(choose(column) for column in zip(*certain, strict=True))
        every = [best, *(self._numbers(bit) for bit in bits_of(doubt))]
        return best if best == tuple(choose(column) for column in zip(*every, strict=True)) else UNKNOWN

    @property
    def _unlisted(self) -> int:
        """Rules of which one alone makes the list that is there without any."""
        return 0 if any(map(_is_null, self.default)) else self.standard

    @property
    def _usual(self) -> Values:
        """The default, comparable with sums and extremes."""
        return tuple(code[1] if isinstance(code, tuple) else code for code in self.default)

    def _numbers(self, bit: int) -> tuple[float, ...]:
        return tuple(_read_number(value) for value in self.values[bit])


def bits_of(rules: int) -> Iterator[int]:
    """The bits of a set, ascending."""
    while rules:
        lowest = rules & -rules
        yield lowest.bit_length() - 1
        rules ^= lowest


def build_outcomes(table: Table, results: Sequence[Sequence[Core]], default: Sequence[Core]) -> Outcomes:
    """The outcomes of a table.

    Args:
        table: The table.
        results: The bound outputs of each rule, in the order in which the policy reads them.
        default: The bound outputs where no rule fires.
    """
    values = tuple(tuple(map(_code, row)) for row in results)
    standard = tuple(map(_code, default))
    sets: dict[Values, int] = {}
    for bit, row in enumerate(values):
        sets[row] = sets.get(row, 0) | 1 << bit
    fixed = [all(isinstance(core, Constant) for core in row) for row in results]
    return Outcomes(
        table.hit_policy,
        table.aggregation,
        values,
        standard,
        tuple(sets[row] for row in values),
        sets.get(standard, 0),
        sum(1 << bit for bit, holds in enumerate(fixed) if holds),
        all(fixed) and all(isinstance(core, Constant) for core in default),
    )


def explain_obstacle(outcomes: Outcomes) -> str:
    """Why outcomes cannot be compared without a row; empty if they can."""
    if not outcomes.constant and outcomes.policy is HitPolicy.COLLECT and outcomes.aggregation is not None:
        return "its outputs are formulas, whose sums and extremes differ from row to row"
    arithmetic = outcomes.aggregation in (Aggregation.SUM, Aggregation.MIN, Aggregation.MAX)
    if arithmetic and not all(_is_number(code) for row in outcomes.values for code in row):
        return "not every output is a known number"
    return ""


def _is_null(code: Hashable) -> bool:
    return isinstance(code, tuple) and code[1] is None


def _is_number(code: Hashable) -> bool:
    return isinstance(code, tuple) and isinstance(code[1], float)


def _code(core: Core) -> Hashable:
    return (core.type.kind, core.value) if isinstance(core, Constant) else core


def _read_number(code: Hashable) -> float:
    if not isinstance(code, tuple) or not isinstance(code[1], float):
        raise TypeError(f"{code!r} is not a number")
    return code[1]
