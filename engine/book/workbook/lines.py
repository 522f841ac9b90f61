"""The manifest as rows: a line of `book.toml` in each."""

from __future__ import annotations

from collections.abc import Sequence

_BOM = "\ufeff"


def cut_lines(text: str) -> list[str]:
    """The lines of a text, without a byte order mark and without empty lines at the end.

    Lines end with a line feed, or all as in Windows; where both occur, a line keeps its carriage return.
    """
    text = text if "\n" in text else text.rstrip("\r")
    lines = text.removeprefix(_BOM).split(_find_line_end(text))
    while lines and not lines[-1]:
        lines.pop()
    return lines


def write_lines(lines: Sequence[str]) -> str:
    """The text with these lines."""
    return "".join(f"{line}\n" for line in lines)


def adopt_line_ends(text: str, present: str) -> str:
    """What a file becomes: itself if it has the lines of a new text, or these with the file's line ends."""
    lines = cut_lines(text)
    if lines == cut_lines(present):
        return present
    return present[: present.startswith(_BOM)] + "".join(line + _find_line_end(present) for line in lines)


def _find_line_end(text: str) -> str:
    return "\r\n" if 0 < text.count("\n") == text.count("\r\n") else "\n"
