"""Hit policies: from the rules that fire, or may, to what decides each row.

A result is known only if every reading of the open rules (those that may fire, each taken as firing or not)
gives the same outputs. So an unknown veto never lets the next rule decide in its place.

PRIORITY and OUTPUT ORDER rank rules by the order of their outputs' allowed values. Rules are put in that
order when the table is bound; from then on they are FIRST and RULE ORDER.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.tables.inputs import Placed, Prepared, Word
from engine.tables.placing import Places
from engine.tables.words import WORD, Words, lowest_bit, pack_bits

Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Which rules of a table give the same outputs.

    Attributes:
        differ: Whether two rules differ in an output: (first rules, second rules, rows).
        alike: Words × (rules + 1): for each rule, and the default, the rules that give the same; None if
            outputs depend on the row.
        tell: Whether all rules that leave a result open are asked for; else one a row will do.
    """

    differ: Callable[[Places, Places, Places], Bits]
    alike: Words | None
    tell: bool

    def start_at(self, row: int) -> Likeness:
        """The same for a part of a frame whose rows are counted from `row`."""
        return Likeness(lambda a, b, rows: self.differ(a, b, rows + row), self.alike, self.tell)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rules of rows, ordered by row and then by rule.

    Attributes:
        rows: The row of each pair.
        rules: The rule of each pair.
    """

    rows: Places
    rules: Places

    def keep(self, wanted: Bits) -> Pairs:
        """Some of the pairs."""
        return Pairs(self.rows[wanted], self.rules[wanted])

    def mark(self, rows: int) -> Bits:
        """Rows that have a pair."""
        marked = np.zeros(rows, dtype=np.bool_)
        marked[self.rows] = True
        return marked

    def count(self, rows: int) -> Places:
        """How many pairs each row has."""
        return np.bincount(self.rows, minlength=rows)

    def start_at(self, row: int) -> Pairs:
        """The same pairs of a part whose rows are counted from `row`."""
        return Pairs(self.rows + row, self.rules)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a policy makes of each row.

    Attributes:
        winner: The rule that decides; the number of rules where none fires.
        unknown: Rows whose result unknown values leave open.
        violated: Rows in which rules fire that must not fire together.
        told: The rules that make it so.
        fired: All rules that fire, for policies that take several.
    """

    winner: Places
    unknown: Bits
    violated: Bits
    told: Pairs
    fired: Pairs


Choose = Callable[[Placed, Likeness], Verdict]
"""A hit policy."""


def decide_rows(prepared: Prepared, choose: Choose, likeness: Likeness) -> Verdict:
    """What a policy makes of every row of a frame, part by part."""
    parts = [(start, choose(placed, likeness.start_at(start))) for start, placed in prepared.place_parts()]
    if len(parts) == 1:
        return parts[0][1]
    return Verdict(
        np.concatenate([verdict.winner for _, verdict in parts]),
        np.concatenate([verdict.unknown for _, verdict in parts]),
        np.concatenate([verdict.violated for _, verdict in parts]),
        _chain([verdict.told.start_at(start) for start, verdict in parts]),
        _chain([verdict.fired.start_at(start) for start, verdict in parts]),
    )


def choose_first(placed: Placed, likeness: Likeness) -> Verdict:
    """The first rule that fires, unless a rule before it may fire with another result.

    Words are read in order, and each row only until a rule fires.
    """
    winner = np.full(placed.rows, placed.rules, dtype=np.intp)
    waiting = np.arange(placed.rows)
    before: list[tuple[int, Places, Word]] = []
    for word in range(placed.words):
        hits = placed.find_hits(word, None if word == 0 else waiting)
        # Below the lowest bit: everything if no rule of this word fires.
        below = (hits.true & (~hits.true + np.uint64(1))) - np.uint64(1)
        if hits.possible is not hits.true:
            earlier = hits.open & below
            doubtful = np.flatnonzero(earlier)
            before.append((word, waiting[doubtful], earlier[doubtful]))
        # As many bits lie below the lowest one as its place tells.
        first = np.bitwise_count(below).astype(np.intp) + word * WORD
        first[hits.true == 0] = placed.rules
        if word == 0:
            winner = first
        else:
            winner[waiting] = first
        waiting = waiting[first == placed.rules]
        if waiting.size == 0:
            break
    doubts = _join([_find_doubts(part, winner, likeness) for part in before])
    none = np.zeros(placed.rows, dtype=np.bool_)
    return Verdict(winner, doubts.mark(placed.rows), none, doubts, _no_pairs())


def _find_doubts(part: tuple[int, Places, Word], winner: Places, likeness: Likeness) -> Pairs:
    """The open rules before each row's winner that would change the result."""
    word, rows, earlier = part
    if likeness.alike is not None:
        other = earlier & ~likeness.alike[word].take(winner[rows])
        if likeness.tell:
            return _list_bits(other, word, rows)
        doubtful = other != 0
        return Pairs(rows[doubtful], word * WORD + lowest_bit(other[doubtful]))
    pairs = _list_bits(earlier, word, rows)
    return pairs.keep(likeness.differ(pairs.rules, winner[pairs.rows], pairs.rows))


def choose_unique(placed: Placed, likeness: Likeness) -> Verdict:
    """The one rule that fires; two are a violation."""
    fired, opened = _list_hits(placed)
    count = fired.count(placed.rows)
    winner = _first_rule(fired, placed)
    violated = count > 1
    opened = opened.keep(~violated[opened.rows])
    changes = likeness.differ(opened.rules, winner[opened.rows], opened.rows) | (count[opened.rows] > 0)
    doubts = keep_doubts(opened, changes, placed.rows)
    told = join_pairs(fired.keep(violated[fired.rows]), doubts)
    return Verdict(winner, doubts.mark(placed.rows), violated, told, fired)


def choose_any(placed: Placed, likeness: Likeness) -> Verdict:
    """What all rules that fire agree on; that they do not is a violation."""
    fired, opened = _list_hits(placed)
    winner = _first_rule(fired, placed)
    clashing = fired.keep(likeness.differ(fired.rules, winner[fired.rows], fired.rows)).mark(placed.rows)
    doubts = opened.keep(
        likeness.differ(opened.rules, winner[opened.rows], opened.rows) & ~clashing[opened.rows]
    )
    told = join_pairs(fired.keep(clashing[fired.rows]), doubts)
    return Verdict(winner, doubts.mark(placed.rows), clashing, told, fired)


def choose_all(placed: Placed, _: Likeness) -> Verdict:
    """Every rule that fires, in order; any open rule would add to them."""
    fired, opened = _list_hits(placed)
    none = np.zeros(placed.rows, dtype=np.bool_)
    return Verdict(_first_rule(fired, placed), opened.mark(placed.rows), none, opened, fired)


def keep_doubts(opened: Pairs, changes: Bits, rows: int) -> Pairs:
    """The open rules that leave a result open, where several together always change it.

    Args:
        opened: The open rules.
        changes: Whether each alone changes the result.
        rows: Rows of the frame.

    Returns:
        Those that alone change the result or, where none does and there are several, all of them.
    """
    together = (opened.count(rows) > 1) & ~opened.keep(changes).mark(rows)
    return opened.keep(changes | together[opened.rows])


def list_all_hits(prepared: Prepared) -> tuple[Pairs, Pairs]:
    """The rules that fire in each row of a frame, and those that are open."""
    parts = [(start, _list_hits(placed)) for start, placed in prepared.place_parts()]
    fired = _chain([pairs.start_at(start) for start, (pairs, _) in parts])
    return fired, _chain([pairs.start_at(start) for start, (_, pairs) in parts])


def _list_hits(placed: Placed) -> tuple[Pairs, Pairs]:
    fired: list[Pairs] = []
    opened: list[Pairs] = []
    for word in range(placed.words):
        hits = placed.find_hits(word)
        fired.append(_list_bits(hits.true, word, None))
        opened.append(_list_bits(hits.open, word, None))
    return _join(fired), _join(opened)


def _list_bits(words: Word, word: int, rows: Places | None) -> Pairs:
    """The set bits of one word a row."""
    places = np.flatnonzero(words)
    octets = words[places].astype("<u8").view(np.uint8).reshape(-1, 8)
    row, bit = np.nonzero(np.unpackbits(octets, axis=1, bitorder="little"))
    found = places[row]
    return Pairs(found if rows is None else rows[found], bit + word * WORD)


def _chain(parts: list[Pairs]) -> Pairs:
    """Pairs of parts that follow each other."""
    return Pairs(
        np.concatenate([part.rows for part in parts]), np.concatenate([part.rules for part in parts])
    )


def _join(parts: list[Pairs]) -> Pairs:
    """Pairs of the same rows, brought to order."""
    if not parts:
        return _no_pairs()
    if len(parts) == 1:
        return parts[0]
    joined = _chain(parts)
    order = np.lexsort((joined.rules, joined.rows))
    return Pairs(joined.rows[order], joined.rules[order])


def join_pairs(first: Pairs, second: Pairs) -> Pairs:
    """Both, in order."""
    return _join([first, second])


def _no_pairs() -> Pairs:
    return Pairs(np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp))


def _first_rule(fired: Pairs, placed: Placed) -> Places:
    winner = np.full(placed.rows, placed.rules, dtype=np.intp)
    # Assigned from the last to the first, so that the first rule of a row stands.
    winner[fired.rows[::-1]] = fired.rules[::-1]
    return winner


def find_alike(codes: NDArray[np.intp]) -> Words:
    """The rules that give the same outputs as each rule, and as the default.

    Args:
        codes: Outputs × (rules + 1): equal codes are equal values; the default comes last.
    """
    same = (codes[:, :, None] == codes[:, None, :-1]).all(axis=0)
    return pack_bits(same)
