"""A whole book out to an Excel workbook, and back."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.book.diff.books import diff_books
from engine.book.diff.change import Change
from engine.book.fingerprint import compute_fingerprint
from engine.book.folder import KNOWN, NEEDED, find_version, gather_files, read_folder
from engine.book.load import check_files
from engine.book.manifest import FILE as MANIFEST
from engine.book.read import read_book
from engine.book.workbook.choices import list_choices
from engine.book.workbook.glossary import list_glossary
from engine.book.workbook.grid import adopt_dialect
from engine.book.workbook.lines import adopt_line_ends
from engine.book.workbook.names import name_sheet
from engine.book.workbook.origin import read_origin
from engine.book.workbook.package import MOST_BYTES
from engine.book.workbook.places import place_faults
from engine.book.workbook.read import read_workbook
from engine.book.workbook.write import write_workbook
from engine.errors import BookErrors, Diagnostic, UsageError
from engine.operations.drafts import find_book, find_draft, read_name, replace_file
from engine.operations.imports import Import, is_newer, keep_files

SUFFIX = ".xlsx"
_MOST_TOLD = 20
_NOT_HELD = ("file.unknown", "file.encoding")
"""Faults of a folder that a workbook would hide."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A book that was written as a workbook.

    Attributes:
        path: The folder of the version.
        file: The workbook.
        sheets: Sheets that hold its files.
        faults: How many faults the book has; they are in the workbook as they are in the files.
    """

    path: Path
    file: Path
    sheets: tuple[str, ...]
    faults: int


@dataclass(frozen=True, slots=True)
class Imported:
    """A workbook that was read into a draft.

    Attributes:
        file: The workbook.
        folder: The draft.
        changed: Files that were written.
        unchanged: Files whose every cell was as before; they were not touched.
        changes: What it changed, by rule and cell; empty if there was no draft before.
        kept: Folder with the files as they were; None if none of them changed.
    """

    file: Path
    folder: Path
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    kept: Path | None = None


def export_book(path: Path, file: Path, *, overwrite: bool = False) -> Exported:
    """Write a book as a workbook; a book with faults too, so that they can be mended in a spreadsheet.

    Args:
        path: A book's folder (its draft, or the active version where there is no draft), a draft, or a
            published version.
        file: The workbook.
        overwrite: Whether it may replace another file, which may hold edits.

    Raises:
        BookErrors: There is no book, or something in it that a workbook cannot hold.
        UsageError: The file is there already, is named otherwise, or cannot be written.
    """
    if file.suffix != SUFFIX:
        raise UsageError(f"{file}: name the workbook with the suffix {SUFFIX}")
    folder = find_version(path, prefer_draft=True)
    if isinstance(folder, Diagnostic):
        raise BookErrors([folder])
    files = read_folder(folder)
    not_held = [fault for fault in files.diagnostics if fault.code in _NOT_HELD]
    if not_held:
        raise BookErrors(not_held)
    texts = {name: files.raw[name].decode("utf-8") for name in KNOWN if name in files.raw}
    book = read_book(files).book
    legs = () if book is None else tuple(leg.name for leg in book.manifest.pairing.legs)
    packed = write_workbook(
        texts,
        glossary=list_glossary(book),
        choices=list_choices(legs),
        origin=compute_fingerprint(files.raw),
    )
    if isinstance(packed, tuple):
        raise BookErrors(packed)
    if not overwrite and file.exists() and not (file.is_file() and file.read_bytes() == packed):
        raise UsageError(f"{file} is there already; import it first, or let it go with --overwrite")
    replace_file(file, packed)
    return Exported(folder, file, tuple(map(name_sheet, texts)), len(check_files(files)))


def import_book(
    file: Path, folder: Path | None = None, *, around: Path = Path(), force: bool = False
) -> Imported:
    """Read a workbook into a draft, if the book that it makes has no fault.

    Files whose cells are all as before are left as they are; others are written in the dialect that they had,
    one by one, after all of them were kept beside the draft. After a fault nothing is written, and neither
    where the draft was edited since the workbook was exported, or since it was last read in.

    Args:
        file: The workbook.
        folder: A book's folder, whose draft is meant, or a draft; None looks for the book by its name.
        around: Where it is looked for.
        force: Whether the workbook goes before edits of the draft that it does not know.

    Raises:
        BookErrors: Every fault of the workbook, or of the book in it, at its cell.
        UsageError: There is no such file, no book or several to write to, or one of another name; or the
            draft holds edits that the workbook does not know.
    """
    data = _read_bytes(file)
    texts = _read_texts(data, file)
    raw = {name: text.encode() for name, text in texts.items()}
    faults = check_files(gather_files(file.stem, raw))
    if faults:
        raise BookErrors(place_faults(faults, texts))
    name = str(tomllib.loads(texts[MANIFEST])["name"])
    draft = find_draft(find_book(name, around) if folder is None else folder)
    other = read_name(draft / MANIFEST)
    if other not in (None, name):
        raise UsageError(f'{draft} is the book "{other}", and the workbook holds "{name}"; name its folder')
    present = _read_present(draft)
    gone = [name for name in present if name not in texts]
    if gone:
        raise BookErrors([_refuse_gone(name, file) for name in gone])
    return _write(file, draft, texts, present, read_origin(data, file.name), force=force)


def _read_bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error


def _read_texts(data: bytes, file: Path) -> dict[str, str]:
    texts = read_workbook(data, file.name, known=KNOWN, needed=NEEDED)
    if isinstance(texts, tuple):
        raise BookErrors(texts)
    return texts


def _read_present(draft: Path) -> dict[str, bytes]:
    if not draft.is_dir():
        return {}
    return {name: content for name, content in read_folder(draft).raw.items() if name in KNOWN}


def _refuse_gone(name: str, file: Path) -> Diagnostic:
    message = f'there is no sheet "{name_sheet(name)}", and the draft has {name}'
    return Diagnostic(
        "workbook.sheet.missing", message, "put it back, or delete that file yourself", file.name
    )


def _write(
    file: Path,
    draft: Path,
    texts: Mapping[str, str],
    present: Mapping[str, bytes],
    origin: str | None,
    *,
    force: bool,
) -> Imported:
    contents = {name: _adopt(name, text, present.get(name)) for name, text in texts.items()}
    changed = tuple(name for name, content in contents.items() if present.get(name) != content)
    unchanged = tuple(name for name in contents if name not in changed)
    changes: tuple[Change, ...] = ()
    kept = None
    if present and changed:
        before = read_folder(draft).raw
        after = {**before, **contents}
        changes = diff_books(gather_files(draft.name, before), gather_files(draft.name, after))
        if not force and is_newer(draft, before, origin):
            raise UsageError(_refuse_newer(file, draft, changes))
        kept = keep_files(draft, before, Import(origin, compute_fingerprint(after)))
    try:
        draft.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{draft} cannot be made: {error.strerror}") from error
    for name in changed:
        replace_file(draft / name, contents[name])
    return Imported(file, draft, changed, unchanged, changes, kept)


def _refuse_newer(file: Path, draft: Path, changes: Sequence[Change]) -> str:
    lines = [f"  {change}" for change in changes[:_MOST_TOLD]]
    more = len(changes) - len(lines)
    lines += [f"  and {more} more"] if more else []
    return "\n".join(
        [
            f"{draft} was edited since {file} was exported, and nothing was imported; it would change:",
            *lines,
            "export the book again and edit that, or let the workbook go before those edits with --force",
        ]
    )


def _adopt(name: str, text: str, present: bytes | None) -> bytes:
    """What a file becomes: what it was if nothing differs, or the new text in the form that it had."""
    try:
        before = "" if present is None else present.decode("utf-8")
    except UnicodeDecodeError:  # then it is no text whose form could be kept
        return text.encode()
    if not before:
        return text.encode()
    adopt = adopt_line_ends(text, before) if name == MANIFEST else adopt_dialect(text, before, name)
    return adopt.encode()
