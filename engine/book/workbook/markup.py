"""XML of a workbook: small parts as trees, large ones as a stream of events.

A document type declaration is refused: no workbook has one, and only with one can a small text grow without
bound or reach outside of itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol
from xml.parsers import expat

from engine.book.workbook.package import Package, refuse_damage, refuse_size
from engine.errors import BookErrors

_DEEPEST = 64
_MOST_ELEMENTS = 1_500_000
"""The most elements of all parts that are read, so that no workbook takes long."""

_MOST_IN_A_TREE = 100_000

Attributes = dict[str, str]


class Listener(Protocol):
    """Takes the events of a document; names of elements are without their prefix."""

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Text inside of an element, perhaps not all of it at once."""


@dataclass(slots=True)
class Element:
    """An element of a small document.

    Attributes:
        name: Its name without prefix.
        attributes: Its attributes without prefix.
        children: The elements inside.
    """

    name: str
    attributes: Attributes
    children: list[Element] = field(default_factory=list)

    def find_all(self, name: str) -> Iterator[Element]:
        """Every element of a name inside, at any depth, in reading order."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.find_all(name)


class TooLarge(Exception):  # noqa: N818 - says why, and is caught below
    """Raised by a listener to stop reading: there is more of something than any book has."""


class _Refused(Exception):  # noqa: N818 - says why, and is caught below
    """Stops the parser."""


class _Tree:
    """Makes a tree of a document."""

    def __init__(self) -> None:
        self.root = Element("", {})
        self._open = [self.root]
        self._count = 0

    def start(self, name: str, attributes: Attributes) -> None:
        self._count += 1
        if self._count > _MOST_IN_A_TREE:
            raise TooLarge("too many elements")
        element = Element(name, {key.rpartition(":")[2]: value for key, value in attributes.items()})
        self._open[-1].children.append(element)
        self._open.append(element)

    def end(self, name: str) -> None:  # noqa: ARG002 - as every listener has it
        self._open.pop()

    def text(self, text: str) -> None:
        """Texts of small parts are not wanted."""


def read_tree(package: Package, part: str) -> Element:
    """The elements of a part below an element without a name.

    Raises:
        BookErrors: The part is missing or damaged.
    """
    tree = _Tree()
    stream_part(package, part, tree)
    return tree.root


def stream_part(package: Package, part: str, listener: Listener) -> None:
    """Send the events of a part to a listener.

    Raises:
        BookErrors: The part is missing or damaged, or holds what no workbook does.
    """
    data = package.read(part)
    try:
        package.elements = _parse(data, listener, package.elements)
    except TooLarge as error:
        raise BookErrors([refuse_size(package.file, f"its part {part} has {error}")]) from error
    except (expat.ExpatError, _Refused, ValueError, LookupError) as error:
        raise BookErrors([refuse_damage(package.file, f"its part {part} {_explain(error)}")]) from error


def _explain(error: Exception) -> str:
    return str(error) if isinstance(error, _Refused) else f"is no XML that can be read ({error})"


def _parse(data: bytes, listener: Listener, before: int) -> int:
    """Read a document; gives the number of elements before and in it."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth, count = 0, before

    def start(name: str, attributes: Attributes) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > _DEEPEST:
            raise _Refused("nests too deeply")
        if count > _MOST_ELEMENTS:
            raise TooLarge("too many elements, most of them perhaps empty cells")
        listener.start(name.rpartition(":")[2] if ":" in name else name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        listener.end(name.rpartition(":")[2] if ":" in name else name)

    def refuse_declaration(*_: object) -> None:
        raise _Refused("declares a document type, which no workbook does")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = listener.text
    parser.StartDoctypeDeclHandler = refuse_declaration
    parser.Parse(data, True)
    return count
