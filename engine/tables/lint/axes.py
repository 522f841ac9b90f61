"""Axes: the regions of one input that lie within its domain, each with a value and its name for people."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from engine.language.types import NUMBER, Name, Type, Value
from engine.tables.lint.finding import write_value
from engine.tables.regions import Regions

OTHER = "any other value"
"""Stands for every text that no cell names."""

_LARGEST = sys.float_info.max
_SMALLEST = sys.float_info.min
_TOLERANCE = 1.01e-12
_INFINITE = (-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Axis:
    """The known regions of an input.

    Attributes:
        places: Their places in the `Regions` of the input.
        values: A value of each, as short as one can be written.
        bounds: Of a number, the first value of each and the first beyond it; empty for others.
        open: Whether the last region holds every text that is not named.
        type: Type of the input, by which its values are written.
    """

    places: tuple[int, ...]
    values: tuple[Value, ...]
    bounds: tuple[tuple[float, float], ...] = ()
    open: bool = False
    type: Type = NUMBER

    def describe(self, chosen: Iterable[int]) -> str:
        """Some of the regions, as one would write them in a cell.

        Args:
            chosen: Their places on this axis; one past the last is the unknown value.
        """
        places = sorted(set(chosen))
        known = [place for place in places if place < len(self.values)]
        parts = ["any value"] if len(known) == len(self.values) else self._describe_known(known)
        return " or ".join([*parts, *(["unknown"] if len(known) < len(places) else [])])

    def _describe_known(self, places: Sequence[int]) -> list[str]:
        if self.bounds:
            runs = groupby(enumerate(places), key=lambda item: item[1] - item[0])
            stretches = [[place for _, place in run] for _, run in runs]
            return [
                _write_stretch(self.bounds[run[0]][0], self.bounds[run[-1]][1], self.type)
                for run in stretches
            ]
        if self.open and places and places[-1] == len(self.values) - 1:
            others = [place for place in range(len(self.values)) if place not in places]
            return [f"not({', '.join(write_value(self.values[place]) for place in others)})"]
        return [write_value(self.values[place]) for place in places]


def lay_axis(regions: Regions, name: Name | None, type_: Type = NUMBER) -> Axis:
    """The axis of an input.

    Args:
        regions: Its regions.
        name: The name it is, with its domain; None if it is a formula, whose domain nobody knows.
        type_: Its type.
    """
    if regions.kind == "truth":
        return Axis((0, 1), (False, True))
    if regions.kind == "category":
        return _lay_words(regions, None if name is None or name.open else name.vocabulary)
    ends = [-math.inf, *regions.cuts, math.inf]
    least = -math.inf if name is None or name.minimum is None else name.minimum
    most = math.inf if name is None or name.maximum is None else math.nextafter(name.maximum, math.inf)
    bounds = [(max(low, least), min(high, most)) for low, high in pairwise(ends)]
    kept = [place for place, (low, high) in enumerate(bounds) if low < high]
    values = tuple(pick_value(*bounds[place]) for place in kept)
    return Axis(tuple(kept), values, tuple(bounds[place] for place in kept), type=type_)


def _lay_words(regions: Regions, vocabulary: frozenset[str] | None) -> Axis:
    kept = [
        place for place, word in enumerate(regions.categories) if vocabulary is None or word in vocabulary
    ]
    words = [regions.categories[place] for place in kept]
    others = [OTHER] if vocabulary is None else sorted(vocabulary - set(words))
    while vocabulary is None and others[0] in words:
        others = [f"{others[0]} still"]
    if others:
        kept.append(len(regions.categories))
        words.append(others[0])
    return Axis(tuple(kept), tuple(words), open=vocabulary is None or len(others) > 1)


def pick_value(low: float, high: float) -> float:
    """A number from `low` to below `high` with as few digits as there are; it is finite."""
    least, most = max(low, -_LARGEST), min(math.nextafter(high, -math.inf), _LARGEST)
    if least <= 0.0 <= most:
        return 0.0
    if most < 0.0:
        return -pick_value(-most, math.nextafter(-least, math.inf))
    if least < _SMALLEST:
        middle = min(1.0, most / 2)
    else:
        middle = min(2 * least, _LARGEST) if most == _LARGEST else (least + most) / 2
    shorter = (float(f"{middle:.{digits}g}") for digits in range(1, 18))
    return next((value for value in shorter if least <= value <= most), least)


def _write_stretch(low: float, high: float, type_: Type) -> str:
    """From `low` to below `high`, without the tolerance that cells add to their bounds."""
    first, last = _shorten(low), _shorten(high)
    closed, shut = low <= first, high > last
    start, end = write_value(first, type_), write_value(last, type_)
    if low in _INFINITE:
        return f"{'<=' if shut else '<'} {end}"
    if high in _INFINITE:
        return f"{'>=' if closed else '>'} {start}"
    if first == last:
        return start
    return f"{'[' if closed else '('}{start}..{end}{']' if shut else ')'}"


def _shorten(bound: float) -> float:
    """The shortest number that compares as equal."""
    if bound in _INFINITE or abs(bound) < _SMALLEST:
        return bound if bound in _INFINITE else 0.0
    shorter = (float(f"{bound:.{digits}g}") for digits in range(1, 18))
    return next(value for value in shorter if abs(value - bound) <= _TOLERANCE * abs(bound))
