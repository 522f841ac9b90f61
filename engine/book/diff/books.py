"""Differences between two versions of a book, file by file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.book.contents import Content, read_contents
from engine.book.diff.change import Change, ChangeKind, Subject
from engine.book.diff.grid import Grid, read_grid
from engine.book.diff.settings import Settings, diff_settings, read_settings
from engine.book.diff.sheets import diff_grids
from engine.book.folder import BookFiles, refuse_encoding
from engine.book.manifest import FILE as MANIFEST
from engine.book.sheets import is_sheet, sort_files
from engine.errors import Diagnostic
from engine.tables.model import HitPolicy
from engine.tables.read import read_hit_policy


def diff_books(old: BookFiles, new: BookFiles) -> tuple[Change, ...]:
    """What changed from one version of a book to another: settings, columns, rules and cells.

    How a file is written makes no change: separators, quotes, byte order marks, line ends, space around
    cells, empty rows, the order of columns (except of outputs that are ranked), and of rows where no rule
    goes before another. A name that changed while all it stands for is equal is told as a new name. Faulty
    books are compared as far as their files can be cut into rows; a file that cannot is told as not compared.

    Args:
        old: The files before.
        new: The files after.

    Returns:
        The changes by file, in the order in which people read a book; none if the books say the same.
    """
    before, after = read_contents(old), read_contents(new)
    policies = _read_policies(after)
    changes: list[Change] = []
    for file in sort_files({*before, *after}):
        if file not in before or file not in after:
            kind = ChangeKind.ADDED if file in after else ChangeKind.REMOVED
            changes.append(Change(kind, Subject.FILE, file))
        elif before[file] != after[file]:
            changes += _diff_file(file, before[file], after[file], policies.get(file, HitPolicy.FIRST))
    return tuple(changes)


def _diff_file(file: str, old: Content, new: Content, policy: HitPolicy) -> Iterator[Change]:
    """What changed in one file whose contents differ."""
    if file != MANIFEST and not is_sheet(file):
        yield Change(ChangeKind.CHANGED, Subject.FILE, file)
        return
    before, after = _read(file, old), _read(file, new)
    if isinstance(before, Grid) and isinstance(after, Grid):
        yield from diff_grids(before, after, policy)
    elif isinstance(before, Settings) and isinstance(after, Settings):
        yield from diff_settings(before, after)
    else:
        whys = [_explain(side) if isinstance(side, Diagnostic) else None for side in (before, after)]
        line = after.row if isinstance(after, Diagnostic) else None
        yield Change(ChangeKind.NOT_COMPARED, Subject.FILE, file, old=whys[0], new=whys[1], line=line)


def _read(file: str, content: Content) -> Grid | Settings | Diagnostic:
    if isinstance(content, bytes):
        return refuse_encoding(file, content)
    return read_settings(content) if file == MANIFEST else read_grid(content, file)


def _explain(fault: Diagnostic) -> str:
    """Why a file cannot be read; its name stands before."""
    line = "" if fault.row is None else f"line {fault.row}: "
    return f"{line}{replace(fault, file=None, row=None, column=None)}"


def _read_policies(contents: dict[str, Content]) -> dict[str, HitPolicy]:
    """The hit policy of each table by its file, as far as the manifest can be read."""
    settings = _read(MANIFEST, contents.get(MANIFEST, ""))
    if not isinstance(settings, Settings):
        return {}
    return {
        f"{path[1]}.csv": read_hit_policy(value.strip('"'), None, [])[0]
        for path, value in settings.values.items()
        if path[0] == "hit_policy" and len(path) == 2
    }
