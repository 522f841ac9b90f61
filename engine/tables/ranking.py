"""The order in which a policy reads rules: as written, or by the rank of their outputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.errors import Diagnostic
from engine.language.check import check_formula
from engine.language.core import Constant, Core
from engine.language.names import Scope
from engine.language.types import Kind, Type
from engine.tables.model import Aggregation, HitPolicy, OutputColumn, Table

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


def check_numbers(table: Table, default: Sequence[Core]) -> Iterator[Diagnostic]:
    """Faults of outputs that are to be aggregated and are no numbers."""
    if table.aggregation in (None, Aggregation.COUNT):
        return
    for column, core in zip(table.outputs, default, strict=True):
        if core.type.kind is not Kind.NUMBER:
            message = f"COLLECT with {table.aggregation} takes a number, {column.name} is a {core.type}"
            hint = "leave out the aggregation to list the values, or take count"
            yield Diagnostic("policy.aggregation", message, hint, table.file, column=column.header)


def rank_rules(table: Table, results: Sequence[Sequence[Core]]) -> tuple[int, ...]:
    """The places of a table's rules in the order its policy reads them."""
    places = range(len(table.rules))
    if table.hit_policy not in _RANKED:
        return tuple(places)
    ranks = [
        _rank_cells(column, [row[place] for row in results])
        for place, column in enumerate(table.outputs)
        if column.allowed
    ]
    return tuple(sorted(places, key=lambda place: [column[place] for column in ranks]))


def _rank_cells(column: OutputColumn, cells: Sequence[Core]) -> list[int]:
    """The place of each rule's output among the allowed values; what is not listed comes last."""
    allowed = {type_: read_allowed(column, type_) for type_ in {core.type for core in cells}}
    return [_find(core.value if isinstance(core, Constant) else None, allowed[core.type]) for core in cells]


def _find(value: object, allowed: Sequence[object]) -> int:
    return allowed.index(value) if value in allowed else len(allowed)


def read_allowed(column: OutputColumn, type_: Type) -> tuple[object, ...]:
    """The allowed values of an output, as values of its type; the most wanted first."""
    if type_.kind is Kind.TEXT:
        return tuple(strip_quotes(word) for word in column.allowed)
    unit = None if type_.unit.plain else type_.unit
    read = (check_formula(word, Scope({}), kind=type_.kind, unit=unit).core for word in column.allowed)
    return tuple(core.value for core in read if isinstance(core, Constant))


def strip_quotes(text: str) -> str:
    """A text without the quotes that may stand around it."""
    quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return text[1:-1] if quoted else text
