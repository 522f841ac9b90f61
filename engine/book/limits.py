"""The sheet of limits: what must hold of the book, its venues, coins and pairs, and what follows if not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from engine.book.measures import PAIR_SCOPES, SCOPES, see_limits
from engine.book.records import Record, choose_word, read_records, read_time_span
from engine.errors import Diagnostic
from engine.language.bind import bind
from engine.language.check import Checked, check_cell, check_formula
from engine.language.core import Apply, Core, walk
from engine.language.names import Scope
from engine.language.quantities import Quantity
from engine.language.types import Kind

FILE = "limits.csv"
KEY = "limit"
COLUMNS = (KEY, "scope", "measure", "must be", "for", "otherwise", "until", "note")
REQUIRED = (KEY, "scope", "measure", "must be", "otherwise", "until")

SEVERITIES = ("warn", "block entries", "rebalance", "top up", "reduce", "close", "halt")
"""What a breach leads to, from the mildest to the worst."""

_REPAIRS = ("rebalance", "top up")

RELEASES = ("clear", "manual", "next day", "next month")
"""Words for what releases a limit: that it holds again, a person, or the calendar."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit, as it is written.

    Attributes:
        id: Names the limit in decisions and reports.
        scope: What it is about, one of `SCOPES`.
        measure: Formula of what is bounded.
        must_be: The test that it has to pass.
        hold: How long a breach must last before it counts; None counts at once.
        otherwise: What a breach leads to, one of `SEVERITIES`.
        until: What releases it: one of `RELEASES`, a time span, or a test of the measure.
        row: Line of the file.
        note: For people.
    """

    id: str
    scope: str
    measure: str
    must_be: str
    hold: timedelta | None
    otherwise: str
    until: str
    row: int
    note: str


@dataclass(frozen=True, slots=True)
class CheckedLimit:
    """A limit whose texts are checked.

    Attributes:
        limit: As written.
        measure: What is bounded.
        test: True where the limit holds.
        release: The test that releases it; None where `until` is a word or a time span.
    """

    limit: Limit
    measure: Core
    test: Core
    release: Core | None

    def bind(self, parameters: Mapping[str, Quantity]) -> CheckedLimit:
        """The limit with the values of its parameters."""
        release = None if self.release is None else bind(self.release, parameters)
        measure, test = bind(self.measure, parameters), bind(self.test, parameters)
        return replace(self, measure=measure, test=test, release=release)


def read_limits(text: str) -> tuple[tuple[Limit, ...], tuple[Diagnostic, ...]]:
    """Read `limits.csv`; formulas and tests are not checked yet.

    Returns:
        The limits whose words are right, and the faults of form in reading order.
    """
    records, faults = read_records(text, FILE, COLUMNS, required=REQUIRED, texts=("note", KEY), key=KEY)
    limits: list[Limit] = []
    wrong = list(faults)
    for record in records:
        found = [fault for fault in _check_words(record) if fault is not None]
        wrong += found
        if not found and all(record[column] for column in REQUIRED):
            limits.append(_read_limit(record))
    return tuple(limits), tuple(wrong)


def _check_words(record: Record) -> Iterator[Diagnostic | None]:
    yield choose_word(record, "scope", SCOPES, "limit.scope", FILE)
    yield choose_word(record, "otherwise", SEVERITIES, "limit.otherwise", FILE)
    if record["otherwise"] in _REPAIRS and record["scope"] in SCOPES and record["scope"] not in PAIR_SCOPES:
        message = f'"{record["otherwise"]}" repairs one position, and the scope is {record["scope"]}'
        hint = f"take the scope position, or let it {SEVERITIES[1]}, reduce, close or halt"
        yield Diagnostic("limit.repair", message, hint, FILE, record.line, "otherwise")
    if record["for"] and read_time_span(record["for"]) is None:
        message, hint = f'"{record["for"]}" is no time span', "write `30s` or `5min`, or leave it empty"
        yield Diagnostic("limit.for", message, hint, FILE, record.line, "for")


def _read_limit(record: Record) -> Limit:
    return Limit(
        record[KEY],
        record["scope"],
        record["measure"],
        record["must be"],
        read_time_span(record["for"]) if record["for"] else None,
        record["otherwise"],
        record["until"],
        record.line,
        record["note"],
    )


def check_limits(limits: Sequence[Limit], known: Scope) -> tuple[tuple[CheckedLimit, ...], list[Diagnostic]]:
    """Check the texts of limits.

    Args:
        limits: The limits.
        known: Every name of the book.

    Returns:
        The limits that are sound, and the faults in reading order.
    """
    scopes = {scope: see_limits(scope, known) for scope in SCOPES}
    sound: list[CheckedLimit] = []
    faults: list[Diagnostic] = []
    for limit in limits:
        checked = _check_limit(limit, scopes[limit.scope], faults)
        sound += [] if checked is None else [checked]
    return tuple(sound), faults


def _check_limit(limit: Limit, scope: Scope, faults: list[Diagnostic]) -> CheckedLimit | None:
    def keep(checked: Checked, column: str) -> Core | None:
        faults.extend(fault.at(file=FILE, row=limit.row, column=column) for fault in checked.diagnostics)
        return checked.core

    measure = keep(check_formula(limit.measure, scope, kind=Kind.NUMBER, in_sheet=True), "measure")
    if measure is None:
        return None
    if any(isinstance(node, Apply) and node.function.scope != "row" for node in walk(measure)):
        message, hint = "a limit sees one time and one row only", "make it a metric"
        keep(Checked(None, (Diagnostic("table.history", message, hint),)), "measure")
        return None
    test = keep(check_cell(limit.must_be, measure, scope), "must be")
    release = None
    if limit.until not in RELEASES and read_time_span(limit.until) is None:
        checked = check_cell(limit.until, measure, scope)
        release = keep(checked, "until")
        if checked.diagnostics and checked.diagnostics[-1].hint not in scope.elsewhere.values():
            hint = f"a test, a time span such as `24h`, or one of {', '.join(RELEASES)}"
            faults[-1] = replace(faults[-1], hint=hint)
        if release is None:
            return None
    return None if test is None else CheckedLimit(limit, measure, test, release)
