"""The order in which a policy reads rules: as written, or by the rank of their outputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from engine.errors import Diagnostic
from engine.language.core import Constant, Core
from engine.language.quantities import Quantity, read_quantity
from engine.language.types import Kind
from engine.tables.model import HitPolicy, OutputColumn, Table

_RANKED = (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER)


def check_policy(table: Table) -> Iterator[Diagnostic]:
    """Faults of a hit policy that does not fit its table."""
    if table.aggregation is not None and table.hit_policy is not HitPolicy.COLLECT:
        message = f"hit policy {table.hit_policy} takes no aggregation"
        yield Diagnostic("policy.aggregation", message, "only COLLECT does", table.file)
    if table.aggregation is not None and len(table.outputs) > 1:
        message = f"COLLECT with {table.aggregation} takes one output, the table has {len(table.outputs)}"
        yield Diagnostic(
            "policy.aggregation", message, "leave out the aggregation, or split the table", table.file
        )
    if table.hit_policy in _RANKED and not any(output.allowed for output in table.outputs):
        message = f"hit policy {table.hit_policy} ranks rules by allowed values; no output has any"
        yield Diagnostic(
            "policy.priority", message, "list the allowed values, the most wanted first", table.file
        )


def check_ranks(table: Table, results: Sequence[Sequence[Core]]) -> Iterator[Diagnostic]:
    """Faults of outputs by which rules are ranked and that are not fixed."""
    if table.hit_policy not in _RANKED:
        return
    for rule, row in zip(table.rules, results, strict=True):
        for column, core in zip(table.outputs, row, strict=True):
            if column.allowed and not isinstance(core, Constant):
                message = f"rules are ranked by {column.name}, so it must be one of its allowed values"
                hint = f"one of {', '.join(column.allowed)}"
                yield Diagnostic("policy.priority", message, hint).at(
                    file=table.file, row=rule.line, column=column.header
                )


def rank_rules(table: Table, results: Sequence[Sequence[Core]]) -> tuple[int, ...]:
    """The places of a table's rules in the order its policy reads them."""
    places = range(len(table.rules))
    if table.hit_policy not in _RANKED:
        return tuple(places)
    return tuple(sorted(places, key=lambda place: _rank(table, results[place])))


def _rank(table: Table, row: Sequence[Core]) -> tuple[int, ...]:
    """Places of a rule's outputs among the allowed values; what is not listed comes last."""
    ranks: list[int] = []
    for column, core in zip(table.outputs, row, strict=True):
        allowed = read_allowed(column, core.type.kind)
        if allowed:
            value = core.value if isinstance(core, Constant) else None
            ranks.append(allowed.index(value) if value in allowed else len(allowed))
    return tuple(ranks)


def read_allowed(column: OutputColumn, kind: Kind) -> list[object]:
    """The allowed values of an output, as values of its kind; the most wanted first."""
    if kind is Kind.TEXT:
        return [word.strip('"') for word in column.allowed]
    read = [read_quantity(column.name, word) for word in column.allowed]
    values = [each.value for each in read if isinstance(each, Quantity)]
    return [float(value) if isinstance(value, Decimal) else value for value in values]
