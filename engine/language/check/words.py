"""Cells of text columns whose words are declared: `BTC, 1INCH, not(USDT)`, without quotes.

A bare word there is always a text, and only a word of the vocabulary will do: a mistyped coin is a fault,
not a rule that never fires.
"""

from __future__ import annotations

import re

from engine.errors import Diagnostic
from engine.language.build import resolve_escapes
from engine.language.check.comparisons import any_of, boolean
from engine.language.core import Constant, Core
from engine.language.functions import logic
from engine.language.names import Scope, suggest
from engine.language.types import TEXT

_WORD = r"""[A-Za-z0-9][A-Za-z0-9/:._\-]*|"(?:[^"\\]|\\.)*\""""
_LIST = rf"\s*(?:{_WORD})\s*(?:,\s*(?:{_WORD})\s*)*"
_CELL = re.compile(rf"(?P<plain>{_LIST})|\s*not\s*\((?P<refused>{_LIST})\)\s*")


def reads_as_words(text: str) -> bool:
    """Whether a cell is a list of words and quoted texts, or `not(…)` around one."""
    return len(text) <= 4096 and _CELL.fullmatch(text) is not None and text.strip() != "null"


def check_words(
    text: str, subject: Core, scope: Scope, vocabulary: frozenset[str]
) -> tuple[Core | None, list[Diagnostic]]:
    """The test that a text column's value is one of the words, or none of those inside `not(…)`."""
    cell = _CELL.fullmatch(text)
    if cell is None:
        return None, []
    group = "plain" if cell.group("plain") is not None else "refused"
    tests: list[Core] = []
    faults: list[Diagnostic] = []
    for match in re.finditer(_WORD, cell.group(group)):
        word, start = match.group(), cell.start(group) + match.start()
        if word == "null":
            tests.append(boolean(logic.IS_UNKNOWN, subject))
            continue
        if word.startswith('"'):
            word = resolve_escapes(word)
        else:
            faults.extend(_find_fault(word, start, scope, vocabulary))
        tests.append(boolean(logic.SAME, subject, Constant(word, TEXT)))
    if faults:
        return None, faults
    accepted = any_of(tests)
    return (accepted if group == "plain" else boolean(logic.NOT, accepted)), []


def _find_fault(word: str, start: int, scope: Scope, vocabulary: frozenset[str]) -> list[Diagnostic]:
    end = start + len(word)
    if scope.find(word) is not None:
        hint = f'write "{word}" in quotes for the text'
        return [Diagnostic("word.ambiguous", f"`{word}` is also a name", hint, start=start, end=end)]
    if word in vocabulary:
        return []
    hint = (
        suggest(word, sorted(vocabulary)) or f'write "{word}" in quotes if you mean a text that is not listed'
    )
    return [Diagnostic("word.unknown", f"unknown word `{word}`", hint, start=start, end=end)]
