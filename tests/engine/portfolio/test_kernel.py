"""The whole loop in machine code gives the same bytes as plain Python."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.portfolio.kernel import compile_advance


@settings(max_examples=40)
@given(data=st.data())
def test_machine_code(data: st.DataObject, desk: Any, cases: Any) -> None:
    book, (rows, around) = data.draw(cases)
    plain = desk.run(rows, book, around=around)
    compiled = desk.run(rows, book, around=around, loop=compile_advance())
    for name in desk.FRAMES:
        left, right = getattr(plain, name), getattr(compiled, name)
        assert left.equals(right), (name, left, right)
        for column in left.select(pl.selectors.float()).columns:
            assert left[column].to_numpy().tobytes() == right[column].to_numpy().tobytes(), (name, column)
    assert plain.memory.write() == compiled.memory.write()
