"""From the files of a book to the book as written, with every fault of form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from engine.book import allocation as allocation_sheet
from engine.book import limits as limits_sheet
from engine.book import metrics as metrics_sheet
from engine.book import parameters as parameters_sheet
from engine.book import targets as targets_sheet
from engine.book.allocation import read_allocation
from engine.book.book import Book
from engine.book.fingerprint import compute_fingerprint
from engine.book.folder import TABLES, BookFiles
from engine.book.limits import read_limits
from engine.book.manifest import FILE, Manifest, read_manifest
from engine.book.metrics import read_metrics
from engine.book.parameters import read_parameters
from engine.book.roles import CONTRACTS, Contract
from engine.book.scenarios import sheet as scenarios_sheet
from engine.book.scenarios.sheet import NO_SCENARIOS, read_scenarios
from engine.book.targets import read_targets
from engine.errors import Diagnostic
from engine.tables.model import OutputColumn, Table
from engine.tables.read import read_table

_Sheet = TypeVar("_Sheet")

_BLINDING = ("file.missing", "file.encoding", "sheet.empty", "sheet.quotes", "sheet.header.missing")
"""Faults that leave a whole file out: checking further would call every name in it unknown."""


@dataclass(frozen=True, slots=True)
class ReadBook:
    """What the files of a book held.

    Attributes:
        book: The book as far as it could be read, good for finding further faults; None without a whole
            file of it.
        diagnostics: Faults of form, file by file.
    """

    book: Book | None
    diagnostics: tuple[Diagnostic, ...]


def read_book(files: BookFiles) -> ReadBook:
    """Read the files of one version of a book."""
    texts = files.texts
    faults = list(files.diagnostics)

    manifest = _read(texts, FILE, read_manifest, faults)
    parameters = _read(texts, parameters_sheet.FILE, read_parameters, faults) or ()
    metrics = _read(texts, metrics_sheet.FILE, read_metrics, faults) or ()
    tables, wrong_tables = _read_tables(texts, manifest)
    faults += wrong_tables
    limits = _read(texts, limits_sheet.FILE, read_limits, faults) or ()
    allocation = _read(texts, allocation_sheet.FILE, read_allocation, faults) or ()
    targets = _read(texts, targets_sheet.FILE, read_targets, faults) or ()
    scenarios = _read(texts, scenarios_sheet.FILE, read_scenarios, faults) or NO_SCENARIOS
    if manifest is None or any(fault.code in _BLINDING for fault in faults):
        return ReadBook(None, tuple(faults))
    fingerprint = compute_fingerprint(files.raw)
    book = Book(
        *(files.name, fingerprint, manifest, parameters, metrics),
        *(tables, limits, allocation, targets, scenarios),
    )
    return ReadBook(book, tuple(faults))


def _read(
    texts: Mapping[str, str],
    file: str,
    reader: Callable[[str], tuple[_Sheet, tuple[Diagnostic, ...]]],
    faults: list[Diagnostic],
) -> _Sheet | None:
    """What a file holds, with its faults kept; None without the file."""
    if file not in texts:
        return None
    found, wrong = reader(texts[file])
    faults.extend(wrong)
    return found


def _read_tables(
    texts: Mapping[str, str], manifest: Manifest | None
) -> tuple[dict[str, Table], list[Diagnostic]]:
    tables: dict[str, Table] = {}
    faults: list[Diagnostic] = []
    if manifest is not None:
        faults += _check_policies(texts, manifest)
    for file, role in TABLES.items():
        if file not in texts:
            continue
        contract = CONTRACTS[role]
        terms = _list_outputs(contract, manifest)
        read = read_table(texts[file], role, terms, closed=True)
        faults += read.diagnostics
        if read.table is not None:
            faults += _check_contract(read.table, contract, file)
            policies = {} if manifest is None else manifest.hit_policies
            policy = policies.get(role, read.table.hit_policy)
            tables[role] = _complete(replace(read.table, hit_policy=policy), terms)
    return tables, faults


def _check_policies(texts: Mapping[str, str], manifest: Manifest) -> Iterator[Diagnostic]:
    """Tables without a hit policy, and settings of tables that there are not."""
    for file, role in TABLES.items():
        if file in texts and role not in manifest.hit_policies:
            message, hint = f'"hit_policy.{role}" is missing', f'add `{role} = "FIRST"` to [hit_policy]'
            yield Diagnostic("manifest.missing", message, hint, FILE, None, f"hit_policy.{role}")
    for key, settings in (("hit_policy", manifest.hit_policies), ("default", manifest.defaults)):
        for role in settings:
            if f"{role}.csv" not in texts:
                message, hint = f"it is set for {role}.csv, which is missing", "add the table, or take it out"
                yield Diagnostic("manifest.table", message, hint, FILE, None, f"{key}.{role}")


def _list_outputs(contract: Contract, manifest: Manifest | None) -> dict[str, OutputColumn]:
    defaults = {} if manifest is None else manifest.defaults.get(contract.role, {})
    legs = () if manifest is None else tuple(leg.name for leg in manifest.pairing.legs)
    return {
        term.name: OutputColumn(
            term.name,
            term.type,
            legs if term.of_legs else term.allowed,
            defaults.get(term.name, term.default),
        )
        for term in contract.outputs
    }


def _complete(table: Table, terms: Mapping[str, OutputColumn]) -> Table:
    """The table with a column of defaults for each output of its role that it leaves out."""
    present = {output.name for output in table.outputs}
    absent = tuple(column for name, column in terms.items() if name not in present)
    rules = tuple(replace(rule, outputs=(*rule.outputs, *("" for _ in absent))) for rule in table.rules)
    return replace(table, outputs=(*table.outputs, *absent), rules=rules)


def _check_contract(table: Table, contract: Contract, file: str) -> list[Diagnostic]:
    present = [output.name for output in table.outputs]
    return [
        Diagnostic(
            "table.output.missing", f'there is no output "{term.name}"', f"add `then {term.name}`", file, 1
        )
        for term in contract.outputs
        if term.required and term.name not in present and present
    ]
