"""Linting decision tables: those of a book, or a lone file whose columns are declared by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from engine.book import manifest
from engine.book.catalogue import list_fresh_values
from engine.book.compile import CompiledBook, compile_book
from engine.book.domains import read_domains
from engine.book.load import load_draft
from engine.book.roles import CONTRACTS
from engine.book.values import take_own_values
from engine.errors import UsageError
from engine.language.names import Scope, suggest
from engine.operations.lone_tables import LoneTable, read_lone_table, read_schema, split_settings
from engine.tables.lint.analysis import lint_checked, lint_table
from engine.tables.lint.churn import find_checked_churn, find_churn
from engine.tables.lint.finding import Finding, Severity
from engine.tables.lint.restriction import restrict_table

UNIVERSE, ENTRY, EXIT = "universe", "entry", "exit"


@dataclass(frozen=True, slots=True)
class Linted:
    """What lint found.

    Attributes:
        path: The file or folder.
        findings: Every finding, table by table, errors first.
        summary: One line for people.
    """

    path: Path
    findings: tuple[Finding, ...]
    summary: str

    @property
    def failed(self) -> bool:
        """Whether a finding is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def lint_path(path: Path, lone: LoneTable) -> Linted:
    """Lint a table, or every table of a book.

    Args:
        path: A folder of a book, a table in one, or a lone CSV file.
        lone: What is to be known of a lone file.

    Raises:
        BookErrors: Every fault of the book or the table.
        UsageError: There is no such file, or an option is not of the form it must have.
    """
    if not path.exists():
        raise UsageError(f"{path}: there is no such file or folder")
    if path.is_dir() or (path.parent / manifest.FILE).is_file():
        findings = tuple(_lint_book(path))
    else:
        findings = tuple(_lint_file(path, lone))
    counts = Counter(finding.severity for finding in findings)
    told = ", ".join(f"{counts[severity]} {severity}" for severity in Severity if counts[severity])
    return Linted(path, findings, f"{path}: {told or 'nothing found'}")


def _lint_book(path: Path) -> Iterator[Finding]:
    folder = path if path.is_dir() else path.parent
    compiled = compile_book(load_draft(folder))
    roles = list(compiled.tables) if path.is_dir() else [path.stem]
    for role in roles:
        if role not in compiled.tables:
            hint = suggest(role, compiled.tables) or f"its tables are {', '.join(compiled.tables)}"
            raise UsageError(f"{path} is no decision table of the book; {hint}")
    yield from lint_book(compiled, roles)


def lint_book(compiled: CompiledBook, roles: Iterable[str]) -> Iterator[Finding]:
    """Lint tables of a book, with its parameters and the domains of its metrics.

    Args:
        compiled: The book.
        roles: The tables; churn is looked for where they include entry and exit.
    """
    scope = read_domains(compiled)
    values = take_own_values(compiled)
    tables = {role: compiled.tables[role] for role in roles}
    for role, table in tables.items():
        yield from lint_checked(table, scope.with_names(CONTRACTS[role].names), values)
    if tables.keys() >= {ENTRY, EXIT}:
        entry, universe = tables[ENTRY], compiled.tables.get(UNIVERSE)
        behind = entry if universe is None else restrict_table(entry, universe, "include")
        yield from find_checked_churn(behind, tables[EXIT], _see_entry(compiled, scope), values)


def _see_entry(compiled: CompiledBook, scope: Scope) -> Scope:
    """The names as they are in the moment of an entry: a position has no age and has earned nothing."""
    fresh = list_fresh_values(compiled.book.manifest.pairing.legs)
    return scope.with_names(
        replace(scope.names[name], minimum=value, maximum=value) for name, value in fresh.items()
    )


def _lint_file(path: Path, lone: LoneTable) -> Iterator[Finding]:
    if not lone.schema:
        raise UsageError(f"{path} is in no book: give the type of each column, as --schema spread=bps")
    schema = read_schema(lone.schema)
    parameters = split_settings(lone.parameters, "--parameter")
    table = read_lone_table(path, lone)
    yield from lint_table(table, schema, parameters)
    if lone.exit is not None:
        leave = read_lone_table(lone.exit, LoneTable())
        yield from find_churn(table, leave, schema, parameters)
