"""From a workbook to its bytes: always the same ones for the same workbook."""

from __future__ import annotations

import io
import re
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time in every workbook, so that equal books are equal files: the first that an archive can hold."""

_SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
_HEIGHT = re.compile(rb'(<row [^>]*) customHeight="1"')
_DIMENSION = re.compile(rb'<dimension ref="([A-Z0-9:]+)"')


def pack_workbook(book: Workbook) -> bytes:
    """The file of a workbook.

    Spaces at the ends of texts are kept, rows grow with what is typed into them, and numbers written as text
    get no mark of a mistake.
    """
    book.properties.created = book.properties.modified = datetime(*_EPOCH)  # noqa: DTZ001 - has no zone there
    raw, packed = io.BytesIO(), io.BytesIO()
    ExcelWriter(book, ZipFile(raw, "w")).save()
    with ZipFile(raw) as parts, ZipFile(packed, "w") as archive:
        for name in sorted(parts.namelist(), key=_order):
            info = ZipInfo(name, _EPOCH)
            info.compress_type, info.create_system, info.external_attr = ZIP_DEFLATED, 0, 0
            archive.writestr(info, _finish(name, parts.read(name)))
    return packed.getvalue()


def _order(name: str) -> tuple[bool, str]:
    """The table of contents first, as readers expect it."""
    return name != "[Content_Types].xml", name


def _finish(name: str, part: bytes) -> bytes:
    if not _SHEET.fullmatch(name):
        return part
    part = part.replace(b"<t>", b'<t xml:space="preserve">')
    part = _HEIGHT.sub(rb"\1", part)
    found = _DIMENSION.search(part)
    if found is None:
        return part
    ignored = b'<ignoredErrors><ignoredError sqref="%b" numberStoredAsText="1"/></ignoredErrors>' % found[1]
    return part.replace(b"</worksheet>", ignored + b"</worksheet>")
