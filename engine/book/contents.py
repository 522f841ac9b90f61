"""Contents of a book's files, read one by one, for those who look at a book whether it is sound or not."""

from __future__ import annotations

import tomllib
from typing import Any, TypeAlias

from engine.book.folder import BookFiles
from engine.book.manifest import FILE as MANIFEST
from engine.errors import Diagnostic

Content: TypeAlias = str | bytes
"""The text of a file, or its bytes if it is in another encoding."""

_DEEPEST = 50
_TOO_DEEP = Diagnostic("manifest.toml", "the file nests too deeply", "take the brackets out", MANIFEST)


def read_contents(files: BookFiles) -> dict[str, Content]:
    """What each file holds, those that no book has too."""
    contents: dict[str, Content] = {}
    for name, raw in files.raw.items():
        try:
            contents[name] = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            contents[name] = raw
    return contents | dict(files.texts)


def refuse_encoding(file: str) -> Diagnostic:
    """The fault of a file that is no text."""
    return Diagnostic("file.encoding", "the file is not in UTF-8", "save it in UTF-8", file)


def parse_manifest(text: str) -> dict[str, Any] | Diagnostic:
    """The values of a manifest, whatever keys it has, or why it is no TOML."""
    try:
        top = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        return Diagnostic("manifest.toml", f"the file is no TOML: {error}", "", MANIFEST)
    except RecursionError:
        return _TOO_DEEP
    return _TOO_DEEP if _measure_depth(top) > _DEEPEST else top


def _measure_depth(value: Any) -> int:
    """How many levels a value has, as far as they are counted: dotted keys nest without an end."""
    level, depth = [value], 0
    while level and depth <= _DEEPEST:
        nested = [each for each in level if isinstance(each, dict | list)]
        level = [inner for each in nested for inner in (each.values() if isinstance(each, dict) else each)]
        depth += 1
    return depth
