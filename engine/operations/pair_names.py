"""Which pair a text may have meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from engine.language.names import suggest

_MOST = 5
_PART = re.compile(r"[^:/|]+")


def suggest_pair(text: str, pairs: Sequence[str]) -> str:
    """What to say of a text that names no pair: those that hold it, else what in it no pair has, else some.

    A text is held whatever its case. A coin that no pair has is said to be none before a pair of another coin
    is proposed, because BTX is not TRX.

    Args:
        text: What was asked for, such as `BTC/USDT`.
        pairs: The pairs that there are, such as `binance:BTC/USDT:USDT`.
    """
    held = [pair for pair in pairs if text.casefold() in pair.casefold()]
    if held:
        return f"did you mean {_list_some(held)}?"
    parts = _PART.findall(text)
    known = {part.casefold(): part for pair in pairs for part in _PART.findall(pair)}
    strange = [part for part in parts if part.casefold() not in known]
    if strange:
        told = [f'no pair has "{part}"' for part in strange]
        return "; ".join([*told, *filter(None, (_suggest_part(part, known.values()) for part in strange))])
    folded = {part.casefold() for part in parts}
    alike = [pair for pair in pairs if folded <= {each.casefold() for each in _PART.findall(pair)}]
    if alike:
        return f"did you mean {_list_some(alike)}?"
    return f"it has {len(pairs)}, such as {_list_some(pairs)}"


def _suggest_part(part: str, known: Iterable[str]) -> str:
    """The closest word, one with the same first letter before others: of a coin that is seldom mistyped."""
    words = list(known)
    alike = [word for word in words if word[:1].casefold() == part[:1].casefold()]
    return suggest(part, alike) or suggest(part, words)


def _list_some(pairs: Sequence[str]) -> str:
    more = f", one of {len(pairs)}" if len(pairs) > _MOST else ""
    return ", ".join(pairs[:_MOST]) + more
