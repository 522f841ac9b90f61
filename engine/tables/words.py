"""Words: for every region of an input, the set of rules that accept it, one bit a rule.

The rules that fire in a row are the intersection of its regions' words, 64 rules to a machine word. Each
region has two: rules whose cells are true there, and rules whose cells are not false (true or unknown).
Unknown is a region of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.language.core import Core
from engine.tables.regions import Answers, Regions, judge_regions

Words = NDArray[np.uint64]
"""Bit sets of rules: rule r is bit r % 64 of word r // 64."""

WORD = 64


@dataclass(frozen=True, slots=True)
class InputWords:
    """The words of one input.

    Attributes:
        regions: The regions.
        true: Words × (regions + 1): rules whose cell is true; the last region is the unknown value.
        possible: The same for rules whose cell is not false.
        unsure: The regions in which some rule may fire that need not.
    """

    regions: Regions
    true: Words
    possible: Words
    unsure: NDArray[np.bool_]


def build_words(regions: Regions, tests: Sequence[Core | None]) -> InputWords:
    """The words of an input from the cell of each rule; None accepts everything."""
    true = np.ones((regions.count + 1, len(tests)), dtype=np.bool_)
    possible = np.ones_like(true)
    answers: dict[Core, Answers] = {}
    for rule, test in enumerate(tests):
        if test is not None:
            if test not in answers:
                answers[test] = judge_regions(test, regions)
            true[:, rule], possible[:, rule] = answers[test].true, answers[test].possible
    return InputWords(regions, pack_bits(true), pack_bits(possible), (true != possible).any(axis=1))


def pack_bits(bits: NDArray[np.bool_]) -> Words:
    """Rows × rules as words × rows."""
    rows, rules = bits.shape
    padded = np.zeros((rows, -(-max(rules, 1) // WORD) * WORD), dtype=np.bool_)
    padded[:, :rules] = bits
    octets = np.packbits(padded, axis=1, bitorder="little")
    return np.ascontiguousarray(octets.view("<u8").astype(np.uint64).T)


def lowest_bit(words: Words) -> NDArray[np.intp]:
    """The place of the lowest set bit of each word; none may be empty."""
    lowest = words & (~words + np.uint64(1))
    # As many bits lie below the lowest one as its place tells.
    return np.bitwise_count(lowest - np.uint64(1)).astype(np.intp)
