from __future__ import annotations

import polars as pl

from engine.operations.misses import find_nearest_row
from engine.tables.compile import compile_table
from engine.tables.read import parse_table

SCHEMA = {"net_apr": "apr", "basis": "ratio", "depth": "usd", "venue": "text"}
TEXT = """\
id,net_apr,basis,depth,venue,then enter
E1,>= 12%,-,-,-,true
E2,[5%..12%),[0..0.2%],-,-,true
E3,-,>= 0,-,kraken,true
"""
TABLE = compile_table(
    parse_table(
        TEXT.replace("kraken", '"""kraken"""'), name="entry", hit_policy="FIRST", defaults={"enter": "false"}
    ),
    SCHEMA,
)


def find(*rows: tuple[str, float | None, float | None]) -> tuple[str, str] | None:
    """The nearest miss among pairs, given as name, net_apr and basis."""
    frame = pl.DataFrame(
        [{"net_apr": apr, "basis": basis, "depth": 1e6, "venue": "okx"} for _, apr, basis in rows],
        schema={"net_apr": pl.Float64, "basis": pl.Float64, "depth": pl.Float64, "venue": pl.String},
    )
    found = find_nearest_row(TABLE, frame, pl.Series([name for name, *_ in rows], dtype=pl.String))
    return None if found is None else (found.pair, found.rule.rule)


def test_a_cell_missed_by_little_goes_before_one_missed_by_much() -> None:
    assert find(("HYPE", 0.0544, 0.00251)) == ("HYPE", "E2")
    assert find(("HYPE", 0.11, 0.009)) == ("HYPE", "E1")


def test_other_pairs_do_not_change_which_rule_a_pair_missed() -> None:
    wide = [(f"P{number}", -5.0 - number, 0.00001 * number) for number in range(9)]
    assert find(("HYPE", 0.0544, 0.00251), *wide) == ("HYPE", "E2")


def test_the_least_miss_of_all_pairs_is_told() -> None:
    assert find(("A", 0.03, 0.001), ("B", 0.0499, 0.001), ("C", 0.06, 0.003)) == ("B", "E2")


def test_a_hair_below_zero_is_near() -> None:
    assert find(("A", 0.0499, 0.001), ("B", 0.06, -2.4e-7)) == ("B", "E2")


def test_fewer_failed_cells_go_first() -> None:
    assert find(("A", 0.0499, 0.00201), ("B", 0.001, 0.001)) == ("B", "E2")


def test_what_cannot_be_measured_is_last() -> None:
    assert find(("A", 0.0001, 0.5)) == ("A", "E1")


def test_equal_misses_go_by_name() -> None:
    assert find(("B", 0.04, 0.001), ("A", 0.04, 0.001)) == ("A", "E2")


def test_without_pairs_there_is_no_miss() -> None:
    assert find() is None
