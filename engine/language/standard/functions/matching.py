"""Functions with regular expressions."""

from __future__ import annotations

from engine.language.standard.declaration import declare
from engine.language.standard.patterns import Pattern, compile_pattern
from engine.language.standard.run import Run

_STEPS = 200


@declare(
    "matches(input: string, pattern: string, flags: string | null?)",
    "Whether a regular expression matches anywhere in a text.",
    needs_run=True,
    steps=_STEPS,
)
def has_match(run: Run, text: str, pattern: str, flags: str | None = None) -> bool:
    """See the declaration."""
    return _build(run, pattern, flags).matches(text)


@declare(
    "replace(input: string, pattern: string, replacement: string, flags: string | null?)",
    "The text with every match of a regular expression replaced; `$1` stands for its first group.",
    needs_run=True,
    steps=2 * _STEPS,
)
def replace_pattern(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    """See the declaration."""
    return _build(run, pattern, flags).replace(text, replacement)


@declare(
    "split(string: string, delimiter: string)",
    "The parts of a text between the matches of a regular expression.",
    needs_run=True,
    steps=_STEPS,
)
def split_text(run: Run, text: str, delimiter: str) -> list[str]:
    """See the declaration."""
    return _build(run, delimiter, None).split(text)


def _build(run: Run, text: str, flags: str | None) -> Pattern:
    """The pattern of a text; building it is paid for once, since the engine keeps it."""
    pattern = compile_pattern(text, flags)
    if pattern.text not in run.patterns:
        run.spend(pattern.steps)
        run.patterns.add(pattern.text)
    return pattern
