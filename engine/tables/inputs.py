"""The inputs of a bound table: what a frame must be asked, and the words that answer for the rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.language.check.comparisons import boolean
from engine.language.core import Column, Constant, Core
from engine.language.functions import logic
from engine.language.to_polars import to_polars
from engine.language.types import Kind
from engine.tables.placing import Places, Placing, build_placing
from engine.tables.regions import Regions, divide_into_regions, is_recognised
from engine.tables.words import WORD, InputWords, Words, build_words

Word = NDArray[np.uint64]
"""Bits of 64 rules, one machine word a row."""

_PART = 32_768


@dataclass(frozen=True, slots=True)
class TableInput:
    """One input: a column, or a single cell that asks more than regions can tell.

    Attributes:
        words: Its regions, and the rules that accept each.
        placing: Finds the region of a value.
        expression: The values as numbers without nulls, as `placing` takes them.
    """

    words: InputWords
    placing: Placing
    expression: pl.Expr


@dataclass(frozen=True, slots=True)
class Hits:
    """The rules of one word that fire, and that may, in each row.

    Attributes:
        true: Rules of which every cell is true.
        possible: Rules of which no cell is false.
    """

    true: Word
    possible: Word

    @property
    def open(self) -> Word:
        """Rules that unknown values leave open: possible and not true."""
        return self.possible & ~self.true


def build_inputs(subjects: Sequence[Core], tests: Sequence[Sequence[Core]]) -> tuple[TableInput, ...]:
    """The inputs of a table.

    Args:
        subjects: For each column, what its cells test; bound.
        tests: For each rule its bound test in each column; constant true accepts everything.
    """
    columns: dict[Core, list[Core | None]] = {}
    for place, subject in enumerate(subjects):
        for rule, row in enumerate(tests):
            test = row[place]
            if isinstance(test, Constant) and test.value is True:
                continue
            asked, answer = (subject, test) if is_recognised(test, subject) else (test, test)
            cells = columns.setdefault(asked, [None] * len(tests))
            cells[rule] = answer if cells[rule] is None else _both(cells[rule], answer)
    return tuple(
        _build_input(subject, cells, place) for place, (subject, cells) in enumerate(columns.items())
    )


def _both(first: Core | None, second: Core) -> Core:
    """Two cells of one rule over the same value must both hold."""
    return second if first is None else boolean(logic.AND, first, second)


def _build_input(subject: Core, cells: Sequence[Core | None], place: int) -> TableInput:
    regions: Regions = divide_into_regions(subject, [cell for cell in cells if cell is not None])
    placing = build_placing(regions)
    expression = placing.prepare(_read(subject)).alias(str(place))
    return TableInput(build_words(regions, cells), placing, expression)


def _read(subject: Core) -> pl.Expr:
    """The values of an input; a column as it is: category codes and infinities are seen to when placed."""
    if not isinstance(subject, Column):
        return to_polars(subject)
    column = pl.col(subject.name)
    return column.cast(pl.Float64) if subject.type.kind is Kind.NUMBER else column


def prepare_rows(inputs: tuple[TableInput, ...], frame: pl.DataFrame, rules: int) -> Prepared:
    """Ask a frame for the values of the inputs, in one pass."""
    numbers = frame.select(each.expression for each in inputs).get_columns()
    columns = tuple(_spread(column.to_numpy(), frame.height) for column in numbers)
    return Prepared(inputs, columns, frame.height, rules)


def _spread(numbers: NDArray[Any], rows: int) -> NDArray[Any]:
    """A number for each row; of inputs that read no column there is only one."""
    return numbers if numbers.size == rows else np.full(rows, numbers[0])


@dataclass(frozen=True, slots=True)
class Prepared:
    """The values of a frame, ready to be placed.

    Attributes:
        inputs: The inputs of the table.
        numbers: For each input a number a row, as its placing takes them.
        rows: How many rows there are.
        rules: How many rules there are.
    """

    inputs: tuple[TableInput, ...]
    numbers: tuple[NDArray[Any], ...]
    rows: int
    rules: int

    def place_parts(self) -> Iterator[tuple[int, Placed]]:
        """Parts of the frame, placed, with the row each starts at.

        A part is small enough for its arrays to stay in the processor's cache.
        """
        for start in range(0, max(self.rows, 1), _PART):
            stop = min(start + _PART, self.rows)
            places = tuple(
                each.placing.place(numbers[start:stop])
                for each, numbers in zip(self.inputs, self.numbers, strict=True)
            )
            yield start, Placed(self.inputs, places, stop - start, self.rules)


@dataclass(frozen=True, slots=True)
class Placed:
    """Rows that are placed in the regions of a table's inputs.

    Attributes:
        inputs: The inputs.
        places: For each input the region of every row.
        rows: How many rows there are.
        rules: How many rules there are.
    """

    inputs: tuple[TableInput, ...]
    places: tuple[Places, ...]
    rows: int
    rules: int

    @property
    def words(self) -> int:
        """Machine words that hold a bit for each rule."""
        return max(-(-self.rules // WORD), 1)

    def find_hits(self, word: int, rows: Places | None = None) -> Hits:
        """The rules of one word that fire, and that may.

        Args:
            word: Which 64 rules.
            rows: The rows asked for; None is all of them.
        """
        places = self.places if rows is None else tuple(place.take(rows) for place in self.places)
        count = self.rows if rows is None else rows.size
        true = self._intersect(places, word, [each.words.true for each in self.inputs], count)
        if not self._is_unsure(places):
            return Hits(true, true)
        return Hits(true, self._intersect(places, word, [each.words.possible for each in self.inputs], count))

    def _is_unsure(self, places: Sequence[Places]) -> bool:
        """Whether some cell may be unknown in some row: where none is, what may fire does."""
        return any(
            bool(each.words.unsure.take(place).any()) for each, place in zip(self.inputs, places, strict=True)
        )

    def _intersect(self, places: Sequence[Places], word: int, words: Sequence[Words], rows: int) -> Word:
        if not places:
            return np.full(rows, self._full_word(word), dtype=np.uint64)
        common: Word = words[0][word].take(places[0])
        for more, place in zip(words[1:], places[1:], strict=True):
            common &= more[word].take(place)
        return common

    def _full_word(self, word: int) -> int:
        bits = min(self.rules - word * WORD, WORD)
        return (1 << bits) - 1 if bits > 0 else 0
