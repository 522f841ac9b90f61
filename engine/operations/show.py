"""A book for reading: its manifest and its tables as they are written, as far as they can be read."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from engine.book.behaviour import compute_behaviour
from engine.book.compile import compile_book
from engine.book.contents import Content, parse_manifest, read_contents
from engine.book.fingerprint import compute_fingerprint
from engine.book.folder import BookFiles, find_version, read_folder, refuse_encoding
from engine.book.load import check_files
from engine.book.manifest import FILE as MANIFEST
from engine.book.read import read_book
from engine.book.sheets import KEYS, is_condition, is_sheet, sort_files
from engine.errors import BookErrors, Diagnostic, UsageError
from engine.language.names import suggest
from engine.tables.sheet import read_sheet


@dataclass(frozen=True, slots=True)
class TableView:
    """A table as it is written.

    Attributes:
        file: Name of the file.
        header: Headers, each once: one that stands again has its number behind it, an empty one its place.
        rows: Cells of each row that fits the header.
        policy: Its hit policy, if the manifest names one.
    """

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    policy: str | None

    @property
    def name(self) -> str:
        """What it is called: its file without the ending."""
        return self.file.removesuffix(".csv")

    def list_records(self) -> list[dict[str, str]]:
        """Each row as a dictionary by header."""
        return [dict(zip(self.header, row, strict=True)) for row in self.rows]

    def list_entries(self) -> list[tuple[str, dict[str, str]]]:
        """Each row by what names it, with the cells that say something."""
        keys = [key for key in KEYS.get(self.file, ()) if key in self.header] or [*self.header[:1]]
        entries = []
        for record in self.list_records():
            name = " ".join(record.pop(key) for key in keys)
            cells = {header: cell for header, cell in record.items() if self._says(header, cell)}
            entries.append((name, cells))
        return entries

    def _says(self, header: str, cell: str) -> bool:
        return bool(cell) and not (cell == "-" and is_condition(self.file, header))


@dataclass(frozen=True, slots=True)
class BookView:
    """A book as it is written.

    Attributes:
        path: Folder of the version.
        version: `draft`, or the name of the published version.
        fingerprint: Changes with any character of any file.
        behaviour: Changes only with what the book does; None if the book has faults.
        manifest: Its values; None if it was not asked for, is missing or cannot be read.
        tables: The tables that were asked for, in the order in which people read a book.
        diagnostics: Why files could not be read, or rows of them; a check finds the other faults.
    """

    path: Path
    version: str
    fingerprint: str
    behaviour: str | None
    manifest: dict[str, Any] | None
    tables: tuple[TableView, ...]
    diagnostics: tuple[Diagnostic, ...]


def view_book(path: Path, table: str | None = None) -> BookView:
    """Read a book for a reader; a faulty one too, as far as its files can be cut into cells.

    Args:
        path: A book's folder (its draft, or the active version where there is no draft), a draft, or a
            published version.
        table: Name of the only table wanted; None wants all and the manifest.

    Raises:
        BookErrors: The path is no book.
        UsageError: The book has no such table.
    """
    folder = find_version(path, prefer_draft=True)
    if isinstance(folder, Diagnostic):
        raise BookErrors([folder])
    files = read_folder(folder)
    contents = read_contents(files)
    wanted = [file for file in sort_files(contents) if is_sheet(file)]
    faults: list[Diagnostic] = []
    manifest = _read_manifest(contents, faults)
    if table is not None:
        faults, wanted = [], [_choose(table, wanted)]
    policies = (manifest or {}).get("hit_policy")
    tables = [_read_table(file, contents[file], policies, faults) for file in wanted]
    return BookView(
        folder,
        files.name,
        compute_fingerprint(files.raw),
        _find_behaviour(files),
        manifest if table is None else None,
        tuple(tables),
        tuple(faults),
    )


def _find_behaviour(files: BookFiles) -> str | None:
    book = None if check_files(files) else read_book(files).book
    return None if book is None else compute_behaviour(compile_book(book))


def _choose(table: str, files: list[str]) -> str:
    """The file of the table with a name."""
    file = f"{table.removesuffix('.csv')}.csv"
    if file not in files:
        names = [each.removesuffix(".csv") for each in files]
        hint = suggest(table.removesuffix(".csv"), names) or f"tables are {', '.join(names)}"
        raise UsageError(f'the book has no table "{table}"; {hint}')
    return file


def _read_manifest(contents: dict[str, Content], faults: list[Diagnostic]) -> dict[str, Any] | None:
    if MANIFEST not in contents:
        return None
    content = contents[MANIFEST]
    manifest = refuse_encoding(MANIFEST, content) if isinstance(content, bytes) else parse_manifest(content)
    if isinstance(manifest, Diagnostic):
        faults.append(manifest)
        return None
    return {key: _write_plain(value) for key, value in manifest.items()}


def _write_plain(value: Any) -> Any:
    """A value of TOML as JSON has it; what JSON has no form for as text."""
    if isinstance(value, dict):
        return {key: _write_plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_write_plain(each) for each in value]
    strange = isinstance(value, time) or (isinstance(value, float) and not math.isfinite(value))
    return str(value) if strange else value


def _read_table(file: str, content: Content, policies: object, faults: list[Diagnostic]) -> TableView:
    policy = policies.get(file.removesuffix(".csv")) if isinstance(policies, dict) else None
    told = policy if isinstance(policy, str) else None
    if isinstance(content, bytes):
        faults.append(refuse_encoding(file, content))
        return TableView(file, (), (), told)
    sheet = read_sheet(content, file)
    faults += sheet.diagnostics
    rows = tuple(row.cells for row in sheet.rows)
    return TableView(file, tuple(_tell_apart(sheet.header)), rows, told)


def _tell_apart(header: tuple[str, ...]) -> Iterator[str]:
    """Headers of which no two are alike."""
    seen: Counter[str] = Counter()
    for place, name in enumerate(header, 1):
        seen[name] += 1
        if not name:
            yield f"(column {place})"
        else:
            yield name if seen[name] == 1 else f"{name} ({seen[name]})"
