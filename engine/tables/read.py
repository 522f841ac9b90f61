"""From the text of a CSV file to a decision table, or to every fault of its form."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

from engine.errors import BookErrors, Diagnostic
from engine.language.names import suggest
from engine.tables.model import (
    Aggregation,
    HitPolicy,
    InputColumn,
    OutputColumn,
    Rule,
    Table,
    write_value,
)
from engine.tables.sheet import Sheet, check_cells, read_sheet

ID, NOTE = "id", "note"
RESERVED_OUTPUTS = ("rule", "state", "possible")
"""Columns that stand beside the outputs in a result."""

_Word = TypeVar("_Word", bound=StrEnum)
_OUTPUT = re.compile(r"then\b\s*(.*)")
_MISTYPED = re.compile(r"(\w{3,5}?)(?:\s+|(?<=(?i:then))_)([^\W\d]\w*)")
_IDENTIFIER = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class ReadTable:
    """What a text held.

    Attributes:
        table: The table as far as it could be read, good for finding further faults; None if nothing could.
        diagnostics: Faults of form, in reading order.
    """

    table: Table | None
    diagnostics: tuple[Diagnostic, ...]


def parse_table(
    csv_text: str,
    *,
    name: str,
    hit_policy: str,
    aggregation: str | None = None,
    outputs: Mapping[str, Any] | None = None,
    allowed: Mapping[str, Sequence[Any]] | None = None,
    defaults: Mapping[str, Any] | None = None,
) -> Table:
    """Read a decision table.

    Args:
        csv_text: Header `id`, inputs (a name or any formula), outputs `then NAME`, `note`; then a row a rule.
        name: What the table decides; messages name the file `NAME.csv`.
        hit_policy: One of the seven of `HitPolicy`.
        aggregation: For COLLECT: `sum`, `min`, `max` or `count`.
        outputs: Outputs the table may have, with type and unit as in a schema; None takes any.
        allowed: Values an output may have, the most wanted first.
        defaults: Values of outputs where a cell is empty or no rule fires.

    Raises:
        BookErrors: Every fault of form.
    """
    faults: list[Diagnostic] = []
    file = f"{name}.csv"
    policy = read_hit_policy(hit_policy, aggregation, faults)
    terms = _declare(outputs, allowed or {}, defaults or {})
    read = read_table(csv_text, name, terms, closed=outputs is not None)
    faults += read.diagnostics
    if read.table is not None:
        faults += _check_terms(read.table, outputs or {}, {**(allowed or {}), **(defaults or {})})
    if faults or read.table is None:
        raise BookErrors(fault if fault.file else fault.at(file=file) for fault in faults)
    return replace(read.table, hit_policy=policy[0], aggregation=policy[1])


def read_table(text: str, name: str, terms: Mapping[str, OutputColumn], *, closed: bool) -> ReadTable:
    """Read a decision table, with hit policy FIRST until the book says otherwise.

    Args:
        text: Content of the file.
        name: What the table decides.
        terms: What is known of outputs, by name.
        closed: Whether the table may have no other outputs.
    """
    sheet = read_sheet(text, f"{name}.csv")
    if not sheet.header:
        return ReadTable(None, sheet.diagnostics)
    faults = [*sheet.diagnostics, *check_cells(sheet, frozenset({ID, NOTE}))]
    faults += _check_ids(sheet)
    inputs, outputs = _split_header(sheet, terms, closed, faults)
    rules = tuple(_read_rules(sheet, list(inputs), list(outputs)))
    table = Table(
        name,
        sheet.file,
        tuple(InputColumn(sheet.header[place]) for place in inputs),
        tuple(outputs.values()),
        rules,
        HitPolicy.FIRST,
    )
    return ReadTable(table, tuple(sorted(faults, key=lambda fault: fault.row or 0)))


def read_hit_policy(
    text: str, aggregation: str | None, faults: list[Diagnostic]
) -> tuple[HitPolicy, Aggregation | None]:
    """The hit policy and aggregation that two texts name; what is wrong is added to `faults`."""
    policy = _read_word(HitPolicy, text, "hit policy", faults) or HitPolicy.FIRST
    if aggregation is None:
        return policy, None
    if policy is not HitPolicy.COLLECT:
        message = f"an aggregation (`{aggregation}`) belongs to COLLECT, not to {policy}"
        faults.append(Diagnostic("policy.aggregation", message, "leave it out"))
    return policy, _read_word(Aggregation, aggregation, "aggregation", faults)


def _read_word(words: type[_Word], text: str, what: str, faults: list[Diagnostic]) -> _Word | None:
    known = {str(word).casefold(): word for word in words}
    found = known.get(" ".join(str(text).casefold().replace("_", " ").split()))
    if found is None:
        hint = suggest(str(text).upper() if words is HitPolicy else str(text), list(words))
        message = f'unknown {what} "{text}"'
        faults.append(Diagnostic("policy.unknown", message, hint or f"it is one of {', '.join(words)}"))
    return found


def _declare(
    outputs: Mapping[str, Any] | None, allowed: Mapping[str, Sequence[Any]], defaults: Mapping[str, Any]
) -> dict[str, OutputColumn]:
    names = dict.fromkeys([*(outputs or {}), *allowed, *defaults])
    return {
        name: OutputColumn(
            name,
            (outputs or {}).get(name),
            tuple(write_value(value) for value in allowed.get(name, ())),
            defaults.get(name),
        )
        for name in names
    }


def _check_terms(
    table: Table, outputs: Mapping[str, Any], settled: Mapping[str, Any]
) -> Iterator[Diagnostic]:
    """Allowed values and defaults of outputs that there are not."""
    headed = [column.name for column in table.outputs]
    for name in settled:
        if name not in headed and name not in outputs:
            message = f'allowed values or a default are given for "{name}", which is no output of the table'
            hint = suggest(name, headed) or "leave them out"
            yield Diagnostic("table.output.unknown", message, hint, table.file, 1)


def _check_ids(sheet: Sheet) -> Iterator[Diagnostic]:
    place = sheet.find_column(ID)
    if place is None:
        hint = "give the rules a first column `id`" + (
            "" if not sheet.header else "; " + suggest(sheet.header[0], [ID])
        )
        yield Diagnostic(
            "table.id.missing", "there is no column `id`", hint.removesuffix("; "), sheet.file, 1
        )
        return
    lines: dict[str, int] = {}
    for row in sheet.rows:
        name = row.cells[place]
        if not name:
            yield Diagnostic("rule.id.missing", "the rule has no id", "name it", sheet.file, row.line, ID)
        elif name in lines:
            message = f'the id "{name}" is taken by line {lines[name]}'
            yield Diagnostic("rule.id.duplicate", message, "give it another", sheet.file, row.line, ID)
        lines.setdefault(name, row.line)


def _split_header(
    sheet: Sheet, terms: Mapping[str, OutputColumn], closed: bool, faults: list[Diagnostic]
) -> tuple[list[int], dict[int, OutputColumn]]:
    """Places of the inputs, and the outputs by place."""
    inputs, outputs = [], {}
    for place, header in enumerate(sheet.header):
        if header in {"", ID, NOTE} or header in sheet.header[:place]:
            continue
        marked = _OUTPUT.fullmatch(header)
        if marked is None:
            inputs.append(place)
            meant = _guess_output(header, terms)
            if meant is not None and f"then {meant}" not in sheet.header:
                message, hint = f'the output "{meant}" is not marked as one', f"head it `then {meant}`"
                faults.append(Diagnostic("table.output.unmarked", message, hint, sheet.file, 1, header))
            continue
        fault = _check_output(marked[1], terms, closed)
        if fault is None:
            outputs[place] = terms.get(marked[1], OutputColumn(marked[1]))
        else:
            faults.append(fault.at(file=sheet.file, row=1, column=header))
    if not any(_OUTPUT.fullmatch(header) for header in sheet.header):
        known = f", such as `then {next(iter(terms))}`" if terms else ""
        hint = f"mark a column as an output with `then NAME`{known}"
        faults.append(Diagnostic("table.output.none", "the table has no output", hint, sheet.file, 1))
    return inputs, outputs


def _guess_output(header: str, terms: Mapping[str, OutputColumn]) -> str | None:
    """The output that a header without its mark may mean: `size`, `Then size`, `then_size`, `thn size`."""
    if header in terms:
        return header
    mistyped = _MISTYPED.fullmatch(header)
    if mistyped is None or not difflib.get_close_matches(mistyped[1].casefold(), ["then"], cutoff=0.75):
        return None
    return mistyped[2]


def _check_output(name: str, terms: Mapping[str, OutputColumn], closed: bool) -> Diagnostic | None:
    if not _IDENTIFIER.fullmatch(name):
        return Diagnostic("table.output.name", f'"{name}" is no name of an output', "write `then NAME`")
    if name in RESERVED_OUTPUTS:
        return Diagnostic(
            "table.output.name", f'"{name}" is a name that results have for themselves', "take another"
        )
    if closed and name not in terms:
        hint = suggest(name, terms) or f"outputs here are {', '.join(terms)}"
        return Diagnostic("table.output.unknown", f'unknown output "{name}"', hint)
    return None


def _read_rules(sheet: Sheet, inputs: list[int], outputs: list[int]) -> Iterator[Rule]:
    ids, notes = sheet.find_column(ID), sheet.find_column(NOTE)
    for row in sheet.rows:
        yield Rule(
            "" if ids is None else row.cells[ids],
            row.line,
            tuple(row.cells[place] for place in inputs),
            tuple(row.cells[place] for place in outputs),
            "" if notes is None else row.cells[notes],
        )
