"""From a book as written to one whose every text is checked."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine.book import manifest, metrics, parameters
from engine.book.allocation import check_allocation
from engine.book.book import Book
from engine.book.catalogue import build_catalogue
from engine.book.leg_formulas import check_capitals, check_weights
from engine.book.limits import FILE as LIMITS_FILE
from engine.book.limits import CheckedLimit, check_limits
from engine.book.looking_back import check_one_time
from engine.book.measures import MEASURE_NAMES, type_measures
from engine.book.roles import CONTRACTS
from engine.book.scenarios.check import Trials, check_scenarios
from engine.book.targets import check_targets
from engine.errors import BookErrors, Diagnostic
from engine.language.core import Core
from engine.language.metrics import Sheet, check_metrics
from engine.language.names import Scope, suggest
from engine.language.types import Kind, Name, Stage, Type
from engine.language.units import PLAIN, find_unit
from engine.tables.checked import CheckedTable
from engine.tables.compile import check_table


@dataclass(frozen=True, slots=True)
class CompiledBook:
    """A book whose every text is checked; only its parameters have no values yet.

    Attributes:
        book: As written.
        scope: Every name that its tables may use.
        sheet: Its metrics, ordered.
        tables: Its decision tables by role.
        limits: Its limits.
        capitals: Of each leg, the equity that it ties up per unit of notional.
        weights: Of each leg, its quantity beside that of the others.
        shares: Of each bucket, its share of the capital.
        targets: The test of each target.
    """

    book: Book
    scope: Scope = field(repr=False)
    sheet: Sheet = field(repr=False)
    tables: Mapping[str, CheckedTable] = field(repr=False)
    limits: tuple[CheckedLimit, ...] = field(repr=False)
    capitals: tuple[Core, ...] = field(repr=False)
    weights: tuple[Core, ...] = field(repr=False)
    shares: tuple[Core, ...] = field(repr=False)
    targets: tuple[Core, ...] = field(repr=False)


def compile_book(book: Book) -> CompiledBook:
    """Check every text of a book.

    Raises:
        BookErrors: Every fault.
    """
    compiled = check_texts(book)
    if isinstance(compiled, CompiledBook):
        return compiled
    raise BookErrors(compiled)


def check_texts(book: Book, faulty: Container[str] = ()) -> CompiledBook | tuple[Diagnostic, ...]:
    """The checked book, or every fault in its names, formulas and cells, file by file.

    Args:
        book: The book.
        faulty: Files with faults of form, of which rows may be missing; no scenario is blamed for naming one.
    """
    reserved = build_catalogue(book.manifest.pairing.legs, book.manifest.words)
    faults = list(_check_names(book, reserved))
    scope = reserved.with_names(
        Name(parameter.name, parameter.value.type, Stage.PARAMETER, None, parameter.note)
        for parameter in book.parameters
        if reserved.find(parameter.name) is None
    )
    sheet = check_metrics([metric for metric in book.metrics if scope.find(metric.name) is None], scope)
    faults += sheet.diagnostics
    known = sheet.scope.with_names(_declare_faulty(book, sheet.scope))
    faults += _check_rank(book, known)
    capitals, wrong_capitals = check_capitals(book.manifest, known)
    weights, wrong_weights = check_weights(book.manifest, known)
    checked = {role: check_table(table, _narrow(known, role)) for role, table in book.tables.items()}
    faults += [*wrong_capitals, *wrong_weights]
    faults += [fault for table in checked.values() if not isinstance(table, CheckedTable) for fault in table]
    tables = {role: table for role, table in checked.items() if isinstance(table, CheckedTable)}
    faults += [fault for table in tables.values() for fault in check_one_time(table)]
    limits, wrong_limits = check_limits(book.limits, known)
    shares, wrong_shares = check_allocation(book.allocation, known)
    targets, wrong_targets = check_targets(book.targets, known)
    faults += [*wrong_limits, *wrong_shares, *wrong_targets]
    ids = None if wrong_limits or LIMITS_FILE in faulty else [limit.id for limit in book.limits]
    judged = {role: table for role, table in tables.items() if f"{role}.csv" not in faulty}
    trials = Trials(judged, ids, tuple(role for role in CONTRACTS if role not in book.tables))
    faults += check_scenarios(book.scenarios, known, book.parameters, trials)
    if faults:
        return tuple(faults)
    return CompiledBook(book, sheet.scope, sheet, tables, limits, capitals, weights, shares, targets)


def _check_names(book: Book, reserved: Scope) -> Iterator[Diagnostic]:
    """Names that are taken: by market data, positions, measures, or by a parameter."""
    own = [name for contract in CONTRACTS.values() for name in contract.names]
    reserved = Scope({name.name: name for name in (*type_measures(), *own)}).with_names(
        reserved.names.values()
    )
    for parameter in book.parameters:
        known = reserved.find(parameter.name)
        if known is not None:
            yield _refuse_reserved(known, parameters.FILE, parameter.row)
    values = {parameter.name: parameter.row for parameter in book.parameters}
    for metric in book.metrics:
        known = reserved.find(metric.name)
        if known is not None:
            yield _refuse_reserved(known, metrics.FILE, metric.row)
        elif metric.name in values:
            message = (
                f'"{metric.name}" is a parameter already, in line {values[metric.name]} of {parameters.FILE}'
            )
            yield Diagnostic("name.duplicate", message, "rename one", metrics.FILE, metric.row, "name")


def _refuse_reserved(name: Name, file: str, row: int | None) -> Diagnostic:
    message = f'"{name.name}" is a reserved name: {name.meaning}'
    return Diagnostic("name.reserved", message, "take another name", file, row, "name")


def _check_rank(book: Book, scope: Scope) -> Iterator[Diagnostic]:
    name = scope.find(book.manifest.rank_by)
    if name is None:
        hint = suggest(book.manifest.rank_by, scope.names)
        yield Diagnostic(
            "name.unknown", f'unknown name "{book.manifest.rank_by}"', hint, manifest.FILE, None, "rank_by"
        )
    elif name.type.kind is not Kind.NUMBER or name.stage < Stage.MARKET:
        message = f'"{name.name}" cannot rank pairs'
        yield Diagnostic(
            "manifest.rank", message, "take a number that differs by pair", manifest.FILE, None, "rank_by"
        )


def _declare_faulty(book: Book, scope: Scope) -> Iterator[Name]:
    """Metrics with a fault of their own, as numbers, so that tables do not call them unknown as well."""
    for metric in book.metrics:
        if scope.find(metric.name) is None:
            yield Name(metric.name, Type(Kind.NUMBER, find_unit(metric.unit) or PLAIN))


def _narrow(scope: Scope, role: str) -> Scope:
    """The names that a table of this role may see."""
    contract = CONTRACTS[role]
    seen = scope.up_to(contract.sees).with_names(contract.names)
    return replace(seen, elsewhere=dict.fromkeys(MEASURE_NAMES, "it is a measure, which only limits see"))
