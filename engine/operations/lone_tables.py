"""Lone tables: CSV files outside of a book, with what a book would say of them given by hand."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.errors import BookErrors, Diagnostic, UsageError
from engine.language.names import read_name
from engine.language.types import Name
from engine.tables.model import Table
from engine.tables.read import parse_table

_DOMAIN = re.compile(r"(?P<type>.*?)\s*\[(?P<low>[^\]]*)\.\.(?P<high>[^\]]*)\]")


@dataclass(frozen=True, slots=True)
class LoneTable:
    """What a book would say of a table, for a file that is in none.

    Attributes:
        hit_policy: One of the seven.
        aggregation: For COLLECT: `sum`, `min`, `max`, `count`; empty lists the outputs.
        schema: Columns as `name=type`, `name=type[low..high]` or `name=word|word`.
        parameters: Parameters as `name=value`.
        allowed: Values of outputs as `name=value|value`, the most wanted first.
        defaults: Outputs where no rule fires as `name=value`.
        exit: A table that closes what this one enters; None for none.
    """

    hit_policy: str = "FIRST"
    aggregation: str = ""
    schema: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    exit: Path | None = None


def read_lone_table(path: Path, lone: LoneTable) -> Table:
    """The table in a file.

    Raises:
        BookErrors: Every fault of form.
        UsageError: There is no such file, or an option is not of the form it must have.
    """
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        fault = Diagnostic("file.encoding", "the file is not in UTF-8", "save it as CSV UTF-8", path.name)
        raise BookErrors([fault]) from error
    allowed = split_settings(lone.allowed, "--allowed")
    return parse_table(
        text,
        name=path.stem,
        hit_policy=lone.hit_policy,
        aggregation=lone.aggregation or None,
        allowed={name: words.split("|") for name, words in allowed.items()},
        defaults=split_settings(lone.defaults, "--default"),
    )


def read_schema(settings: Iterable[str]) -> dict[str, Any]:
    """The types of columns as a schema has them, from settings as `LoneTable.schema` has them.

    Raises:
        BookErrors: A type is unknown.
        UsageError: A setting is not of the form it must have.
    """
    return {
        name: _read_column(name, declared) for name, declared in split_settings(settings, "--schema").items()
    }


def split_settings(settings: Iterable[str], option: str) -> dict[str, str]:
    """Names and values of settings `name=value`.

    Raises:
        UsageError: A setting is not of that form, or a name is given twice.
    """
    found: dict[str, str] = {}
    for setting in settings:
        name, equals, value = (part.strip() for part in setting.partition("="))
        if not equals or not name.isidentifier() or not value:
            raise UsageError(f"{option} {setting!r} is not of the form name=value")
        if name in found:
            raise UsageError(f"{option} {name} is given twice")
        found[name] = value
    return found


def _read_column(name: str, declared: str) -> Any:
    """The type of a column, with its domain or its words."""
    if "|" in declared:
        return [word.strip() for word in declared.split("|")]
    match = _DOMAIN.fullmatch(declared)
    if match is None:
        return declared
    read = read_name(name, match["type"] or "number")
    if not isinstance(read, Name):
        raise BookErrors([read])
    low, high = (_read_bound(text, f"{name}={declared}") for text in (match["low"], match["high"]))
    if low is not None and high is not None and low > high:
        raise UsageError(f"--schema '{name}={declared}': the bounds are the wrong way round")
    return replace(read, minimum=low, maximum=high)


def _read_bound(text: str, setting: str) -> float | None:
    if not text.strip():
        return None
    try:
        bound = float(text)
    except ValueError as error:
        raise UsageError(f"--schema {setting!r}: `{text}` is no number") from error
    if not math.isfinite(bound):
        raise UsageError(f"--schema {setting!r}: `{text}` is no bound; leave it out for none")
    return bound
