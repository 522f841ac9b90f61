"""Coverage: which rules no scenario hits, and which never decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.book.book import Book
from engine.book.scenarios.expectation import LIMITS
from engine.book.scenarios.trial import Tried


@dataclass(frozen=True, slots=True)
class Coverage:
    """What scenarios reach of one table.

    Attributes:
        table: The table.
        rules: Its rules, or limits.
        not_hit: Rules that are true in no scenario; of limits those whose measure is known in none.
        never_decide: Rules that are true in some scenario and decide in none; of limits those that are known
            in some and breached in none.
    """

    table: str
    rules: tuple[str, ...]
    not_hit: tuple[str, ...]
    never_decide: tuple[str, ...]


def measure_coverage(book: Book, tried: Iterable[Tried]) -> tuple[Coverage, ...]:
    """What scenarios reach of every table that has rules.

    Args:
        book: The book.
        tried: Its scenarios, tried.
    """
    tables: Mapping[str, tuple[str, ...]] = {
        **{role: tuple(rule.id for rule in table.rules) for role, table in book.tables.items()},
        **({LIMITS: tuple(limit.id for limit in book.limits)} if book.limits else {}),
    }
    attempts = list(tried)
    return tuple(_cover(table, rules, attempts) for table, rules in tables.items())


def _cover(table: str, rules: tuple[str, ...], tried: list[Tried]) -> Coverage:
    here = [each for each in tried if each.scenario.table == table]
    hit = {rule for each in here for rule in each.hit}
    decided = {rule for each in here for rule in each.decided}
    not_hit = tuple(rule for rule in rules if rule not in hit | decided)
    return Coverage(table, rules, not_hit, tuple(rule for rule in rules if rule in hit - decided))
