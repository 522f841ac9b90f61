"""Functions of texts. Positions count characters from 1, or from -1 at the end."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.language.standard.arithmetic import TEXT_MAX
from engine.language.standard.declaration import declare
from engine.language.standard.faults import NoValueError
from engine.language.standard.paths import find_position


@declare(
    "substring(string: string, start position: number, length: number?)",
    "The part of a text from a position on, to its end or of some length.",
)
def cut_text(text: str, position: Decimal, length: Decimal | None = None) -> str:
    """See the declaration."""
    start = find_position(list(text), position)
    if length is None:
        return text[start:]
    if length < 1:
        raise NoValueError("text.length", "a part of a text has one character at least")
    return text[start : start + int(min(length, Decimal(len(text))))]


@declare("string length(string: string)", "How many characters a text has.")
def measure_text(text: str) -> Decimal:
    """See the declaration."""
    return Decimal(len(text))


@declare("upper case(string: string)", "The text in capital letters.")
def raise_case(text: str) -> str:
    """See the declaration."""
    return text.upper()


@declare("lower case(string: string)", "The text in small letters.")
def lower_case(text: str) -> str:
    """See the declaration."""
    return text.lower()


@declare(
    "substring before(string: string, match: string)", "The text before the first match, empty without one."
)
def cut_before(text: str, match: str) -> str:
    """See the declaration."""
    return text.partition(match)[0] if match and match in text else ""


@declare(
    "substring after(string: string, match: string)", "The text after the first match, empty without one."
)
def cut_after(text: str, match: str) -> str:
    """See the declaration."""
    return text.partition(match)[2] if match else text


@declare("contains(string: string, match: string)", "Whether a text holds another.")
def contains_text(text: str, match: str) -> bool:
    """See the declaration."""
    return match in text


@declare("starts with(string: string, match: string)", "Whether a text begins with another.")
def begins_with(text: str, match: str) -> bool:
    """See the declaration."""
    return text.startswith(match)


@declare("ends with(string: string, match: string)", "Whether a text ends with another.")
def finishes_with(text: str, match: str) -> bool:
    """See the declaration."""
    return text.endswith(match)


@declare(
    "string join(list: list, delimiter: string | null?)",
    "The texts of a list in one, with a delimiter between them; null items are left out.",
)
def join_texts(items: list[Any], delimiter: str | None = None) -> str:
    """See the declaration."""
    texts = [item for item in items if item is not None]
    if not all(isinstance(text, str) for text in texts):
        raise NoValueError("argument.kind", "only texts are joined", "convert others with string()")
    between = delimiter or ""
    if sum(map(len, texts)) + len(between) * len(texts) > TEXT_MAX:
        raise NoValueError("text.long", f"a text may have {TEXT_MAX:,} characters at most")
    return between.join(texts)
