"""`for`, `some` and `every`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from engine.language import syntax
from engine.language.standard.decimals import to_integer
from engine.language.standard.faults import NoValueError
from engine.language.standard.operations import combine_all, combine_any, mentions
from engine.language.standard.run import Handler, Run, Scope
from engine.language.standard.temporal import Date
from engine.language.standard.values import Range, name_kind


def run_loop(node: syntax.Loop, scope: Scope, run: Run) -> object:
    """The value of a loop: a list for `for`, three-valued logic for `some` and `every`."""
    if node.kind == "for":
        return _collect(node, scope, run)
    answers = [run.evaluate(node.body, inner) for inner in _bind(node.iterators, scope, run)]
    known = [answer if isinstance(answer, bool) else None for answer in answers]
    return combine_any(known) if node.kind == "some" else combine_all(known)


def _collect(node: syntax.Loop, scope: Scope, run: Run) -> list[object]:
    """The body's value for each turn; `partial` in it stands for the values so far."""
    results: list[object] = []
    looks_back = mentions(node.body, "partial")
    for inner in _bind(node.iterators, scope, run):
        turn = inner
        if looks_back:
            run.spend(1 + len(results) // 4)
            turn = Scope({"partial": list(results)}, inner)
        results.append(run.evaluate(node.body, turn))
    return results


def _bind(iterators: Sequence[syntax.Binding], scope: Scope, run: Run) -> Iterator[Scope]:
    """The scopes of all turns; the last iterator turns fastest, and each sees those before it."""
    if not iterators:
        yield scope
        return
    first, *rest = iterators
    for value in _iterate(first, scope, run):
        run.spend(1)
        yield from _bind(rest, Scope({first.name: value}, scope), run)


def _iterate(binding: syntax.Binding, scope: Scope, run: Run) -> Iterator[object]:
    """The values that an iterator runs over."""
    values = run.evaluate(binding.values, scope)
    if binding.last is not None:
        return _count(values, run.evaluate(binding.last, scope))
    if isinstance(values, list):
        return iter(values)
    if isinstance(values, Range):
        return _walk_range(values)
    if values is None:
        raise NoValueError("loop.null", f"`{binding.name}` runs over null", "give a list, `[]` for no turn")
    return iter([values])


def _walk_range(values: Range) -> Iterator[object]:
    """The whole numbers or days of a range, without ends that do not belong to it."""
    steps = _count(values.low, values.high)
    excluded = [
        end
        for end, closed in ((values.low, values.low_closed), (values.high, values.high_closed))
        if not closed
    ]
    return (step for step in steps if step not in excluded)


def _count(first: object, last: object) -> Iterator[object]:
    """Whole numbers or days from first to last, upwards or downwards."""
    if isinstance(first, Decimal) and isinstance(last, Decimal):
        return map(Decimal, _list_steps(to_integer(first), to_integer(last)))
    if isinstance(first, Date) and isinstance(last, Date):
        start = first
        return (start.add_days(count) for count in _list_steps(0, last.number - first.number))
    kinds = f"from a {name_kind(first)} to a {name_kind(last)}"
    raise NoValueError(
        "loop.range", f"a loop cannot count {kinds}", "count from one whole number or date to another"
    )


def _list_steps(first: int, last: int) -> range:
    return range(first, last + 1) if first <= last else range(first, last - 1, -1)


HANDLERS: Mapping[type, Handler] = {syntax.Loop: run_loop}
"""How each node of this file is evaluated."""
