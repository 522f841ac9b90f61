"""Domains: the range of values that a metric can have, by the bounds that its sheet states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.book.compile import CompiledBook
from engine.language.metrics import Metric
from engine.language.names import Scope
from engine.language.quantities import Quantity, read_quantity
from engine.language.types import Name


def read_domains(compiled: CompiledBook) -> Scope:
    """The names of a book, metrics with their `minimum` and `maximum` in their own unit."""
    return compiled.scope.with_names(_bound_metrics(compiled))


def _bound_metrics(compiled: CompiledBook) -> Iterator[Name]:
    for metric in compiled.book.metrics:
        name = compiled.scope.find(metric.name)
        if name is not None and (metric.minimum or metric.maximum):
            low, high = (_read_bound(metric, text, name) for text in (metric.minimum, metric.maximum))
            yield replace(name, minimum=low, maximum=high)


def _read_bound(metric: Metric, text: str, name: Name) -> float | None:
    """A bound counted in the unit of its metric; what has no unit of its own is counted in it already."""
    read = read_quantity(metric.name, text, metric.unit) if text else None
    if not isinstance(read, Quantity):
        return None
    if read.type.unit.plain or name.type.unit.scale is None or read.type.unit.scale is None:
        return float(read.count_in(read.type.unit))
    return float(read.count_in(name.type.unit))
