"""Functions of booleans, in three-valued logic."""

from __future__ import annotations

from typing import Any

from engine.language.standard.declaration import declare
from engine.language.standard.faults import NoValueError
from engine.language.standard.operations import combine_all, combine_any
from engine.language.standard.temporal import DateTime, Time
from engine.language.standard.values import name_kind


@declare("not(negand: boolean)", "The opposite of a boolean.")
def negate_boolean(value: bool) -> bool:
    """See the declaration."""
    return not value


@declare(
    "is(value1: any?, value2: any?)",
    "Whether two values are the same: of one kind, equal, and in one time zone.",
)
def is_same(left: object = None, right: object = None) -> bool:
    """See the declaration."""
    if name_kind(left) != name_kind(right):
        return False
    if isinstance(left, Time | DateTime):
        return str(left) == str(right)
    return bool(left == right)


@declare("all(list: list)", "Whether all items are true: false if one is false, else null if one is null.")
def test_all(items: list[Any]) -> bool | None:
    """See the declaration."""
    return combine_all(_require_booleans(items))


@declare("all(b: boolean | null...)", "")
def test_all_given(items: list[Any]) -> bool | None:
    """See the declaration."""
    return test_all(items)


@declare("any(list: list)", "Whether an item is true; if none is, null if one is null.")
def test_any(items: list[Any]) -> bool | None:
    """See the declaration."""
    return combine_any(_require_booleans(items))


@declare("any(b: boolean | null...)", "")
def test_any_given(items: list[Any]) -> bool | None:
    """See the declaration."""
    return test_any(items)


def _require_booleans(items: list[Any]) -> list[bool | None]:
    for item in items:
        if item is not None and not isinstance(item, bool):
            raise NoValueError("argument.kind", f"a {name_kind(item)} is no boolean")
    return items
