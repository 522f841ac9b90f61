"""From which version of a book a workbook was written: its fingerprint, among the keywords of the file.

Excel and LibreOffice keep the keywords of a file they save. Where they are gone, nobody can tell.
"""

from __future__ import annotations

import re

from engine.book.workbook.markup import Attributes, stream_part
from engine.book.workbook.package import open_package

_PROPERTIES, _KEYWORDS = "docProps/core.xml", "keywords"
_ORIGIN = re.compile(r"carrybook-([0-9a-f]{8,64})\b")


def write_origin(fingerprint: str) -> str:
    """The keyword of a workbook that tells the fingerprint of the files in it."""
    return f"carrybook-{fingerprint}"


def read_origin(data: bytes, name: str) -> str | None:
    """The fingerprint of the files that a workbook was written from; None if it does not tell.

    Args:
        data: Content of the workbook.
        name: Its file name.

    Raises:
        BookErrors: It is no workbook, or damaged.
    """
    package = open_package(data, name)
    if _PROPERTIES not in package.names:
        return None
    found = _Keywords()
    stream_part(package, _PROPERTIES, found)
    told = _ORIGIN.search("".join(found.texts))
    return None if told is None else told[1]


class _Keywords:
    """Takes the text of the keywords out of the properties of a file."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._inside = False

    def start(self, name: str, attributes: Attributes) -> None:  # noqa: ARG002 - as every listener has it
        self._inside = name == _KEYWORDS

    def end(self, name: str) -> None:  # noqa: ARG002 - as every listener has it
        self._inside = False

    def text(self, text: str) -> None:
        if self._inside:
            self.texts.append(text)
