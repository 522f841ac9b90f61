"""Texts that the cells of a workbook share."""

from __future__ import annotations

from engine.book.workbook.characters import unescape_text
from engine.book.workbook.markup import Attributes, stream_part
from engine.book.workbook.package import Package


class TextCollector:
    """Puts together the runs of a text, without the reading aids of phonetic runs."""

    def __init__(self) -> None:
        self._runs: list[str] = []
        self._aids = 0
        self._inside = False

    def clear(self) -> None:
        """Begin another text."""
        self._runs.clear()

    def take(self) -> str:
        """The text so far."""
        return unescape_text("".join(self._runs))

    def start(self, name: str) -> None:
        """An element begins."""
        self._aids += name == "rPh"
        self._inside = name == "t" and not self._aids

    def end(self, name: str) -> None:
        """An element ends."""
        self._aids -= name == "rPh"
        self._inside = False

    def text(self, text: str) -> None:
        """Text of an element."""
        if self._inside:
            self._runs.append(text)


class _Strings:
    """Listens to the part of shared texts."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._text = TextCollector()

    def start(self, name: str, attributes: Attributes) -> None:  # noqa: ARG002 - as every listener has it
        self._text.start(name)

    def end(self, name: str) -> None:
        self._text.end(name)
        if name == "si":
            self.texts.append(self._text.take())
            self._text.clear()

    def text(self, text: str) -> None:
        self._text.text(text)


def read_strings(package: Package, part: str | None) -> list[str]:
    """The shared texts in their order.

    Args:
        package: The workbook.
        part: The part that holds them; None without any.

    Raises:
        BookErrors: The part is missing or damaged.
    """
    strings = _Strings()
    if part is not None:
        stream_part(package, part, strings)
    return strings.texts
