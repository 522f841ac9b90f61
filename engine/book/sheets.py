"""The tables of a book as sheets: their order, and what names a row of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath

from engine.book.manifest import FILE as MANIFEST
from engine.book.roles import CONTRACTS
from engine.tables.read import ID, NOTE

KEYS: Mapping[str, tuple[str, ...]] = {
    "parameters.csv": ("name",),
    "metrics.csv": ("name",),
    "universe.csv": (ID,),
    "entry.csv": (ID,),
    "exit.csv": (ID,),
    "sizing.csv": (ID,),
    "execution.csv": (ID,),
    "limits.csv": ("limit",),
    "allocation.csv": ("bucket",),
    "targets.csv": ("kpi", "over"),
    "scenarios.csv": (ID,),
}
"""Columns that name a row, for each table that a book may have, in the order in which people read them."""

DECISIONS = frozenset(f"{role}.csv" for role in CONTRACTS)
"""Tables whose other columns are conditions and, behind `then`, outputs."""

_FIRST = (MANIFEST, *KEYS)


def sort_files(names: Iterable[str]) -> list[str]:
    """File names in the order in which people read a book: manifest, known tables, then others by name."""
    return sorted(names, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))


def is_sheet(file: str) -> bool:
    """Whether a file is a table."""
    return PurePath(file).suffix == ".csv"


def is_output(file: str, header: str) -> bool:
    """Whether a column holds outputs."""
    return file in DECISIONS and header.split(maxsplit=1)[:1] == ["then"]


def is_condition(file: str, header: str) -> bool:
    """Whether a column holds conditions, where an empty cell and `-` both accept anything."""
    return file in DECISIONS and header not in {*KEYS[file], NOTE} and not is_output(file, header)
