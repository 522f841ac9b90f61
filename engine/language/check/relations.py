"""The standard's functions over points and ranges, as comparisons of their ends (DMN 1.5, 10.3.4.10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.language import syntax
from engine.language.check.comparisons import TRUE, boolean, compare
from engine.language.check.context import Checking
from engine.language.core import Constant, Core
from engine.language.functions import logic
from engine.language.types import BOOLEAN

_FALSE = Constant(False, BOOLEAN)


@dataclass(frozen=True, slots=True)
class _Ends:
    """A range by its ends; a point is a closed range of one value."""

    low: Core
    high: Core
    low_closed: bool
    high_closed: bool
    is_point: bool


class _MismatchError(Exception):
    """Two ends cannot be compared; the fault has been reported."""


@dataclass(frozen=True, slots=True)
class _Comparer:
    """Compares ends, placing faults at the call."""

    checking: Checking
    node: syntax.Node

    def order(self, comparator: syntax.Comparator, a: Core, b: Core, *, when_equal: bool) -> Core:
        """`a` before or after `b`; at equality as told."""
        strict = self._compare(comparator, a, b)
        return boolean(logic.OR, strict, self.equal(a, b)) if when_equal else strict

    def equal(self, a: Core, b: Core) -> Core:
        """`a = b`."""
        return self._compare("=", a, b)

    def _compare(self, comparator: syntax.Comparator, a: Core, b: Core) -> Core:
        compared = compare(self.checking, self.node, comparator, a, b)
        if compared is None:
            raise _MismatchError
        return compared


def _all(*tests: Core) -> Core:
    result: Core = TRUE
    for test in tests:
        result = test if result is TRUE else boolean(logic.AND, result, test)
    return result


def _holds(condition: bool) -> Core:
    return TRUE if condition else _FALSE


def _before(c: _Comparer, a: _Ends, b: _Ends) -> Core:
    return c.order("<", a.high, b.low, when_equal=not (a.high_closed and b.low_closed))


def _meets(c: _Comparer, a: _Ends, b: _Ends) -> Core:
    return _all(_holds(a.high_closed and b.low_closed), c.equal(a.high, b.low))


def _overlaps(c: _Comparer, a: _Ends, b: _Ends) -> Core:
    return _all(
        c.order(">", a.high, b.low, when_equal=a.high_closed and b.low_closed),
        c.order("<", a.low, b.high, when_equal=a.low_closed and b.high_closed),
    )


def _overlaps_before(c: _Comparer, a: _Ends, b: _Ends) -> Core:
    return _all(
        c.order("<", a.low, b.low, when_equal=a.low_closed and not b.low_closed),
        c.order(">", a.high, b.low, when_equal=a.high_closed and b.low_closed),
        c.order("<", a.high, b.high, when_equal=not a.high_closed or b.high_closed),
    )


def _includes(c: _Comparer, a: _Ends, b: _Ends) -> Core:
    return _all(
        c.order("<", a.low, b.low, when_equal=a.low_closed or not b.low_closed),
        c.order(">", a.high, b.high, when_equal=a.high_closed or not b.high_closed),
    )


def _finishes(c: _Comparer, a: _Ends, b: _Ends) -> Core:
    if a.is_point:
        return _all(_holds(b.high_closed), c.equal(a.high, b.high))
    return _all(
        _holds(a.high_closed == b.high_closed),
        c.equal(a.high, b.high),
        c.order(">", a.low, b.low, when_equal=not a.low_closed or b.low_closed),
    )


def _starts(c: _Comparer, a: _Ends, b: _Ends) -> Core:
    if a.is_point:
        return _all(_holds(b.low_closed), c.equal(a.low, b.low))
    return _all(
        _holds(a.low_closed == b.low_closed),
        c.equal(a.low, b.low),
        c.order("<", a.high, b.high, when_equal=not a.high_closed or b.high_closed),
    )


def _coincides(c: _Comparer, a: _Ends, b: _Ends) -> Core:
    return _all(
        _holds(a.low_closed == b.low_closed and a.high_closed == b.high_closed),
        c.equal(a.low, b.low),
        c.equal(a.high, b.high),
    )


_Relation = Callable[[_Comparer, _Ends, _Ends], Core]


def _reverse(relation: _Relation) -> _Relation:
    return lambda c, a, b: relation(c, b, a)


RELATIONS: dict[str, tuple[_Relation, str, str]] = {
    "before": (_before, "pp pr rp rr", "whether the first lies wholly before the second"),
    "after": (_reverse(_before), "pp pr rp rr", "whether the first lies wholly after the second"),
    "meets": (_meets, "rr", "whether the first range ends where the second begins"),
    "met by": (_reverse(_meets), "rr", "whether the first range begins where the second ends"),
    "overlaps": (_overlaps, "rr", "whether two ranges have a value in common"),
    "overlaps before": (
        _overlaps_before,
        "rr",
        "whether the first begins earlier and ends inside the second",
    ),
    "overlaps after": (
        _reverse(_overlaps_before),
        "rr",
        "whether the first begins inside the second and ends later",
    ),
    "includes": (_includes, "rp rr", "whether the second lies wholly inside the first"),
    "during": (_reverse(_includes), "pr rr", "whether the first lies wholly inside the second"),
    "finishes": (_finishes, "pr rr", "whether the first ends the second"),
    "finished by": (_reverse(_finishes), "rp rr", "whether the second ends the first"),
    "starts": (_starts, "pr rr", "whether the first begins the second"),
    "started by": (_reverse(_starts), "rp rr", "whether the second begins the first"),
    "coincides": (_coincides, "pp rr", "whether both are the same"),
}
"""Relations by name: the test, which points (p) and ranges (r) they take, and their meaning."""


EXAMPLES: dict[str, str] = {
    "before": "before(1, [2..5])",
    "after": "after([6..8], 5)",
    "meets": "meets([1..5], [5..8])",
    "met by": "met by([5..8], [1..5])",
    "overlaps": "overlaps([1..5], [3..8])",
    "overlaps before": "overlaps before([1..5], [3..8])",
    "overlaps after": "overlaps after([3..8], [1..5])",
    "includes": "includes([1..5], 3)",
    "during": "during(3, [1..5])",
    "finishes": "finishes(5, [1..5])",
    "finished by": "finished by([1..5], 5)",
    "starts": "starts(1, [1..5])",
    "started by": "started by([1..5], [1..3])",
    "coincides": "coincides([1..5], [1..5])",
}
"""A call by relation that holds."""


def check_relation(
    checking: Checking, node: syntax.Call, name: str, a: syntax.Node, b: syntax.Node
) -> Core | None:
    """The typed tree of a relation between two points or ranges."""
    relation, forms, _ = RELATIONS[name]
    first, second = _read_ends(checking, a), _read_ends(checking, b)
    if first is None or second is None:
        return None
    form = ("p" if first.is_point else "r") + ("p" if second.is_point else "r")
    if form not in forms.split():
        words = {"p": "a value", "r": "a range"}
        wanted = " or ".join(f"{words[f[0]]} and {words[f[1]]}" for f in forms.split())
        checking.report(node, "type.mismatch", f"`{name}` takes {wanted}")
        return None
    try:
        return relation(_Comparer(checking, node), first, second)
    except _MismatchError:
        return None


def _read_ends(checking: Checking, node: syntax.Node) -> _Ends | None:
    if isinstance(node, syntax.Interval):
        low, high = checking.check(node.low), checking.check(node.high)
        if low is None or high is None:
            return None
        return _Ends(low, high, node.low_closed, node.high_closed, is_point=False)
    point = checking.check(node)
    return None if point is None else _Ends(point, point, low_closed=True, high_closed=True, is_point=True)
