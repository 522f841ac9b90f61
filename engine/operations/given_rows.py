"""Rows given by hand or in a file, with columns of the types that tables take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl

from engine.errors import BookErrors, Diagnostic
from engine.language.given import UNKNOWN
from engine.language.names import read_name
from engine.language.quantities import Quantity, read_quantity
from engine.language.to_polars import DTYPES, keep_finite
from engine.language.types import NUMBER, Kind, Name

ROW = "· row"
"""The column that numbers the rows; no name of a table can hold this sign."""

_PARQUET = ".parquet"
_DECIMAL_COMMA = r"^-?\d+,\d+$"


def read_rows(path: Path) -> pl.DataFrame:
    """The rows of a Parquet or CSV file, with `,` or `;`; an empty field and `null` are unknown.

    Raises:
        BookErrors: The file cannot be read as one.
    """
    try:
        if path.suffix == _PARQUET:
            return pl.read_parquet(path)
        return pl.read_csv(
            path,
            separator=_find_separator(path),
            null_values=["", UNKNOWN],
            try_parse_dates=True,
            infer_schema_length=None,
        )
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        fault = Diagnostic(
            "data.file", f"the rows cannot be read: {reason}", "give CSV or Parquet", path.name
        )
        raise BookErrors([fault]) from error


def _find_separator(path: Path) -> str:
    with path.open("rb") as file:
        return ";" if b";" in file.readline() else ","


def type_columns(rows: pl.DataFrame, names: Mapping[str, Name], file: str) -> pl.DataFrame:
    """The columns of a frame that have a name, as the language takes them, beside the number of the row.

    Args:
        rows: The frame.
        names: The names that are asked for.
        file: Where the frame comes from, for messages.

    Raises:
        BookErrors: Every column that holds something else than it is declared as.
    """
    chosen = [names[column] for column in rows.columns if column in names]
    faults = [
        _describe_misfit(name, rows[name.name], file)
        for name in chosen
        if not _may_hold(rows.schema[name.name], name.type.kind, rows[name.name])
    ]
    if faults:
        raise BookErrors(faults)
    numbered = pl.int_range(pl.len()).alias(ROW)
    return rows.select(numbered, *(_cast(name, rows.schema[name.name]) for name in chosen))


def find_mixed_columns(rows: pl.DataFrame, names: Iterable[str], file: str) -> list[Diagnostic]:
    """Columns that were meant to hold numbers: some values are, or all have a decimal comma.

    Args:
        rows: The frame, as read.
        names: The columns to look at.
        file: Where the frame comes from, for messages.
    """
    texts = [rows[name] for name in names if rows.schema.get(name) == pl.String]
    mixed = [column for column in texts if _find_no_numbers(column).len() and _is_meant_for_numbers(column)]
    return [_describe_misfit(Name(column.name, NUMBER), column, file) for column in mixed]


def _is_meant_for_numbers(column: pl.Series) -> bool:
    some = column.cast(pl.Float64, strict=False).is_not_null().any()
    return some or column.str.contains(_DECIMAL_COMMA).all()


def _describe_misfit(name: Name, column: pl.Series, file: str) -> Diagnostic:
    """A column that holds something else than it is declared as, at the first value that shows it."""
    places = _find_no_numbers(column) if name.type.kind is Kind.NUMBER and column.dtype == pl.String else None
    if places is None or places.is_empty():
        message = f"this is a {name.type}, and the file holds {str(column.dtype).lower()}"
        return Diagnostic("data.type", message, "mend the rows, or the type", file, 1, name.name)
    value, line = column[places[0]], None if file.endswith(_PARQUET) else places[0] + 2
    message = f"`{value}` is no number" + (
        f", and {places.len() - 1} more are none" if places.len() > 1 else ""
    )
    hint = "write decimals with a point, and leave out what is unknown"
    return Diagnostic("data.type", message, hint, file, line, name.name)


def _find_no_numbers(column: pl.Series) -> pl.Series:
    """Places of the texts that are no numbers."""
    return (column.is_not_null() & column.cast(pl.Float64, strict=False).is_null()).arg_true()


def _may_hold(dtype: pl.DataType, kind: Kind, column: pl.Series) -> bool:
    if column.null_count() == column.len():
        return True
    fits: dict[Kind, bool] = {
        Kind.NUMBER: dtype.is_numeric(),
        Kind.BOOLEAN: dtype == pl.Boolean,
        Kind.INSTANT: dtype in (pl.Datetime, pl.Date),
        Kind.DATE: dtype == pl.Date,
        Kind.TIME: dtype == pl.Time,
    }
    return fits.get(kind, not dtype.is_nested())


def _cast(name: Name, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name.name)
    if name.type.kind is Kind.NUMBER and dtype.is_numeric():
        return keep_finite(column.cast(pl.Float64)).alias(name.name)
    return column.cast(DTYPES[name.type.kind], strict=dtype.is_temporal() or dtype != pl.String)


def guess_name(name: str, text: str) -> Name | Diagnostic:
    """The name that a value of it speaks of; a number has the unit that the name bears."""
    read = read_quantity(name, text, "number")
    kind = read.type.kind if isinstance(read, Quantity) and text != UNKNOWN else Kind.NUMBER
    return read_name(name, str(kind))
