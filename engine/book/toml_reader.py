"""Taking values out of a TOML text: every key is known, every value of its kind, every fault has a line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from engine.book.records import LONGEST_S
from engine.errors import Diagnostic
from engine.language.names import suggest
from engine.language.quantities import Quantity, read_quantity
from engine.language.types import Kind
from engine.language.units import SECONDS, Dimension

_KIND_WORDS = {str: "a text", int: "a whole number", list: "a list", dict: "a table"}


_LINE = re.compile(r"at line (\d+)")


def parse_toml(text: str, file: str, code: str) -> dict[str, Any] | Diagnostic:
    """The values of a TOML text, or the fault that it is none.

    Args:
        text: Content of the file; a byte order mark is taken.
        file: Its name for messages.
        code: Code of the fault.
    """
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        return Diagnostic(code, f"the file is no TOML: {error}", "", file, int(line[1]) if line else None)
    except RecursionError:
        return refuse_nesting(file, code)


def refuse_nesting(file: str, code: str) -> Diagnostic:
    """The fault of a text whose brackets nest deeper than anyone reads."""
    return Diagnostic(code, "the file nests too deeply", "take the brackets out", file)


@dataclass(slots=True)
class TomlReader:
    """Takes values out of a manifest and keeps the faults met on the way.

    Attributes:
        file: Name of the file for messages.
        text: Content of the file.
        faults: Faults found so far.
    """

    file: str
    text: str
    faults: list[Diagnostic] = field(default_factory=list)

    def refuse(self, code: str, message: str, hint: str, key: str) -> None:
        """Keep a fault, at the line where the key is set."""
        self.faults.append(Diagnostic(code, message, hint, self.file, self._find_line(key), key))

    def check_keys(self, table: Mapping[str, Any], known: Sequence[str], inside: str = "") -> None:
        """Refuse keys that are not known."""
        for key in table:
            path = f"{inside}{key}"
            if key not in known:
                hint = suggest(key, known) or f"keys are {', '.join(known)}"
                self.refuse("manifest.key", f'unknown key "{path}"', hint, path)

    def take(self, table: Mapping[str, Any], key: str, kind: type, inside: str = "") -> Any:
        """The value of a key if it is of a kind, or None with a fault kept."""
        path = f"{inside}{key}"
        if key not in table:
            self.refuse("manifest.missing", f'"{path}" is missing', "add it", path)
            return None
        value = table[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.refuse("manifest.value", f'"{path}" is not {_KIND_WORDS[kind]}: {value!r}', "", path)
            return None
        return value

    def take_table(self, table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """The table of a key that may be left out; empty without one, and with a fault kept if it is none."""
        return (self.take(table, key, dict) or {}) if key in table else {}

    def choose(self, table: Mapping[str, Any], key: str, known: Sequence[str], inside: str) -> str | None:
        """The value of a key if it is one of some words."""
        value = self.take(table, key, str, inside)
        if value is not None and value not in known:
            hint = suggest(value, known) or f"it is one of {', '.join(known)}"
            self.refuse("manifest.value", f'"{inside}{key}" is "{value}"', hint, f"{inside}{key}")
            return None
        return cast("str | None", value)

    def take_duration(self, table: Mapping[str, Any], key: str) -> timedelta | None:
        """The value of a key as a time span, such as `60s`."""
        value = self.take(table, key, str)
        if value is None:
            return None
        read = read_quantity(key, value)
        if not _is_duration(read):
            self.refuse(
                "manifest.value", f'"{key}" is no time span: "{value}"', "write `60s`, `8h` or `30d`", key
            )
            return None
        seconds = cast("Quantity", read).count_in(SECONDS)
        if seconds > LONGEST_S:
            self.refuse("manifest.value", f'"{key}" is too long: "{value}"', "write at most `36500d`", key)
            return None
        return timedelta(seconds=float(seconds))

    def _find_line(self, path: str) -> int | None:
        key = re.escape(path.rsplit(".", 1)[-1])
        pattern = re.compile(rf"^[^#]*\b{key}\s*=|^\s*\[+{re.escape(path)}\]", re.MULTILINE)
        found = pattern.search(self.text)
        return None if found is None else self.text.count("\n", 0, found.end()) + 1


def _is_duration(read: object) -> bool:
    return (
        isinstance(read, Quantity)
        and read.type.kind is Kind.NUMBER
        and read.type.unit.dimension is Dimension.DURATION
        and read.count_in(SECONDS) > 0
    )
