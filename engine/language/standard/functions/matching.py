"""Functions with regular expressions."""

from __future__ import annotations

from engine.language.standard.declaration import declare
from engine.language.standard.patterns import compile_pattern
from engine.language.standard.run import Run

_STEPS = 500
"""What a match costs: the engine builds the expression anew each time."""


@declare(
    "matches(input: string, pattern: string, flags: string | null?)",
    "Whether a regular expression matches anywhere in a text.",
    needs_run=True,
)
def has_match(run: Run, text: str, pattern: str, flags: str | None = None) -> bool:
    """See the declaration."""
    run.spend(_STEPS + len(text) // 8)
    return compile_pattern(pattern, flags).matches(text)


@declare(
    "replace(input: string, pattern: string, replacement: string, flags: string | null?)",
    "The text with every match of a regular expression replaced; `$1` stands for its first group.",
    needs_run=True,
)
def replace_pattern(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    """See the declaration."""
    run.spend(_STEPS + len(text) // 8)
    return compile_pattern(pattern, flags).replace(text, replacement)


@declare(
    "split(string: string, delimiter: string)",
    "The parts of a text between the matches of a regular expression.",
    needs_run=True,
)
def split_text(run: Run, text: str, delimiter: str) -> list[str]:
    """See the declaration."""
    run.spend(_STEPS + len(text) // 8)
    return compile_pattern(delimiter, None).split(text)
