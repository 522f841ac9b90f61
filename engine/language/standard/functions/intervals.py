"""Functions that compare points and ranges (DMN 1.5, table 78).

Each end of a range is a bound: a value and a little step from it, so that `(3..` begins just above 3 and
`..3)` ends just below. A point begins and ends at itself. So one comparison of bounds serves all functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.language.standard.comparison import compare
from engine.language.standard.declaration import declare
from engine.language.standard.faults import NoValueError
from engine.language.standard.values import Range, name_kind


@dataclass(frozen=True, slots=True)
class Bound:
    """Where a range begins or ends.

    Attributes:
        value: The value there, or None where the range has no end.
        step: 1 just above it, -1 just below it, 0 at it.
    """

    value: object
    step: int

    def rank(self, other: Bound) -> int:
        """-1, 0 or 1 as this bound lies before, at or after another."""
        if self.value is None or other.value is None:
            own, others = (bound.step if bound.value is None else 0 for bound in (self, other))
            return (own > others) - (own < others)
        same, less = compare("=", self.value, other.value), compare("<", self.value, other.value)
        if same is None or less is None:
            kinds = f"a {name_kind(self.value)} and a {name_kind(other.value)}"
            raise NoValueError("operand.kind", f"{kinds} have no order")
        return (self.step > other.step) - (self.step < other.step) if same else -1 if less else 1


@dataclass(frozen=True, slots=True)
class Extent:
    """Where something begins and where it ends."""

    start: Bound
    end: Bound


def _measure(value: object) -> Extent:
    """The extent of a range or point."""
    if not isinstance(value, Range):
        return Extent(Bound(value, 0), Bound(value, 0))
    if value.sign == "!=" or (not value.sign and None in {value.low, value.high}):
        raise NoValueError("range.kind", "a range without both ends has no place", "write both ends")
    start = Bound(value.low, -1 if value.low is None else 0 if value.low_closed else 1)
    return Extent(start, Bound(value.high, 1 if value.high is None else 0 if value.high_closed else -1))


_FORMS = {
    "pp": "point1: point, point2: point",
    "pr": "point: point, range: range",
    "rp": "range: range, point: point",
    "rr": "range1: range, range2: range",
}

Test = Callable[[Extent, Extent], bool]


def _declare_test(name: str, forms: str, meaning: str) -> Callable[[Test], Test]:
    """Declare a comparison of two extents in the named forms: p for a point, r for a range."""

    def register(test: Test) -> Test:
        def run(first: object, second: object) -> bool:
            return test(_measure(first), _measure(second))

        for form in forms.split():
            declare(f"{name}({_FORMS[form]})", meaning, steps=10)(run)
        return test

    return register


@_declare_test("before", "pp pr rp rr", "Whether the first ends before the second begins.")
def is_before(a: Extent, b: Extent) -> bool:
    """See the declaration."""
    return a.end.rank(b.start) < 0


@_declare_test("after", "pp pr rp rr", "Whether the first begins after the second ends.")
def is_after(a: Extent, b: Extent) -> bool:
    """See the declaration."""
    return is_before(b, a)


@_declare_test("meets", "rr", "Whether the first range ends where the second begins, both ends included.")
def does_meet(a: Extent, b: Extent) -> bool:
    """See the declaration."""
    return a.end.rank(b.start) == 0


@_declare_test("met by", "rr", "Whether the first range begins where the second ends, both ends included.")
def is_met(a: Extent, b: Extent) -> bool:
    """See the declaration."""
    return does_meet(b, a)


@_declare_test("overlaps", "rr", "Whether the ranges have a value in common.")
def does_overlap(a: Extent, b: Extent) -> bool:
    """See the declaration."""
    return a.end.rank(b.start) >= 0 and a.start.rank(b.end) <= 0


@_declare_test(
    "overlaps before", "rr", "Whether the first range begins before the second and ends inside it."
)
def does_overlap_before(a: Extent, b: Extent) -> bool:
    """See the declaration."""
    return a.start.rank(b.start) < 0 and a.end.rank(b.start) >= 0 and a.end.rank(b.end) <= 0


@_declare_test("overlaps after", "rr", "Whether the first range begins inside the second and ends after it.")
def does_overlap_after(a: Extent, b: Extent) -> bool:
    """See the declaration."""
    return b.start.rank(a.start) < 0 and b.end.rank(a.start) >= 0 and b.end.rank(a.end) <= 0


@_declare_test("finishes", "pr rr", "Whether the first ends where the range ends and begins inside it.")
def does_finish(a: Extent, b: Extent) -> bool:
    """See the declaration."""
    return a.end.rank(b.end) == 0 and a.start.rank(b.start) >= 0


@_declare_test("finished by", "rp rr", "Whether the second ends where the range ends and begins inside it.")
def is_finished(a: Extent, b: Extent) -> bool:
    """See the declaration."""
    return does_finish(b, a)


@_declare_test("includes", "rp rr", "Whether the second lies inside the range.")
def does_include(a: Extent, b: Extent) -> bool:
    """See the declaration."""
    return a.start.rank(b.start) <= 0 and a.end.rank(b.end) >= 0


@_declare_test("during", "pr rr", "Whether the first lies inside the range.")
def is_during(a: Extent, b: Extent) -> bool:
    """See the declaration."""
    return does_include(b, a)


@_declare_test("starts", "pr rr", "Whether the first begins where the range begins and ends inside it.")
def does_start(a: Extent, b: Extent) -> bool:
    """See the declaration."""
    return a.start.rank(b.start) == 0 and a.end.rank(b.end) <= 0


@_declare_test("started by", "rp rr", "Whether the second begins where the range begins and ends inside it.")
def is_started(a: Extent, b: Extent) -> bool:
    """See the declaration."""
    return does_start(b, a)


@_declare_test("coincides", "pp rr", "Whether both begin and end at the same values.")
def does_coincide(a: Extent, b: Extent) -> bool:
    """See the declaration."""
    return a.start.rank(b.start) == 0 and a.end.rank(b.end) == 0
