"""Reading the sheet of metrics: named formulas of a book."""

from __future__ import annotations

from engine.book.records import NAME, Record, read_records
from engine.errors import Diagnostic
from engine.language.metrics import Metric

FILE = "metrics.csv"
COLUMNS = (NAME, "formula", "unit", "minimum", "maximum", "note")


def read_metrics(text: str) -> tuple[tuple[Metric, ...], tuple[Diagnostic, ...]]:
    """Read `metrics.csv`; formulas are not checked yet.

    Returns:
        The metrics, and the faults of form in reading order.
    """
    records, faults = read_records(text, FILE, COLUMNS, required=(NAME, "formula"), texts=("note",))
    return tuple(_read_metric(record) for record in records), faults


def _read_metric(record: Record) -> Metric:
    return Metric(
        record[NAME],
        record["formula"],
        unit=record["unit"],
        minimum=record["minimum"],
        maximum=record["maximum"],
        row=record.line,
        note=record["note"],
    )
