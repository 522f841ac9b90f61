"""How far a long run is: a line on the terminal, which gives way to what is shown."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_CLEAR = "\r\x1b[K"


def follow(values: Iterable[T], total: int | None) -> Iterator[T]:
    """The same values; while the next one is computed, a terminal shows how many of the total are done.

    The line is on standard error, and only where that is a terminal, so that data stay clean.

    Args:
        values: Each may take a while.
        total: How many there are at most; None shows nothing.
    """
    if total is None or not sys.stderr.isatty():
        yield from values
        return
    try:
        for done, value in enumerate(values, 1):
            _write(_CLEAR)
            yield value
            sys.stdout.flush()
            _write(f"{_CLEAR}{done:,} of {total:,} cycles")
    finally:
        _write(_CLEAR)


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
