"""The archive that a workbook is: opened only if it is one, and only as far as it is safe.

Whoever sends a file may lie in it. So sizes are bounded by what the table of contents claims, no part is
unpacked further than that, and nothing is ever written to disk.
"""

from __future__ import annotations

import io
import posixpath
import struct
import zlib
from collections.abc import Iterator
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from engine.errors import BookErrors, Diagnostic

MOST_BYTES = 32 * 2**20
"""The largest file that is opened."""

_MOST_UNPACKED = 128 * 2**20
_MOST_PARTS = 2_000
_MOST_RATIO, _RATIO_FROM = 200, 32 * 2**20
_ENCRYPTED_FLAG = 1
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_BROKEN = (BadZipFile, zlib.error, struct.error, EOFError, ValueError, OverflowError, RuntimeError)
"""What reading an archive raises where bytes of it are wrong."""

_SAVE_AS = "save it as an Excel workbook (.xlsx)"


class Package:
    """The parts of a workbook's archive.

    Attributes:
        file: Name of the workbook for messages.
        names: Names of its parts.
        elements: How many elements of XML were read from them so far.
    """

    def __init__(self, archive: ZipFile, file: str) -> None:
        self._archive = archive
        self.file = file
        self.names = frozenset(archive.namelist())
        self.elements = 0

    def read(self, part: str) -> bytes:
        """Unpack a part.

        Raises:
            BookErrors: The part is not there, or damaged.
        """
        if part not in self.names:
            raise BookErrors([refuse_damage(self.file, f"its part {part} is missing")])
        try:
            return self._archive.read(part)
        except _BROKEN as error:
            raise BookErrors([refuse_damage(self.file, f"its part {part} cannot be unpacked")]) from error


def refuse_damage(file: str, what: str) -> Diagnostic:
    """The fault of a workbook that is not what it claims to be."""
    hint = "open it in a spreadsheet and save it anew, or export the book again"
    return Diagnostic("workbook.damaged", f"the workbook is damaged: {what}", hint, file)


def refuse_size(file: str, what: str) -> Diagnostic:
    """The fault of a workbook that is larger than any book."""
    hint = "delete rows and columns that are empty or only formatted, and pictures, and save it"
    return Diagnostic("workbook.large", f"the workbook is too large for a book: {what}", hint, file)


def open_package(data: bytes, file: str) -> Package:
    """Open the archive of a workbook.

    Args:
        data: Content of the file.
        file: Its name for messages.

    Raises:
        BookErrors: It is no workbook, another kind of one, damaged, or larger than any book.
    """
    fault = _find_kind(data, file)
    if fault is not None:
        raise BookErrors([fault])
    try:
        archive = ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise BookErrors([refuse_damage(file, "the archive is cut off or broken")]) from error
    faults = list(_check_parts(archive.infolist(), file))
    if faults:
        raise BookErrors(faults)
    return Package(archive, file)


def _find_kind(data: bytes, file: str) -> Diagnostic | None:
    """What a file is instead of a workbook, by its first bytes."""
    found = None
    if not data:
        found = "it is empty", "export the book again"
    elif len(data) > MOST_BYTES:
        found = f"it is larger than {MOST_BYTES // 2**20} MiB", "take pictures and other data out of it"
    elif data.startswith(b"\xd0\xcf\x11\xe0") and _ENCRYPTED_PACKAGE in data:
        found = "it is encrypted", "take its password off in the spreadsheet and save it"
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        found = "it is in the old format .xls", _SAVE_AS
    elif data.startswith(b"PK") and _OPEN_DOCUMENT in data[:200]:
        found = "it is an OpenDocument spreadsheet (.ods)", _SAVE_AS
    elif not data.startswith(b"PK"):
        found = "it is something else, perhaps a CSV file", f"open it in a spreadsheet and {_SAVE_AS}"
    elif data.count(b"PK\x01\x02") > _MOST_PARTS:
        found = f"it has more than {_MOST_PARTS:,} parts", "export the book again"
    if found is None:
        return None
    return Diagnostic("workbook.kind", f"the file is no workbook of a book: {found[0]}", found[1], file)


def _check_parts(parts: list[ZipInfo], file: str) -> Iterator[Diagnostic]:
    names = [part.filename for part in parts]
    if len(set(names)) < len(names):
        yield refuse_damage(file, "a part is there twice")
    for name in names:
        if name.startswith(("/", "\\")) or "\\" in name or ":" in name or ".." in name.split("/"):
            yield refuse_damage(file, f"a part is named {name!r}, which leads out of the archive")
    if any(part.flag_bits & _ENCRYPTED_FLAG for part in parts):
        yield Diagnostic("workbook.kind", "the file is encrypted", "take its password off and save it", file)
    if any(part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for part in parts):
        yield refuse_damage(file, "a part is packed in a way that no workbook is")
    unpacked = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > max(_RATIO_FROM, _MOST_RATIO * max(part.compress_size, 1)) for part in parts
    )
    if unpacked > _MOST_UNPACKED or swollen:
        yield refuse_size(file, f"it unpacks to {unpacked / 2**20:,.0f} MiB")


def resolve_target(part: str, target: str) -> str:
    """The name of the part that a relation of another part leads to.

    Args:
        part: The part that has the relation.
        target: Where it leads: from the root with `/` at the beginning, or from the part.
    """
    base = "/" if target.startswith("/") else f"/{posixpath.dirname(part)}/"
    return posixpath.normpath(base + target).lstrip("/")
