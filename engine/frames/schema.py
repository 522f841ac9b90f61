"""Forms as pandera schemas, which name every fault of a frame."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl
import polars.selectors as cs
from pandera.api.polars.types import PolarsData

from engine.frames.form import Column, Form


def build_schema(form: Form) -> pa.DataFrameSchema:
    """The schema of a form."""
    checks = [_forbid_duplicates(*form.keys)] if form.keys else []
    if form.finite:
        checks.append(pa.Check(_require_finite, name="require_finite", error="a number is not finite"))
    columns = {name: _describe(column) for name, column in form.columns.items()}
    return pa.DataFrameSchema(columns, checks=checks, name=form.name, strict=form.strict)


def _describe(column: Column) -> pa.Column:
    checks = [pa.Check.isin(column.words)] if column.words else []
    checks += [pa.Check.gt(0)] if column.positive else []
    return pa.Column(column.type, checks, nullable=column.nullable)


def _require_finite(data: PolarsData) -> pl.LazyFrame:
    """True where every number of a row is finite or null."""
    names = cs.expand_selector(data.lazyframe.collect_schema(), cs.float())
    numbers = [pl.col(name).is_finite().fill_null(value=True) for name in names]
    return data.lazyframe.select(pl.all_horizontal(pl.lit(value=True), *numbers))


def _forbid_duplicates(*keys: str) -> pa.Check:
    """A check that no two rows are equal in all of these columns."""

    def is_alone(data: PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(~pl.struct(keys).is_duplicated())

    return pa.Check(is_alone, name="forbid_duplicates", error=f"rows repeat in {', '.join(keys)}")
