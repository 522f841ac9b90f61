from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BookErrors
from engine.tables.compile import compile_table
from engine.tables.model import Aggregation, HitPolicy, Rule
from engine.tables.read import parse_table
from engine.tables.sheet import read_sheet

PLAIN = 'id,x,"max(x, z)",then y,note\nR1,> 5,-,1,"first, of two"\nR2,,[1..2),2,\n'


def test_a_table_is_read_as_written() -> None:
    table = parse_table(PLAIN, name="entry", hit_policy="first", defaults={"y": 0})
    assert [column.header for column in table.inputs] == ["x", "max(x, z)"]
    assert [(column.name, column.header, column.default) for column in table.outputs] == [("y", "then y", 0)]
    assert table.rules == (
        Rule("R1", 2, ("> 5", "-"), ("1",), "first, of two"),
        Rule("R2", 3, ("", "[1..2)"), ("2",), ""),
    )
    assert table.hit_policy is HitPolicy.FIRST


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        'id;x;max(x, z);then y;note\nR1;> 5;-;1;"first, of two"\nR2;;[1..2);2;\n',
        'id,x,"max(x, z)",then y,note,,\nR1,> 5,-,1,"first, of two",,\nR2,,[1..2),2,,,\n,,,,,,\n',
        PLAIN.removesuffix("\n"),
    ],
    ids=["byte order mark", "CRLF", "semicolon", "spreadsheet's empty columns and rows", "no last line end"],
)
def test_what_spreadsheets_write_is_the_same_table(text: str) -> None:
    assert parse_table(text, name="entry", hit_policy="FIRST") == parse_table(
        PLAIN, name="entry", hit_policy="FIRST"
    )


def test_lines_are_those_of_the_file() -> None:
    table = parse_table(
        'id,x,then y,note\n\nR1,1,1,"two\nlines"\nR2,2,2,\n', name="entry", hit_policy="FIRST"
    )
    assert [rule.line for rule in table.rules] == [3, 5]


@pytest.mark.parametrize("policy", list(HitPolicy))
def test_every_hit_policy_is_read_and_compiled(policy: HitPolicy) -> None:
    table = parse_table(PLAIN, name="entry", hit_policy=policy.lower().replace(" ", "_"))
    assert table.hit_policy is policy
    schema = {"x": "number", "z": "number"}
    if policy not in {HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER}:
        assert compile_table(table, schema).columns == ("x", "z")
        return
    with pytest.raises(BookErrors) as raised:
        compile_table(table, schema)
    (fault,) = raised.value.diagnostics
    assert (fault.code, fault.file) == ("policy.priority", "entry.csv")


def test_collect_takes_an_aggregation() -> None:
    table = parse_table(PLAIN, name="entry", hit_policy="COLLECT", aggregation="Max")
    assert (table.hit_policy, table.aggregation) == (HitPolicy.COLLECT, Aggregation.MAX)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    sheet = read_sheet(text, "x.csv")
    assert all(len(row.cells) == len(sheet.header) for row in sheet.rows)
    assert sheet.header or sheet.diagnostics


def test_a_name_like_the_mark_of_an_output_is_an_input() -> None:
    table = parse_table("id,when_open,then y\nR1,5,1\n", name="entry", hit_policy="FIRST")
    assert [column.header for column in table.inputs] == ["when_open"]
