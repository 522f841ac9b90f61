"""The words by which a market is narrowed: one that it does not have is refused, with what was meant."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.errors import UsageError
from engine.exchange.generator.listings import list_all
from engine.language.names import suggest
from engine.recording.history import History

_MOST_TOLD = 12


def check_history_words(history: History, venues: Iterable[str], bases: Iterable[str]) -> None:
    """Refuse a venue, coin or symbol of which a history has no bars.

    Raises:
        HistoryError: The history cannot be read.
        UsageError: Which option is wrong, and what it may have meant.
    """
    venues, bases = tuple(venues), tuple(bases)
    if not venues and not bases:
        return
    markets = history.select().list_markets()
    symbols = markets["symbol"].unique().to_list()
    coins = markets["base"].drop_nulls().unique().to_list()
    plain = [symbol.partition(":")[0] for symbol in symbols]
    _check("--venue", venues, markets["venue"].unique(), history.folder)
    _check("--base", bases, [*coins, *symbols, *plain], history.folder, coins)


def check_made_words(venues: Iterable[str], bases: Iterable[str]) -> None:
    """Refuse a venue or coin that the made market never has.

    Raises:
        UsageError: Which option is wrong, and what it may have meant.
    """
    venues, bases = tuple(venues), tuple(bases)
    if venues or bases:
        names = list_all().names
        _check("--venue", venues, names["venue"].unique(), "the made market")
        _check("--base", bases, names["base"].unique(), "the made market")


def _check(
    option: str, words: Iterable[str], known: Iterable[str], market: Path | str, told: Iterable[str] = ()
) -> None:
    known = set(known)
    shown = sorted(told) or sorted(known)
    for word in words:
        if word not in known:
            few = f"it has {', '.join(shown)}" if len(shown) <= _MOST_TOLD else f"it has {len(shown)} others"
            raise UsageError(f"{option} {word}: {market} has no such one; {suggest(word, shown) or few}")
