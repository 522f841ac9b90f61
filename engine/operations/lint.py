"""Linting decision tables: those of a book, or a lone file whose columns are declared by hand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.book import manifest
from engine.book.compile import CompiledBook, compile_book
from engine.book.domains import read_domains
from engine.book.folder import DRAFT
from engine.book.load import load_book
from engine.errors import BookErrors, Diagnostic, UsageError
from engine.language.names import read_name, suggest
from engine.language.types import Name
from engine.tables.lint.analysis import lint_checked, lint_table
from engine.tables.lint.churn import find_checked_churn, find_churn
from engine.tables.lint.finding import Finding, Severity
from engine.tables.model import Table
from engine.tables.read import parse_table

ENTRY, EXIT = "entry", "exit"

_DOMAIN = re.compile(r"(?P<type>.*?)\s*\[(?P<low>[^\]]*)\.\.(?P<high>[^\]]*)\]")


@dataclass(frozen=True, slots=True)
class LoneTable:
    """What a book would say of a table, for a file that is in none.

    Attributes:
        hit_policy: One of the seven.
        aggregation: For COLLECT: `sum`, `min`, `max`, `count`; empty lists the outputs.
        schema: Columns as `name=type`, `name=type[low..high]` or `name=word|word`.
        parameters: Parameters as `name=value`.
        allowed: Values of outputs as `name=value|value`, the most wanted first.
        defaults: Outputs where no rule fires as `name=value`.
        exit: A table that closes what this one enters; None for none.
    """

    hit_policy: str = "FIRST"
    aggregation: str = ""
    schema: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    exit: Path | None = None


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
    draft = folder / DRAFT
    compiled = compile_book(load_book(draft if draft.is_dir() else folder))
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
    values = {parameter.name: parameter.value for parameter in compiled.book.parameters}
    tables = {role: compiled.tables[role] for role in roles}
    for table in tables.values():
        yield from lint_checked(table, scope, values)
    if tables.keys() >= {ENTRY, EXIT}:
        yield from find_checked_churn(tables[ENTRY], tables[EXIT], scope, values)


def _lint_file(path: Path, lone: LoneTable) -> Iterator[Finding]:
    if not lone.schema:
        raise UsageError(f"{path} is in no book: give the type of each column, as --schema spread=bps")
    schema = dict(map(_read_column, lone.schema))
    parameters = dict(_split(setting, "--parameter") for setting in lone.parameters)
    table = _read_table(path, lone)
    yield from lint_table(table, schema, parameters)
    if lone.exit is not None:
        leave = _read_table(lone.exit, LoneTable())
        yield from find_churn(table, leave, schema, parameters)


def _read_table(path: Path, lone: LoneTable) -> Table:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        fault = Diagnostic("file.encoding", "the file is not in UTF-8", "save it as CSV UTF-8", path.name)
        raise BookErrors([fault]) from error
    allowed = dict(_split(setting, "--allowed") for setting in lone.allowed)
    return parse_table(
        text,
        name=path.stem,
        hit_policy=lone.hit_policy,
        aggregation=lone.aggregation or None,
        allowed={name: words.split("|") for name, words in allowed.items()},
        defaults=dict(_split(setting, "--default") for setting in lone.defaults),
    )


def _split(setting: str, option: str) -> tuple[str, str]:
    name, equals, value = (part.strip() for part in setting.partition("="))
    if not equals or not name.isidentifier() or not value:
        raise UsageError(f"{option} {setting!r} is not of the form name=value")
    return name, value


def _read_column(setting: str) -> tuple[str, Any]:
    """The name and type of a column, with its domain or its words."""
    name, declared = _split(setting, "--schema")
    if "|" in declared:
        return name, [word.strip() for word in declared.split("|")]
    match = _DOMAIN.fullmatch(declared)
    if match is None:
        return name, declared
    read = read_name(name, match["type"] or "number")
    if not isinstance(read, Name):
        raise BookErrors([read])
    low, high = (_read_bound(text, setting) for text in (match["low"], match["high"]))
    return name, replace(read, minimum=low, maximum=high)


def _read_bound(text: str, setting: str) -> float | None:
    try:
        return float(text) if text.strip() else None
    except ValueError as error:
        raise UsageError(f"--schema {setting!r}: `{text}` is no number") from error
