from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import polars as pl
import pytest

from engine.book.bind import BoundBook
from engine.cycle import judge
from engine.errors import BookErrors, Diagnostic
from engine.language.given import read_setting
from engine.language.names import read_name
from engine.language.types import Name, Value
from engine.operations.explain import Given, explain_path
from engine.operations.lone_tables import LoneTable
from engine.operations.sources import GeneratedSource
from engine.operations.starter import find_starter

ENTRY = find_starter() / "draft" / "entry.csv"


def test_rows_of_a_market_are_decided_as_the_book_decides_them(starter: BoundBook, tmp_path: Path) -> None:
    manifest = starter.book.manifest
    source = GeneratedSource(7, datetime(2026, 1, 1, tzinfo=UTC), 3, bases=("BTC", "ETH", "SUI"))
    (block,) = source.read_blocks(manifest.pairing, manifest.history)
    decided = judge(starter, starter.measure(block.pairs))
    shuffled = block.pairs.sample(fraction=1.0, shuffle=True, seed=3)
    shuffled.write_parquet(tmp_path / "market.parquet")
    explained = explain_path(ENTRY, Given(data=tmp_path / "market.parquet"))
    told = shuffled.select("ts", "pair").hstack(
        explained.decisions.select("enter", "priority", "rule", "state")
    )
    judged = decided.filter(stage="entry")
    same = judged.select(told.columns).sort("ts", "pair")
    assert told.join(judged, on=["ts", "pair"], how="semi").sort("ts", "pair").equals(same)
    assert set(told["state"]) >= {"rule", "default"}
    assert explained.explanation.outcomes.shape == (shuffled.height, 2, 9)


def test_a_file_that_is_no_data(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    path.write_text("not parquet")
    with pytest.raises(BookErrors, match=r"rows\.parquet the rows cannot be read"):
        explain_path(ENTRY, Given(data=path))


def test_columns_of_another_kind_are_refused_all_at_once(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("net_apr,vol,pair,hours_since_exit\nmuch,1,7,true\n")
    with pytest.raises(BookErrors) as raised:
        explain_path(ENTRY, Given(data=path))
    assert [(fault.file, fault.column) for fault in raised.value.diagnostics] == [
        ("rows.csv", "net_apr"),
        ("rows.csv", "hours_since_exit"),
    ]


def test_what_is_not_finite_or_not_given_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("net_apr,vol,spread,volume_usd\n,NaN,null,inf\n")
    explained = explain_path(ENTRY, Given(("forecast_apr=null",), path))
    values = explained.explanation.row(0).values
    assert values.pop("hours_since_exit") == 1e9
    assert set(values.values()) == {None}


def test_a_file_as_spreadsheets_write_it(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("\ufeffnet_apr;vol\r\n0.06;null\r\n".encode())
    values = explain_path(ENTRY, Given(data=path)).explanation.row(0).values
    assert (values["net_apr"], values["vol"]) == (0.06, None)
    path.write_text("net_apr;vol\n0,06;1\n")
    with pytest.raises(BookErrors, match=r"rows\.csv:2 \[net_apr\] `0,06` is no number"):
        explain_path(ENTRY, Given(data=path))


def test_types_of_a_lone_file_come_from_the_data_and_the_settings(tmp_path: Path) -> None:
    table, data = tmp_path / "t.csv", tmp_path / "rows.parquet"
    table.write_text(
        'id,age_hours,day,listed,name,size,then y\nA,> wait,"> @""2026-01-31""",true,"""x""",> 2,1\n'
    )
    pl.DataFrame(
        {"age_hours": [47, 49], "day": [date(2026, 2, 1)] * 2, "name": ["x", "y"], "extra": [[1], [2]]}
    ).write_parquet(data)
    given = Given(("wait=2d", "listed=true", "size=3"), data)
    explained = explain_path(table, given, LoneTable(hit_policy="ANY"))
    assert explained.explanation.outcomes[:, 0].tolist() == [[0, 1, 1, 1, 1], [1, 1, 1, 0, 1]]
    assert explained.explanation.distances[0, 0, 0] == 1.0


@pytest.mark.parametrize(
    ("declared", "text", "value"),
    [
        ("apr", "5%", 0.05),
        ("apr", "0.05", 0.05),
        ("bps", "5", 5.0),
        ("bps", "0.1%", 10.0),
        ("hours", "2d", 48.0),
        ("hours", "2", 2.0),
        ("usd", "20M", 20e6),
        ("number", "5%", 0.05),
        ("number", "2min", 120.0),
        ("number", "-1e-3", -0.001),
        ("number", "null", None),
        ("text", "BTC", "BTC"),
        ("text", '"1INCH"', "1INCH"),
        ("text", "7", "7"),
        ("text", "null", None),
        ("boolean", "false", False),
        ("date", "2026-01-31", date(2026, 1, 31)),
        ("time", "08:30", time(8, 30)),
        ("instant", "2026-01-31T08:00", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("instant", '@"2026-01-31T08:00:00Z"', datetime(2026, 1, 31, 8, tzinfo=UTC)),
    ],
)
def test_a_text_gives_a_value_in_the_unit_of_its_name(declared: str, text: str, value: Value) -> None:
    name = read_name("x", declared)
    assert isinstance(name, Name)
    found = read_setting(name, text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("declared", "text", "code"),
    [
        ("usd", "5%", "unit.mismatch"),
        ("hours", "5bps", "unit.mismatch"),
        ("number", "true", "value.kind"),
        ("number", "much", "value.kind"),
        ("boolean", "1", "value.kind"),
        ("date", "31.1.2026", "value.kind"),
        ("number", "5 %", "parameter.value"),
        ("number", "5x", "unit.unknown"),
    ],
)
def test_a_text_that_gives_no_value(declared: str, text: str, code: str) -> None:
    name = read_name("x", declared)
    assert isinstance(name, Name)
    found = read_setting(name, text)
    assert isinstance(found, Diagnostic)
    assert found.code == code
