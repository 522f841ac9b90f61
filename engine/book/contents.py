"""Contents of a book's files, read one by one, for those who look at a book whether it is sound or not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias

from engine.book.folder import BookFiles
from engine.book.manifest import FILE as MANIFEST
from engine.book.manifest import NO_TOML
from engine.book.toml_reader import parse_toml, refuse_nesting
from engine.errors import Diagnostic

Content: TypeAlias = str | bytes
"""The text of a file, or its bytes if it is in another encoding."""

_DEEPEST = 50


def read_contents(files: BookFiles) -> dict[str, Content]:
    """What each file holds, those that no book has too."""
    contents: dict[str, Content] = {}
    for name, raw in files.raw.items():
        try:
            contents[name] = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            contents[name] = raw
    return contents | dict(files.texts)


def parse_manifest(text: str) -> dict[str, Any] | Diagnostic:
    """The values of a manifest, whatever keys it has, or why it is no TOML."""
    top = parse_toml(text, MANIFEST, NO_TOML)
    if isinstance(top, Diagnostic):
        return replace(top, row=None)  # the message itself says the line
    return refuse_nesting(MANIFEST, NO_TOML) if _measure_depth(top) > _DEEPEST else top


def _measure_depth(value: Any) -> int:
    """How many levels a value has, as far as they are counted: dotted keys nest without an end."""
    level, depth = [value], 0
    while level and depth <= _DEEPEST:
        nested = [each for each in level if isinstance(each, dict | list)]
        level = [inner for each in nested for inner in (each.values() if isinstance(each, dict) else each)]
        depth += 1
    return depth
