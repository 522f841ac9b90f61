from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from engine.errors import BookErrors, UsageError
from engine.operations.show import TableView, view_book
from engine.operations.starter import find_starter


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    return Path(shutil.copytree(find_starter() / "draft", tmp_path / "book" / "draft"))


def view_table(draft: Path, name: str) -> TableView:
    (table,) = view_book(draft, name).tables
    return table


def test_every_table_is_read_as_it_is_written(draft: Path) -> None:
    (draft / "limits.csv").write_text("limit,scope\nday-stop,book\n")
    (draft / "zeta.csv").write_text("a;b\n1;2\n")
    view = view_book(draft.parent)
    assert (view.path, view.version, view.diagnostics) == (draft, "draft", ())
    files = [table.file for table in view.tables]
    assert files[:2] == ["parameters.csv", "metrics.csv"]
    some = ("entry.csv", "limits.csv", "scenarios.csv", "zeta.csv")
    assert [file for file in files if file in some] == [*some]
    for table in view.tables[:-1]:
        with (draft / table.file).open(encoding="utf-8", newline="") as file:
            assert table.list_records() == list(csv.DictReader(file))
    assert view.tables[-1].list_records() == [{"a": "1", "b": "2"}]


def test_the_manifest_is_read_as_it_is_written(draft: Path) -> None:
    view = view_book(draft)
    assert view.manifest is not None
    assert view.manifest["legs"][1] == {
        "name": "perp",
        "kind": "swap",
        "side": "sell",
        "capital": "1 / leverage / (1 - position_buffer)",
    }
    assert {table.name: table.policy for table in view.tables}["entry"] == view.manifest["hit_policy"][
        "entry"
    ]


def test_values_that_json_does_not_have(draft: Path) -> None:
    (draft / "book.toml").write_text("a = [nan, inf, 2026-01-01, 08:00:00]\nhit_policy = 3\n")
    view = view_book(draft)
    assert view.manifest is not None
    assert json.dumps(view.manifest, allow_nan=False, default=str) == (
        '{"a": ["nan", "inf", "2026-01-01", "08:00:00"], "hit_policy": 3}'
    )
    assert view.behaviour is None
    assert {table.policy for table in view.tables} == {None}


def test_one_table(draft: Path) -> None:
    (draft / "book.toml").write_text("a = ")
    for name in ("metrics", "metrics.csv"):
        view = view_book(draft, name)
        assert (view.manifest, [table.name for table in view.tables], view.diagnostics) == (
            None,
            ["metrics"],
            (),
        )


@pytest.mark.parametrize(
    ("name", "hint"),
    [("entri", 'did you mean "entry"?'), ("zzz", "tables are parameters, metrics"), ("", "tables")],
)
def test_a_table_that_is_not_there(draft: Path, name: str, hint: str) -> None:
    with pytest.raises(UsageError, match="the book has no table") as raised:
        view_book(draft, name)
    assert hint in str(raised.value)


def test_a_folder_that_is_no_book(tmp_path: Path) -> None:
    with pytest.raises(BookErrors, match="is no rule book"):
        view_book(tmp_path)


def test_a_faulty_book_is_shown_as_far_as_it_can_be(draft: Path) -> None:
    (draft / "book.toml").write_text("name = ")
    (draft / "parameters.csv").write_text("name,value,value,\na,1,2\nb,1,2,3\n")
    (draft / "metrics.csv").write_bytes(b"\xff")
    (draft / "entry.csv").write_text('id,vol\nE1,5\nE2,"6\n')
    view = view_book(draft)
    assert view.manifest is None
    tables = {table.name: table for table in view.tables}
    assert tables["parameters"].header == ("name", "value", "value (2)")
    assert tables["metrics"].rows == ()
    assert tables["entry"].list_records() == [{"id": "E1", "vol": "5"}]
    assert [(fault.file, fault.code) for fault in view.diagnostics] == [
        ("book.toml", "manifest.toml"),
        ("parameters.csv", "header.duplicate"),
        ("parameters.csv", "row.ragged"),
        ("metrics.csv", "file.encoding"),
        ("entry.csv", "sheet.quotes"),
    ]


def test_headers_that_are_missing_have_their_place(draft: Path) -> None:
    (draft / "entry.csv").write_text("id,,then enter\nE1,5,true\n")
    assert view_table(draft, "entry").list_records() == [
        {"id": "E1", "(column 2)": "5", "then enter": "true"}
    ]


@pytest.mark.parametrize(
    ("file", "text", "entries"),
    [
        (
            "entry.csv",
            "vol,id,then x,note\n-,E1,-,\n5,E2,,a\n",
            [("E1", {"then x": "-"}), ("E2", {"vol": "5", "note": "a"})],
        ),
        ("targets.csv", "kpi,over,must be\nsharpe,365d,> 2\n", [("sharpe 365d", {"must be": "> 2"})]),
        ("parameters.csv", "nme,value\na,-\n", [("a", {"value": "-"})]),
    ],
)
def test_a_row_by_what_names_it(draft: Path, file: str, text: str, entries: object) -> None:
    (draft / file).write_text(text)
    assert view_table(draft, file).list_entries() == entries
