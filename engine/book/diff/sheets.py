"""Differences between two states of one table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from engine.book.diff.change import Change, ChangeKind, Subject
from engine.book.diff.grid import Column, Grid, RowKey
from engine.book.diff.matching import Match, match_columns, match_rows
from engine.book.diff.order import find_moved
from engine.book.diff.values import are_equal
from engine.book.parameters import FILE as PARAMETERS
from engine.book.sheets import DECISIONS, is_output
from engine.tables.model import HitPolicy
from engine.tables.read import NOTE

_Key = TypeVar("_Key", Column, RowKey)

_BY_ROW = frozenset({HitPolicy.FIRST, HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.PRIORITY})
_BY_OUTPUT = frozenset({HitPolicy.OUTPUT_ORDER, HitPolicy.PRIORITY})
_QUANTITIES = frozenset({"value", "minimum", "maximum"})


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two states of a table, and what belongs together in them."""

    old: Grid
    new: Grid
    columns: Match[Column]
    rows: Match[RowKey]


def diff_grids(old: Grid, new: Grid, policy: HitPolicy) -> Iterator[Change]:
    """What changed in a table: columns first, then rows that are gone, then the others in the new order.

    Args:
        old: The table before.
        new: The table after.
        policy: The hit policy after, which says whether the order of rules and outputs matters.
    """
    columns = match_columns(old, new)
    pair = _Pair(old, new, columns, match_rows(old, new, columns))
    yield from _diff_columns(pair, policy)
    yield from (_tell_row(old, row, ChangeKind.REMOVED) for row in pair.rows.removed)
    yield from _diff_rows(pair, policy)


def name_row(row: RowKey) -> str:
    """What names a row, as one text."""
    return " ".join(row[0])


def _diff_columns(pair: _Pair, policy: HitPolicy) -> Iterator[Change]:
    for column in pair.columns.removed:
        yield _tell_column(pair.old, column, [row for row, _ in pair.rows.pairs], ChangeKind.REMOVED)
    for column in pair.columns.added:
        yield _tell_column(pair.new, column, [row for _, row in pair.rows.pairs], ChangeKind.ADDED)
    for old, new in pair.columns.pairs:
        if old != new:
            yield _tell_new_name(pair.new, Subject.COLUMN, old[0], new[0])
    if policy in _BY_OUTPUT:
        yield from _tell_moved_outputs(pair)


def _tell_moved_outputs(pair: _Pair) -> Iterator[Change]:
    file = pair.new.file
    old, new = (
        [column for column in grid.columns if is_output(file, column[0])] for grid in (pair.old, pair.new)
    )
    moves = _find_moves([each for each in pair.columns.pairs if each[1] in new], old, new)
    for column in new:
        if column in moves:
            yield Change(ChangeKind.MOVED, Subject.COLUMN, file, None, column[0], *moves[column], line=1)


def _diff_rows(pair: _Pair, policy: HitPolicy) -> Iterator[Change]:
    file, lines = pair.new.file, pair.new.lines
    ordered = file in DECISIONS and policy in _BY_ROW
    moves = _find_moves(pair.rows.pairs, pair.old.rows, pair.new.rows) if ordered else {}
    before = {new: old for old, new in pair.rows.pairs}
    for row, line in lines.items():
        if row not in before:
            yield _tell_row(pair.new, row, ChangeKind.ADDED)
            continue
        if before[row] != row:
            yield _tell_new_name(pair.new, Subject.ROW, name_row(before[row]), name_row(row), line)
        if row in moves:
            yield Change(ChangeKind.MOVED, Subject.ROW, file, name_row(row), None, *moves[row], line=line)
        yield from _diff_cells(pair, before[row], row)


def _diff_cells(pair: _Pair, old_row: RowKey, new_row: RowKey) -> Iterator[Change]:
    old, new = pair.old, pair.new
    for old_column, column in pair.columns.pairs:
        if column in new.others and old.read_meaning(old_row, old_column) != new.read_meaning(
            new_row, column
        ):
            yield Change(
                ChangeKind.CHANGED,
                Subject.CELL,
                new.file,
                name_row(new_row),
                column[0],
                old.rows[old_row][old_column],
                new.rows[new_row][column],
                new.lines[new_row],
                note_only=column[0] == NOTE,
                same_value=_is_same_value(pair, old_row, new_row, column),
            )


def _is_same_value(pair: _Pair, old_row: RowKey, new_row: RowKey, column: Column) -> bool:
    """Whether a cell of a parameter says the same number in another way."""
    if pair.new.file != PARAMETERS or column[0] not in _QUANTITIES:
        return False
    before, after = pair.old.rows[old_row], pair.new.rows[new_row]
    units = [cells.get(("unit", 0), "") for cells in (before, after)]
    return are_equal(name_row(new_row), (before[column], units[0]), (after[column], units[1]))


def _find_moves(
    pairs: Iterable[tuple[_Key, _Key]], old: Iterable[_Key], new: Iterable[_Key]
) -> dict[_Key, tuple[str, str]]:
    """Places before and after of what moved, by its new key."""
    then = {key: place for place, key in enumerate(old, 1)}
    now = {key: place for place, key in enumerate(new, 1)}
    # A key that is the same from either side, so that a change and its reverse move the same things.
    keys = {min((before, after), (after, before)): (before, after) for before, after in pairs}
    moved = find_moved(
        sorted(keys, key=lambda key: then[keys[key][0]]), sorted(keys, key=lambda key: now[keys[key][1]])
    )
    told = [keys[key] for key in moved]
    return {after: (str(then[before]), str(now[after])) for before, after in told}


def _tell_row(grid: Grid, row: RowKey, kind: ChangeKind) -> Change:
    cells = tuple((column[0], cell) for column in grid.others if (cell := grid.read_meaning(row, column)))
    line = grid.lines[row] if kind is ChangeKind.ADDED else None
    return Change(kind, Subject.ROW, grid.file, name_row(row), line=line, cells=cells)


def _tell_column(grid: Grid, column: Column, rows: Iterable[RowKey], kind: ChangeKind) -> Change:
    cells = tuple((name_row(row), cell) for row in rows if (cell := grid.read_meaning(row, column)))
    return Change(
        kind,
        Subject.COLUMN,
        grid.file,
        column=column[0],
        line=1 if kind is ChangeKind.ADDED else None,
        cells=cells,
        note_only=column[0] == NOTE,
    )


def _tell_new_name(grid: Grid, subject: Subject, old: str, new: str, line: int = 1) -> Change:
    row, column = (new, None) if subject is Subject.ROW else (None, new)
    return Change(ChangeKind.RENAMED, subject, grid.file, row, column, old, new, line)
