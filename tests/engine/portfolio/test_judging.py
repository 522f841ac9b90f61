"""Tables in the loop say what the same tables say in Polars, whatever is unknown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.portfolio import layout as at
from engine.portfolio.judging import NO_RULE, UNKNOWN, judge

CELLS = st.sampled_from(["-", "> 0.1", "< 0.3", "[0.1..0.2]", "not(0.2)", "0.2"])
VALUES = st.sampled_from([None, 0.05, 0.1, 0.15, 0.2, 0.3])
NAMES = ("perp_funding_apr_1d", "perp_funding_apr_3d")


@st.composite
def tables(draw: st.DrawFn) -> str:
    """Rules over two columns of the market and one of the position, which is 0 here."""
    rules = draw(
        st.lists(
            st.tuples(
                CELLS, CELLS, st.sampled_from(["-", "< 1", "> 1"]), st.sampled_from(["0%", "50%", "100%"])
            ),
            min_size=1,
            max_size=4,
        )
    )
    lines = [",".join(["id", *NAMES, "age_hours", "then keep", "note"])]
    lines += [",".join((f"R{place}", *cells, "")) for place, cells in enumerate(rules)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("policy", ["FIRST", "UNIQUE", "ANY"])
@settings(max_examples=8)
@given(data=st.data())
def test_a_table(policy: str, data: st.DataObject, desk: Any) -> None:
    manifest = (desk.find_starter() / "draft" / "book.toml").read_text(encoding="utf-8")
    manifest = manifest.replace('exit = "FIRST"', f'exit = "{policy}"')
    book = desk.make_book("", (("book.toml", manifest), ("exit.csv", data.draw(tables()))))
    rows = data.draw(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=6))
    quotes = [desk.quote(place, **dict(zip(NAMES, row, strict=True))) for place, row in enumerate(rows)]
    measured = book.bound.measure(desk.build_pairs(quotes, book.bound.book.manifest.pairing.legs))
    table = book.bound.tables["exit"]
    polars = table.evaluate(measured, tell=True).to_dicts()
    loop = list_columns(desk, book, quotes)
    for row, expected in zip(loop, polars, strict=True):
        said = np.empty(2)
        rule = judge(book.program.exit, book.program.code, row, said)
        ids = [table.table.rules[place].id for place in table.order]
        if expected["keep"] is None:
            assert rule == UNKNOWN
            assert np.isnan(said[0])
        else:
            assert said[0] == expected["keep"]
            assert (None if rule == NO_RULE else ids[rule]) == expected["rule"]


def list_columns(desk: Any, book: Any, quotes: list[dict[str, Any]]) -> list[Any]:
    """What the loop reads of each row, and the names about a position that is not there."""
    taken: list[Any] = []

    def keep(world: Any, _: int, last: int) -> int:
        names = int(book.program.settings[at.S_COLUMNS])
        flat = np.zeros(at.FIRST_LEVERAGE + 1)
        taken.extend(np.concatenate([row[:names], flat]) for row in world.signals.rows)
        return last

    desk.run(quotes, book, loop=keep)
    return taken
