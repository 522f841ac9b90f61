from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from engine.book.folder import KNOWN
from engine.book.load import load_book
from engine.book.workbook.choices import list_choices
from engine.book.workbook.glossary import list_glossary
from engine.book.workbook.read import read_workbook
from engine.book.workbook.write import write_workbook
from engine.errors import Diagnostic
from engine.operations.starter import find_starter

NEEDED = ("book.toml", "parameters.csv", "metrics.csv", "entry.csv")

Read = dict[str, str] | tuple[Diagnostic, ...]


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """The files of the starter book."""
    draft = find_starter() / "draft"
    return {file: (draft / file).read_bytes().decode() for file in NEEDED}


@pytest.fixture(scope="session")
def packed(texts: dict[str, str]) -> bytes:
    """The starter book as a workbook."""
    glossary = list_glossary(load_book(find_starter()))
    written = write_workbook(texts, glossary=glossary, choices=list_choices())
    assert isinstance(written, bytes)
    return written


@pytest.fixture(scope="session")
def read() -> Callable[..., Read]:
    """Reads a workbook of a book."""

    def read(data: bytes, name: str = "book.xlsx") -> Read:
        return read_workbook(data, name, known=KNOWN, needed=NEEDED)

    return read


@pytest.fixture(scope="session")
def repack() -> Callable[..., bytes]:
    """Replaces parts of a workbook, or adds some."""

    def repack(data: bytes, parts: dict[str, bytes]) -> bytes:
        packed = io.BytesIO()
        with ZipFile(io.BytesIO(data)) as old, ZipFile(packed, "w", ZIP_DEFLATED) as new:
            for name in dict.fromkeys([*old.namelist(), *parts]):
                new.writestr(name, parts[name] if name in parts else old.read(name))
        return packed.getvalue()

    return repack


@pytest.fixture(scope="session")
def find_part() -> Callable[[bytes, str], tuple[str, bytes]]:
    """The part of a sheet in a workbook of ours: its name and its content."""

    def find_part(data: bytes, sheet: str) -> tuple[str, bytes]:
        with ZipFile(io.BytesIO(data)) as archive:
            names = re.findall(rb'<sheet [^>]*name="(\w+)"', archive.read("xl/workbook.xml"))
            part = f"xl/worksheets/sheet{names.index(sheet.encode()) + 1}.xml"
            return part, archive.read(part)

    return find_part


@pytest.fixture(scope="session")
def cases() -> Path:
    """The folder of cases."""
    return Path(__file__).resolve().parents[3] / "cases" / "workbook"
