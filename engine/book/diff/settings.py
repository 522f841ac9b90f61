"""Settings: a manifest as a flat list of keys and values, and what differs between two."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.book.contents import parse_manifest
from engine.book.diff.change import Change, ChangeKind, Subject
from engine.book.diff.values import are_equal
from engine.book.manifest import FILE
from engine.errors import Diagnostic

Path: TypeAlias = tuple[str, ...]
"""A key with those above it; a leg stands under its name."""

_NOTES: frozenset[Path] = frozenset({("title",)})
_SPANS: frozenset[Path] = frozenset({("cycle",), ("history",)})
_SETS = (("words",), ("pairing", "equivalent"), ("pairing", "differ"))
_BARE = re.compile(r"[\w-]+", re.ASCII)
_SECTION = re.compile(r"\s*\[+([^\]=]*)\]")
_NAME = re.compile(r"\s*name\s*=\s*[\"']([^\"']*)[\"']")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a manifest sets.

    Attributes:
        text: Content of `book.toml`.
        values: Each value as TOML writes it, by path, in the order of the file.
    """

    text: str
    values: Mapping[Path, str]


def read_settings(text: str) -> Settings | Diagnostic:
    """The settings of a manifest.

    Lists of words, and of columns that differ, have no order and name each once. Any other list keeps its
    order; tables in it that have names of their own are set apart under them, and their order is a setting
    itself.

    Args:
        text: Content of `book.toml`.
    """
    top = parse_manifest(text)
    if isinstance(top, Diagnostic):
        return top
    return Settings(text, {path: _write(value) for path, value in _flatten(top, ())})


def diff_settings(old: Settings, new: Settings) -> Iterator[Change]:
    """What changed in a manifest: settings that are gone first, then the others in the new order."""
    gone = [path for path in old.values if path not in new.values]
    for path in (*gone, *new.values):
        before, after = old.values.get(path), new.values.get(path)
        if before == after:
            continue
        kind = ChangeKind.REMOVED if after is None else ChangeKind.CHANGED
        yield Change(
            ChangeKind.ADDED if before is None else kind,
            Subject.SETTING,
            FILE,
            column=write_path(path),
            old=before,
            new=after,
            line=None if after is None else find_line(new.text, path),
            note_only=path in _NOTES,
            same_value=path in _SPANS and _is_same_span(before, after),
        )


def write_path(path: Path) -> str:
    """A path as TOML writes it."""
    return ".".join(key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False) for key in path)


def find_line(text: str, path: Path) -> int | None:
    """Line of the file at which a setting stands, or the braces around it begin; None if it is not found."""
    section: Path = ()
    found = None
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        head, name = _SECTION.match(line), _NAME.match(line)
        if head is not None:
            section = tuple(key.strip().strip("\"'") for key in head[1].split("."))
        elif name is not None and section and path[: len(section) + 1] == (*section, name[1]):
            section, found = (*section, name[1]), number
        elif path[: len(section)] == section and _sets(line, path[len(section) :]):
            found = number
    return found


def _sets(line: str, rest: Path) -> bool:
    """Whether a line sets a key or one above it, or names the table in a list that holds it."""
    keys = [re.escape(key) for key in rest]
    shapes = [r"\s*\.\s*".join(keys[:length]) for length in range(len(keys), 0, -1)]
    named = rf"|.*\{{.*\bname\s*=\s*[\"']{keys[1]}[\"']" if len(keys) > 1 else ""
    return re.match(rf"\s*(?:{'|'.join(shapes)})\s*={named}", line) is not None


def _flatten(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flatten(inner, (*path, key))
    elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        names = _name(value)
        yield path, names
        for name, each in zip(names, value, strict=True):
            inner = {key: inner for key, inner in each.items() if (key, inner) != ("name", name)}
            yield from _flatten(inner, (*path, name))
    elif isinstance(value, list) and any(path[: len(each)] == each for each in _SETS):
        yield path, [each for _, each in sorted({_write(each): each for each in value}.items())]
    else:
        yield path, value


def _name(tables: list[dict[str, Any]]) -> list[str]:
    """Names of tables in a list: their own where each has one, else their places, which no name is like."""
    names = [name for each in tables if isinstance(name := each.get("name"), str) and name.isidentifier()]
    distinct = len(set(names)) == len(tables)
    return names if distinct else [f"#{place}" for place, _ in enumerate(tables, 1)]


def _write(value: Any) -> str:
    """A value as TOML writes it, so that `1` and `"1"` differ."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return f"[{', '.join(map(_write, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{write_path((key,))} = {_write(each)}' for key, each in value.items())} }}"
    return str(value)


def _is_same_span(before: str | None, after: str | None) -> bool:
    texts = [text.strip('"') for text in (before, after) if text is not None]
    return len(texts) == 2 and are_equal("", (texts[0], ""), (texts[1], ""))
