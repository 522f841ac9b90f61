"""Columns that a table reads, and frames that do not have them as they were declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from engine.errors import Diagnostic
from engine.language.core import Apply, Column, Core, walk
from engine.language.types import Kind

_FITTING: dict[Kind, tuple[Any, ...]] = {
    Kind.TEXT: (pl.String, pl.Categorical, pl.Enum),
    Kind.BOOLEAN: (pl.Boolean,),
    Kind.INSTANT: (pl.Datetime,),
    Kind.DATE: (pl.Date,),
    Kind.TIME: (pl.Time,),
}


_AXES: dict[str, dict[str, Kind]] = {
    "lag": {"pair": Kind.TEXT, "ts": Kind.INSTANT},
    "window": {"pair": Kind.TEXT, "ts": Kind.INSTANT, "step_s": Kind.NUMBER},
    "section": {"ts": Kind.INSTANT},
}
"""What functions of other rows read beside their arguments."""


def find_columns(cores: Iterable[Core]) -> dict[str, Kind]:
    """The columns that checked texts read, each with its kind, in the order of the texts."""
    columns: dict[str, Kind] = {}
    for node in (node for core in cores for node in walk(core)):
        if isinstance(node, Column):
            columns[node.name] = node.type.kind
        elif isinstance(node, Apply):
            columns |= _AXES.get(node.function.scope, {})
    return columns


def sees_other_rows(cores: Iterable[Core]) -> bool:
    """Whether the value of a text in one row depends on other rows."""
    nodes = (node for core in cores for node in walk(core))
    return any(isinstance(node, Apply) and node.function.scope != "row" for node in nodes)


def check_columns(frame: pl.DataFrame, columns: Mapping[str, Kind], file: str) -> Iterator[Diagnostic]:
    """Columns that a frame lacks, or that hold something else than was declared.

    Args:
        frame: The frame.
        columns: The columns it must have.
        file: Name of the table's file for messages.
    """
    schema = frame.schema
    for name, kind in columns.items():
        dtype = schema.get(name)
        if dtype is None:
            hint = "add it, with null where it is not known"
            yield Diagnostic("frame.column", f'the frame has no column "{name}"', hint, file)
        elif not _fits(dtype, kind):
            message = f'the column "{name}" of the frame holds {dtype}, the table was compiled for a {kind}'
            yield Diagnostic("frame.type", message, "cast the column, or compile for what it holds", file)


def _fits(dtype: pl.DataType, kind: Kind) -> bool:
    """Whether a column can have the values; one of nulls alone has none yet."""
    if dtype == pl.Null:
        return True
    return dtype.is_numeric() if kind is Kind.NUMBER else dtype in _FITTING[kind]
