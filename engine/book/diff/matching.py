"""Matching: which row or column of an old grid is which of the new one, by name, else by what it holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from engine.book.diff.grid import Column, Grid, RowKey

_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Match(Generic[_Key]):
    """What belongs together.

    Attributes:
        pairs: Old and new key of what is in both, in the new order.
        removed: Keys of the old one only.
        added: Keys of the new one only.
    """

    pairs: tuple[tuple[_Key, _Key], ...]
    removed: tuple[_Key, ...]
    added: tuple[_Key, ...]


def match_columns(old: Grid, new: Grid) -> Match[Column]:
    """Columns of two grids; one with another header and equal cells in all rows of both is the same."""
    rows = [row for row in old.rows if row in new.rows]

    def read_cells(grid: Grid, column: Column) -> Hashable:
        if not rows or column not in grid.others:
            return None
        return grid.find_role(column), tuple(grid.read_meaning(row, column) for row in rows)

    return _match(old.columns, new.columns, partial(read_cells, old), partial(read_cells, new))


def match_rows(old: Grid, new: Grid, columns: Match[Column]) -> Match[RowKey]:
    """Rows of two grids; one with another name and equal cells in all columns of both is the same."""
    shared = [pair for pair in columns.pairs if pair[1] in new.others]

    def read_cells(grid: Grid, side: int, row: RowKey) -> Hashable:
        return tuple(grid.read_meaning(row, pair[side]) for pair in shared) or None

    return _match(old.rows, new.rows, partial(read_cells, old, 0), partial(read_cells, new, 1))


def _match(
    old: Iterable[_Key],
    new: Iterable[_Key],
    read_old: Callable[[_Key], Hashable],
    read_new: Callable[[_Key], Hashable],
) -> Match[_Key]:
    """Match by key; what is left by content, in order, unless the content is None."""
    kept = dict.fromkeys(old)
    came = [key for key in new if key not in kept]
    known = set(new)
    gone: defaultdict[Hashable, list[_Key]] = defaultdict(list)
    for key in kept:
        if key not in known:
            gone[read_old(key)].append(key)
    renamed: dict[_Key, _Key] = {}
    for key in came:
        content = read_new(key)
        if content is not None and gone[content]:
            renamed[key] = gone[content].pop(0)
    pairs = tuple((renamed.get(key, key), key) for key in new if key in kept or key in renamed)
    found = known.union(renamed.values())
    removed = tuple(key for key in kept if key not in found)
    return Match(pairs, removed, tuple(key for key in came if key not in renamed))
