"""Functions of lists. Positions count from 1, or from -1 at the end."""

from __future__ import annotations

from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from engine.language.standard.calls import invoke
from engine.language.standard.comparison import equals, find_first
from engine.language.standard.declaration import declare
from engine.language.standard.faults import NoValueError
from engine.language.standard.paths import find_position
from engine.language.standard.run import Run
from engine.language.standard.values import Function


@declare("list contains(list: list, element: any)", "Whether a list has an item equal to a value.")
def contains_item(items: list[Any], element: object) -> bool:
    """See the declaration."""
    return find_first(items, element) is not None


@declare(
    "sublist(list: list, start position: number, length: number?)",
    "The items from a position on, to the end or so many.",
)
def cut_list(items: list[Any], position: Decimal, length: Decimal | None = None) -> list[Any]:
    """See the declaration."""
    start = find_position(items, position)
    if length is None:
        return items[start:]
    if length < 0 or length > len(items) - start:
        raise NoValueError("list.position", "the list has not so many items from there on")
    return items[start : start + int(length)]


@declare("append(list: list, item: any...)", "The list with further items at its end.")
def append_items(items: list[Any], further: list[Any]) -> list[Any]:
    """See the declaration."""
    return [*items, *further]


@declare("concatenate(list: list...)", "The items of all lists in one.")
def join_lists(lists: list[list[Any]]) -> list[Any]:
    """See the declaration."""
    return [item for items in lists for item in items]


@declare(
    "insert before(list: list, position: number, newItem: any)", "The list with a new item before a position."
)
def insert_item(items: list[Any], position: Decimal, item: object) -> list[Any]:
    """See the declaration."""
    index = find_position(items, position)
    return [*items[:index], item, *items[index:]]


@declare("remove(list: list, position: number)", "The list without the item at a position.")
def remove_item(items: list[Any], position: Decimal) -> list[Any]:
    """See the declaration."""
    index = find_position(items, position)
    return [*items[:index], *items[index + 1 :]]


@declare(
    "list replace(list: list, position: number, newItem: any)",
    "The list with one item, or those that match, replaced.",
)
def replace_item(items: list[Any], position: Decimal, item: object) -> list[Any]:
    """See the declaration."""
    index = find_position(items, position)
    return [*items[:index], item, *items[index + 1 :]]


@declare("list replace(list: list, match: function, newItem: any)", "", needs_run=True)
def replace_matching(run: Run, items: list[Any], match: Function, item: object) -> list[Any]:
    """See the declaration."""
    return [item if _ask(run, match, old, item) else old for old in items]


@declare("reverse(list: list)", "The items in reverse order.")
def reverse_list(items: list[Any]) -> list[Any]:
    """See the declaration."""
    return items[::-1]


@declare(
    "index of(list: list, match: any)", "The positions of the items equal to a value, in ascending order."
)
def find_positions(items: list[Any], match: object) -> list[Decimal]:
    """See the declaration."""
    return [Decimal(position) for position, item in enumerate(items, 1) if equals(item, match)]


@declare("union(list: list...)", "The items of all lists in one, each once.", needs_run=True)
def unite_lists(run: Run, lists: list[list[Any]]) -> list[Any]:
    """See the declaration."""
    return drop_repeated(run, join_lists(lists))


@declare(
    "distinct values(list: list)",
    "The items of a list, each once, in the order of their first occurrence.",
    needs_run=True,
)
def drop_repeated(run: Run, items: list[Any]) -> list[Any]:
    """See the declaration."""
    kept: list[Any] = []
    for item in items:
        run.spend(1 + len(kept))
        if find_first(kept, item) is None:
            kept.append(item)
    return kept


@declare("flatten(list: list)", "The items of a list and of all lists in it, in one.")
def flatten_list(items: list[Any]) -> list[Any]:
    """See the declaration."""
    flat: list[Any] = []
    for item in items:
        flat.extend(flatten_list(item) if isinstance(item, list) else [item])
    return flat


@declare(
    "sort(list: list, precedes: function)",
    "The items in the order that a function of two items gives.",
    needs_run=True,
)
def sort_list(run: Run, items: list[Any], order: Function) -> list[Any]:
    """See the declaration."""

    def rank(left: object, right: object) -> int:
        return -1 if _ask(run, order, left, right) else int(_ask(run, order, right, left))

    return sorted(items, key=cmp_to_key(rank))


def _ask(run: Run, function: Function, left: object, right: object) -> bool:
    """The answer of a function of two values, which must be a boolean."""
    answer = invoke(function, [left, right], run)
    if not isinstance(answer, bool):
        raise NoValueError(
            "argument.kind", "the function does not answer with a boolean", "give one that compares"
        )
    return answer
