"""Folders of a book: where its versions lie, and the files that belong to one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.book import allocation, limits, manifest, metrics, parameters, targets
from engine.book.roles import CONTRACTS
from engine.book.scenarios import sheet as scenarios
from engine.errors import Diagnostic
from engine.language.names import suggest

DRAFT, PUBLISHED, ACTIVE = "draft", "published", "ACTIVE"

TABLES = {f"{role}.csv": role for role in CONTRACTS}
NEEDED = (
    *(manifest.FILE, parameters.FILE, metrics.FILE),
    *(file for file, role in TABLES.items() if CONTRACTS[role].needed),
)
KNOWN = (
    *(manifest.FILE, parameters.FILE, metrics.FILE, "universe.csv", "entry.csv", "exit.csv", limits.FILE),
    *("sizing.csv", allocation.FILE, "execution.csv", targets.FILE, scenarios.FILE),
)
"""Every file that a book may have, in the order in which it is read."""

FOR_PEOPLE = (".md", ".txt")


@dataclass(frozen=True, slots=True)
class BookFiles:
    """The files of one version of a book.

    Attributes:
        name: The version: `draft`, or the name of a published one.
        texts: Content of each file by name; a file that is no text has none.
        raw: The bytes of each file by name.
        diagnostics: Faults of the folder: files that are missing, unknown or no text.
    """

    name: str
    texts: Mapping[str, str]
    raw: Mapping[str, bytes]
    diagnostics: tuple[Diagnostic, ...]


def find_version(path: Path, *, prefer_draft: bool = False) -> Path | Diagnostic:
    """The folder of the version that a path means.

    A folder with a manifest is a version itself. Of a book's folder it is the version that `ACTIVE` names,
    and the draft where none is published; or the draft first, for one who edits it.

    Args:
        path: A book's folder, its draft, or a published version.
        prefer_draft: Whether the draft goes before the active version.
    """
    if (path / manifest.FILE).is_file():
        return path
    draft, active = path / DRAFT, path / ACTIVE
    if draft.is_dir() and (prefer_draft or not active.is_file()):
        return draft
    if not active.is_file():
        hint = f"give the folder that holds `{manifest.FILE}`, or one with `{DRAFT}` inside"
        return Diagnostic("book.missing", f"{path} is no rule book", hint)
    version = path / PUBLISHED / active.read_text(encoding="utf-8", errors="replace").strip()
    if version.parent != path / PUBLISHED or not version.is_dir():
        message = f'{active} names the version "{version.name}", which is not there'
        return Diagnostic("book.active", message, "name a folder of `published`")
    return version


def read_folder(folder: Path) -> BookFiles:
    """Read the files of a version; hidden files and texts for people (`.md`, `.txt`) are left out."""
    raw = {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(".") and path.suffix not in FOR_PEOPLE
    }
    return gather_files(folder.name, raw)


def gather_files(name: str, raw: Mapping[str, bytes]) -> BookFiles:
    """The files of a version that lies in no folder yet.

    Args:
        name: The version.
        raw: The bytes of each file by name.
    """
    faults = list(_check_names(raw))
    texts = {}
    for file in KNOWN:
        if file in raw:
            try:
                texts[file] = raw[file].decode("utf-8-sig")
            except UnicodeDecodeError:
                faults.append(refuse_encoding(file, raw[file]))
    return BookFiles(name, texts, raw, tuple(faults))


def refuse_encoding(file: str, content: bytes) -> Diagnostic:
    """The fault of a file that is no text, at the first line that is none."""
    row = None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
    hint = "save it in UTF-8" + ("; a spreadsheet calls that `CSV UTF-8`" if file.endswith(".csv") else "")
    return Diagnostic("file.encoding", "the file is not in UTF-8", hint, file, row)


def _check_names(names: Mapping[str, bytes]) -> Iterator[Diagnostic]:
    missing = [name for name in NEEDED if name not in names]
    for name in names:
        if name not in KNOWN:
            absent = [known for known in KNOWN if known not in names]
            hint = (
                suggest(name, missing)
                or suggest(name, [*absent, *KNOWN])
                or f"the files of a book are {', '.join(KNOWN)}"
            )
            yield Diagnostic("file.unknown", "this is no table of a book", hint, name)
    for name in missing:
        yield Diagnostic("file.missing", "the file is missing", "every book has one", name)
