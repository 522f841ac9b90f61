"""Reading the sheet of metrics: named formulas of a book."""

from __future__ import annotations

from collections.abc import Iterator

from engine.book.records import NAME, Record, read_records
from engine.errors import Diagnostic
from engine.language.metrics import Metric
from engine.language.quantities import read_quantity
from engine.language.types import Kind

FILE = "metrics.csv"
COLUMNS = (NAME, "formula", "unit", "minimum", "maximum", "note")


def read_metrics(text: str) -> tuple[tuple[Metric, ...], tuple[Diagnostic, ...]]:
    """Read `metrics.csv`; formulas are not checked yet.

    Returns:
        The metrics, and the faults of form in reading order.
    """
    records, faults = read_records(text, FILE, COLUMNS, required=(NAME, "formula"), texts=("note",))
    bounds = [fault for record in records for fault in _check_bounds(record)]
    return tuple(_read_metric(record) for record in records), (*faults, *bounds)


def _check_bounds(record: Record) -> Iterator[Diagnostic]:
    for column in ("minimum", "maximum"):
        read = read_quantity(record[NAME], record[column]) if record[column] else None
        if read is not None and (isinstance(read, Diagnostic) or read.type.kind is not Kind.NUMBER):
            message = f'the {column} of "{record[NAME]}" is no number: `{record[column]}`'
            yield Diagnostic("metric.bound", message, "write one such as `5%`", FILE, record.line, column)


def _read_metric(record: Record) -> Metric:
    return Metric(
        record[NAME],
        "null" if record.ragged else record["formula"],
        unit=record["unit"],
        minimum=record["minimum"],
        maximum=record["maximum"],
        row=record.line,
        note=record["note"],
    )
