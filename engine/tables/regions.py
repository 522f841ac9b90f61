"""Regions of an input: stretches of its values over which every cell of the column gives one answer.

Once parameters have values, most cells compare the column's value with constants. The constants cut the
values into regions; each cell is evaluated once per region, with the same three-valued logic as anywhere,
and a frame's value only has to be placed in its region. A cell that asks anything else is an input of its
own with two regions, false and true: it costs speed, never correctness.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.language.core import Apply, Constant, Core
from engine.language.functions import logic
from engine.language.types import BOOLEAN, Kind

Bits = NDArray[np.bool_]

_ORDERED = (logic.AT_LEAST, logic.MORE, logic.AT_MOST, logic.LESS)
_CONNECTIVES = (logic.AND, logic.OR, logic.NOT)


@dataclass(frozen=True, slots=True)
class Regions:
    """The regions of one input.

    Attributes:
        subject: What the cells test.
        kind: "number" (cut at `cuts`), "category" (each of `categories`, and any other value),
            "truth" (false, true).
        cuts: Ascending; region i holds the values from cut i - 1 (included) to cut i (excluded).
        categories: Region i holds category i, the last one every other value.
        values: A value of each region and, last, one that stands for the unknown value.
    """

    subject: Core
    kind: str
    cuts: tuple[float, ...]
    categories: tuple[str, ...]
    values: NDArray[Any]

    @property
    def count(self) -> int:
        """How many regions there are, without the one of the unknown value."""
        return len(self.values) - 1

    @property
    def known(self) -> Bits:
        """Where the value is known: everywhere but in the last place."""
        return np.arange(len(self.values)) < self.count

    def where_known(self, holds: Bits) -> Answers:
        """Answers of a comparison: unknown where the value is."""
        return Answers(holds & self.known, holds | ~self.known)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a test says in each region and, last, of the unknown value.

    Attributes:
        true: Where it is true.
        possible: Where it is not false.
    """

    true: Bits
    possible: Bits


def divide_into_regions(subject: Core, tests: Sequence[Core]) -> Regions:
    """The regions of a subject whose tests are all recognised."""
    atoms = [atom for test in tests for atom in _find_atoms(test, subject)]
    if subject.type.kind is Kind.BOOLEAN:
        return Regions(subject, "truth", (), (), np.array([0.0, 1.0, np.nan]))
    if subject.type.kind is Kind.TEXT:
        words = tuple(sorted({str(_bound_of(atom).value) for atom in atoms}))
        other = "".join(words) + "·"  # longer than each of them, and so none of them
        return Regions(subject, "category", (), words, np.array([*words, other, other], dtype=np.object_))
    cuts = tuple(sorted({cut for atom in atoms for cut in _cuts_of(atom)}))
    return Regions(subject, "number", cuts, (), np.array([-math.inf, *cuts, math.nan]))


def is_recognised(test: Core, subject: Core) -> bool:
    """Whether a test only compares the subject with constants, in a way that regions can tell."""
    if subject.type.kind not in (Kind.NUMBER, Kind.TEXT, Kind.BOOLEAN) or isinstance(subject, Constant):
        return False
    return _is_recognised(test, subject)


def judge_regions(test: Core, regions: Regions) -> Answers:
    """The answers of a recognised test in each region and, last, for the unknown value."""
    return _judge(test, regions)


def _is_recognised(test: Core, subject: Core) -> bool:
    if test == subject or isinstance(test, Constant):
        return test.type == BOOLEAN
    if not isinstance(test, Apply):
        return False
    if test.function in _CONNECTIVES:
        return all(_is_recognised(argument, subject) for argument in test.arguments)
    if test.arguments[0] != subject or not all(isinstance(a, Constant) for a in test.arguments[1:]):
        return False
    if test.function is logic.IS_UNKNOWN or test.function is logic.SAME:
        return True
    return test.function in _ORDERED and subject.type.kind is Kind.NUMBER


def _find_atoms(test: Core, subject: Core) -> Iterator[Apply]:
    """The comparisons of the subject with known constants."""
    if not isinstance(test, Apply) or test == subject:
        return
    if test.function in _CONNECTIVES:
        for argument in test.arguments:
            yield from _find_atoms(argument, subject)
    elif len(test.arguments) > 1 and _bound_of(test).value is not None:
        yield test


def _bound_of(atom: Apply) -> Constant:
    bound = atom.arguments[1]
    if not isinstance(bound, Constant):
        raise TypeError("a bound that is not constant was taken for one")
    return bound


def _cuts_of(atom: Apply) -> tuple[float, ...]:
    """Where the answer changes, each cut the least float above the change."""
    value = _bound_of(atom).value
    if not isinstance(value, float):
        raise TypeError(f"{value!r} is not a number")
    above = math.nextafter(value, math.inf)
    if atom.function is logic.SAME:
        return (value, above)
    return (above,) if atom.function in (logic.MORE, logic.AT_MOST) else (value,)


def _judge(test: Core, regions: Regions) -> Answers:
    if isinstance(test, Constant):
        everywhere = np.full(regions.count + 1, test.value is True)
        return Answers(everywhere, everywhere | (test.value is None))
    if test == regions.subject:
        return regions.where_known(regions.values == 1.0)
    if not isinstance(test, Apply):
        raise TypeError("a test that is not recognised was taken for one")
    if test.function is logic.IS_UNKNOWN:
        return Answers(~regions.known, ~regions.known)
    if test.function in _CONNECTIVES:
        return _connect(test, regions)
    bound = _bound_of(test).value
    if bound is None:
        return Answers(np.zeros_like(regions.known), np.ones_like(regions.known))
    return regions.where_known(_COMPARE[test.function.name](regions.values, bound))


def _connect(test: Apply, regions: Regions) -> Answers:
    first, *rest = (_judge(argument, regions) for argument in test.arguments)
    if test.function is logic.NOT:
        return Answers(~first.possible, ~first.true)
    second = rest[0]
    if test.function is logic.AND:
        return Answers(first.true & second.true, first.possible & second.possible)
    return Answers(first.true | second.true, first.possible | second.possible)


_COMPARE: dict[str, Callable[[Any, Any], Bits]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
}
