"""How far a book looks back: no further than the history that every cycle is given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from engine.book import metrics
from engine.book.book import Book
from engine.errors import Diagnostic
from engine.language.core import Apply, Core, walk
from engine.language.metrics import BoundSheet
from engine.language.reach import LOOKING_BACK, measure_reaches
from engine.tables.checked import CheckedTable


def check_one_time(checked: CheckedTable) -> Iterator[Diagnostic]:
    """Faults of a table that looks back by itself: it is evaluated on the rows of one time."""
    table = checked.table
    headers = [column.header for column in table.inputs]
    back = {header: _looks_back(subject) for header, subject in zip(headers, checked.subjects, strict=True)}
    places = [(1, header) for header in headers if back[header]]
    for rule, tests, results in zip(table.rules, checked.tests, checked.results, strict=True):
        cells = zip(headers, tests, strict=True)
        places += [(rule.line, header) for header, test in cells if _looks_back(test) and not back[header]]
        outputs = zip(table.outputs, results, strict=True)
        places += [(rule.line, output.header) for output, result in outputs if _looks_back(result)]
    for line, header in places:
        message = "a table sees one time only and cannot look back"
        yield Diagnostic("table.history", message, "make it a metric", table.file, line, header)


def check_history(book: Book, sheet: BoundSheet) -> Iterator[Diagnostic]:
    """Faults of metrics that look back further than the manifest's `history`.

    Args:
        book: The book.
        sheet: Its metrics with the values of their parameters.
    """
    history_s = book.manifest.history.total_seconds()
    rows = {metric.name: metric.row for metric in book.metrics}
    for name, reach in measure_reaches(sheet.formulas).items():
        if reach > history_s:
            days = timedelta(seconds=reach) / timedelta(days=1)
            message = f"{name} looks back {days:.6g} d, further than the history of the book"
            hint = "set a longer `history` in book.toml, or shorten the window"
            yield Diagnostic("metric.reach", message, hint, metrics.FILE, rows[name], "formula")


def _looks_back(core: Core) -> bool:
    return any(isinstance(node, Apply) and node.function.scope in LOOKING_BACK for node in walk(core))
