"""The glance at a frame, against the schema of its form."""

from __future__ import annotations

import math
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from engine.frames.columns import INSTANT
from engine.frames.form import Column, Form
from engine.frames.schema import build_schema

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
COLUMNS = {
    "ts": Column(INSTANT),
    "pair": Column(pl.String()),
    "word": Column(pl.String(), words=("enter", "none")),
    "rule": Column(pl.String(), nullable=True),
    "coin": Column(pl.String(), nullable=True, words=("base",)),
    "rate": Column(pl.Float64(), nullable=True),
    "hours": Column(pl.Float64(), positive=True),
    "step_s": Column(pl.Float64(), nullable=True, positive=True),
}
VALUES: dict[str, list[Any]] = {
    "ts": [NOON, NOON + timedelta(hours=1), None],
    "pair": ["x", "y", "z", None],
    "word": ["enter", "none", "maybe", None],
    "rule": ["U1", None],
    "coin": ["base", None, "other"],
    "rate": [0.1, None, math.nan, math.inf],
    "hours": [1.0, 0.0, None, math.nan],
    "step_s": [1.0, None, -1.0, -math.inf],
}
SOUND = {"ts": 2, "pair": 3, "word": 2, "rule": 2, "coin": 2, "rate": 2, "hours": 1, "step_s": 2}
"""How many of the values, from the first on, are allowed."""


@st.composite
def make_frame(draw: st.DrawFn) -> pl.DataFrame:
    """A frame that is sound, but for a column or two."""
    rows = draw(st.integers(0, 4))
    spoilt = draw(st.sets(st.sampled_from([*VALUES, ""]), max_size=2))
    columns = {
        name: draw(
            st.lists(
                st.sampled_from(values[: None if name in spoilt else SOUND[name]]),
                min_size=rows,
                max_size=rows,
            )
        )
        for name, values in VALUES.items()
    }
    frame = pl.DataFrame(columns, schema={name: column.type for name, column in COLUMNS.items()})
    change = draw(st.sampled_from(["", "", "", "drop", "cast", "add", "add a number"]))
    name = draw(st.sampled_from(list(COLUMNS)))
    if change == "drop":
        return frame.drop(name)
    if change == "cast":
        return frame.with_columns(pl.lit(None, pl.Boolean).alias(name))
    extra = pl.lit(math.nan) if change == "add a number" else pl.lit("more")
    return frame.with_columns(extra.alias("extra")) if change else frame


@given(frame=make_frame(), finite=st.booleans(), strict=st.booleans())
def test_the_glance_says_what_the_schema_says(frame: pl.DataFrame, finite: bool, strict: bool) -> None:
    form = Form("Things", COLUMNS, ("ts", "pair"), finite, strict)
    try:
        build_schema(form).validate(frame, lazy=True)
    except SchemaErrors:
        assert not form.fits(frame)
        with pytest.raises(SchemaErrors):
            form.validate(frame)
    else:
        assert form.fits(frame)
        assert form.validate(frame) is frame


def test_schemas_are_loaded_only_for_faults() -> None:
    """They bring what takes longer to load than most commands take to run."""
    program = "import sys, engine.cycle, engine.market.assembly; sys.exit('pandera' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
