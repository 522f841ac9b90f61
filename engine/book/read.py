"""From the files of a book to the book as written, with every fault of form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.book.book import Book
from engine.book.fingerprint import compute_fingerprint
from engine.book.folder import TABLES, BookFiles
from engine.book.manifest import FILE, Manifest, read_manifest
from engine.book.metrics import FILE as METRICS_FILE
from engine.book.metrics import read_metrics
from engine.book.parameters import FILE as PARAMETERS_FILE
from engine.book.parameters import read_parameters
from engine.book.roles import CONTRACTS, Contract
from engine.errors import Diagnostic
from engine.tables.model import OutputColumn, Table
from engine.tables.read import read_table

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
    manifest, faults = read_manifest(texts[FILE]) if FILE in texts else (None, ())
    parameters, wrong_parameters = (
        read_parameters(texts[PARAMETERS_FILE]) if PARAMETERS_FILE in texts else ((), ())
    )
    metrics, wrong_metrics = read_metrics(texts[METRICS_FILE]) if METRICS_FILE in texts else ((), ())
    tables, wrong_tables = _read_tables(texts, manifest)
    diagnostics = (*files.diagnostics, *faults, *wrong_parameters, *wrong_metrics, *wrong_tables)
    if manifest is None or any(fault.code in _BLINDING for fault in diagnostics):
        return ReadBook(None, diagnostics)
    fingerprint = compute_fingerprint(files.raw)
    return ReadBook(Book(files.name, fingerprint, manifest, parameters, metrics, tables), diagnostics)


def _read_tables(
    texts: Mapping[str, str], manifest: Manifest | None
) -> tuple[dict[str, Table], list[Diagnostic]]:
    tables: dict[str, Table] = {}
    faults: list[Diagnostic] = []
    for file, role in TABLES.items():
        if file not in texts:
            continue
        contract = CONTRACTS[role]
        defaults = {} if manifest is None else manifest.defaults.get(role, {})
        terms = _list_outputs(contract, defaults)
        read = read_table(texts[file], role, terms, closed=True)
        faults += read.diagnostics
        if read.table is not None:
            faults += _check_contract(read.table, contract, file)
            policy = read.table.hit_policy if manifest is None else manifest.hit_policies[role]
            tables[role] = _complete(replace(read.table, hit_policy=policy), terms)
    return tables, faults


def _list_outputs(contract: Contract, defaults: Mapping[str, Any]) -> dict[str, OutputColumn]:
    return {
        term.name: OutputColumn(term.name, term.type, (), defaults.get(term.name, term.default))
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
