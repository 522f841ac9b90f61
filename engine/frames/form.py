"""The form of a frame: what its schema asks for, as data, so that a sound frame is known at a glance.

Nearly every frame is sound. A few questions to Polars tell so in a tenth of the time that the schema takes,
and without loading what schemas are made of; a frame that is not sound is put to the schema, which names
every fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl
import polars.selectors as cs


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a form.

    Attributes:
        type: Its type.
        nullable: Whether values may be missing.
        words: The texts that it may hold; empty allows any.
        positive: Whether its numbers must be above 0.
    """

    type: pl.DataType
    nullable: bool = False
    words: tuple[str, ...] = ()
    positive: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What a frame must be like.

    Attributes:
        name: What its rows are called in messages.
        columns: The columns it must have.
        keys: No two rows may be equal in all of these; empty asks nothing.
        finite: Whether its numbers, in whichever column, must not be NaN or infinite: NaN would compare as
            larger than all.
        strict: Whether other columns are refused.
    """

    name: str
    columns: Mapping[str, Column]
    keys: tuple[str, ...]
    finite: bool = True
    strict: bool = False

    def validate(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Give back a frame if it is of this form.

        Raises:
            pandera.errors.SchemaErrors: Every fault, listed.
        """
        if self.fits(frame):
            return frame
        from engine.frames.schema import build_schema  # noqa: PLC0415 - loads longer than many commands run

        return build_schema(self).validate(frame, lazy=True)

    def fits(self, frame: pl.DataFrame) -> bool:
        """Whether a frame is of this form."""
        schema = frame.schema
        if any(schema.get(name) != column.type for name, column in self.columns.items()):
            return False
        if self.strict and len(schema) > len(self.columns):
            return False
        sound = frame.select(pl.all_horizontal(pl.lit(value=True), *self._ask(frame))).item()
        alone = not self.keys or frame.n_unique(self.keys) == frame.height
        return bool(sound) and alone

    def _ask(self, frame: pl.DataFrame) -> Iterator[pl.Expr]:
        for name, column in self.columns.items():
            values = pl.col(name)
            if not column.nullable:
                yield values.null_count() == 0
            if column.words:
                yield values.is_in(column.words).all()
            if column.positive:
                yield (values > 0).all()
        for name in cs.expand_selector(frame, cs.float()) if self.finite else ():
            yield pl.col(name).is_finite().all()
