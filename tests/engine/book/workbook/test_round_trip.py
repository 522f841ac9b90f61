"""From files to a workbook and back: nothing is lost, whatever stands in a cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.book.workbook.characters import LONGEST, escape_text, measure_text, unescape_text
from engine.book.workbook.grid import Dialect, Grid, adopt_dialect, cut_grid, write_cells
from engine.book.workbook.lines import adopt_line_ends, cut_lines, write_lines
from engine.book.workbook.read import read_workbook
from engine.book.workbook.write import write_workbook

SIGNS = [
    *('"', '""', ",", ";", "\t", "\n", "\r", "\r\n", " ", "'", "=", "+", "-", "@", "|", "\ufeff"),
    *(
        "\x00",
        "\x01",
        "\x0b",
        "\x1b",
        "\x7f",
        "\x85",
        "\xa0",
        "\u2028",
        "\ufffe",
        "\uffff",
        "<",
        "&amp;",
        "]]>",
    ),
    *("_x000D_", "_x000d_", "_x005F_", "_x0041_x0042_", "_x", "_xD83D__xDE00_", "_X0041_"),
    *(
        "e\u0301",
        "אבג",
        "\u202e",
        "😀",
        "👩\u200d👧",
        "\U0001d4b3",
        "1-2",
        "5%",
        "=A1",
        "#N/A",
        "TRUE",
        "1e5",
        "0.50",
    ),
]
"""Whatever has ever harmed a cell."""

through_a_workbook = settings(max_examples=min(settings().max_examples, 400))
"""Each example takes a tenth of a second, so that the thorough profile tries fewer than elsewhere."""

hostile = st.one_of(
    st.sampled_from(SIGNS),
    st.lists(st.sampled_from(SIGNS), max_size=5).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)


@st.composite
def grids(draw: st.DrawFn) -> list[list[str]]:
    """Cells with a header whose last column has a name, and a last row with something in it."""
    width, height = draw(st.integers(1, 4)), draw(st.integers(0, 4))
    rows = [draw(st.lists(hostile, min_size=width, max_size=width)) for _ in range(height + 1)]
    rows[0][0] = rows[0][0] if rows[0][0].strip() else "id"
    rows[0][-1] = rows[0][-1] or "note"
    rows[-1][0] = rows[-1][0] or "R"
    return rows


dialects = st.builds(
    Dialect,
    st.sampled_from([",", ";"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.booleans(),
)
manifests = st.lists(st.one_of(hostile, st.just('name = "x"')), max_size=6).map("\n".join)


def through(texts: dict[str, str]) -> dict[str, str]:
    """The texts after they were a workbook."""
    packed = write_workbook(texts)
    assert isinstance(packed, bytes)
    found = read_workbook(packed, "book.xlsx", known=list(texts), needed=list(texts))
    assert isinstance(found, dict), [str(fault) for fault in found]
    return found


def cells_of(text: str) -> Any:
    grid = cut_grid(text, "entry.csv")
    assert isinstance(grid, Grid), grid
    return grid.cells


@through_a_workbook
@given(st.lists(grids(), min_size=1, max_size=3))
def test_the_canonical_text_comes_back_byte_by_byte(tables: list[list[list[str]]]) -> None:
    texts = {f"table{number}.csv": write_cells(cells) for number, cells in enumerate(tables)}
    assert through(texts) == texts


@through_a_workbook
@given(grids(), dialects)
def test_another_dialect_comes_back_with_equal_cells(cells: list[list[str]], dialect: Dialect) -> None:
    text = write_cells(cells, dialect)
    assert cells_of(text) == tuple(map(tuple, cells))
    assert cells_of(through({"entry.csv": text})["entry.csv"]) == tuple(map(tuple, cells))


@through_a_workbook
@given(grids(), dialects)
def test_a_file_with_equal_cells_is_not_touched(cells: list[list[str]], dialect: Dialect) -> None:
    present = write_cells(cells, dialect)
    assert adopt_dialect(through({"entry.csv": present})["entry.csv"], present, "entry.csv") == present


@given(grids(), grids(), dialects)
def test_a_changed_file_keeps_its_dialect(
    old: list[list[str]], new: list[list[str]], dialect: Dialect
) -> None:
    present = write_cells(old, dialect)
    became = adopt_dialect(write_cells(new), present, "entry.csv")
    assert became.startswith("\ufeff") == dialect.bom or became == present
    unified = [[cell.replace("\r\n", "\n") for cell in row] for row in cells_of(became)]
    assert unified == [[cell.replace("\r\n", "\n") for cell in row] for row in new]
    if became != present:
        assert became.endswith(dialect.line_end)
        assert cells_of(became) == tuple(map(tuple, new))


@given(st.text(st.sampled_from('ab",;\n\r \ufeff'), max_size=40))
def test_rows_are_cut_as_the_csv_module_cuts_them(text: str) -> None:
    grid = cut_grid(text, "entry.csv")
    if isinstance(grid, tuple):
        return
    reader = csv.reader(
        io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=grid.dialect.separator, strict=True
    )
    rows = list(reader)
    while not any(map(str.strip, rows[0])):
        rows.pop(0)
    width = len(grid.cells[0])
    padded = [tuple((row + [""] * width)[:width]) for row in rows]
    while not any(padded[-1]):
        padded.pop()
    assert grid.cells == tuple(padded)
    assert not any(any(row[width:]) for row in rows)


@through_a_workbook
@given(manifests)
def test_the_manifest_comes_back(text: str) -> None:
    found = through({"book.toml": text})["book.toml"]
    assert cut_lines(found) == cut_lines(text)
    canonical = write_lines(cut_lines(text))
    assert through({"book.toml": canonical})["book.toml"] == canonical
    assert adopt_line_ends(found, text) == text


@pytest.mark.parametrize(
    ("present", "text", "became"),
    [
        ("a\r\nb\r\n", "a\nb\n", "a\r\nb\r\n"),
        ("a\r\nb\r\n", "a\nc\n", "a\r\nc\r\n"),
        ("\ufeffa\nb", "a\nb\n", "\ufeffa\nb"),
        ("\ufeffa\nb", "a\nc\n", "\ufeffa\nc\n"),
        ("a\r\nb\n", "a\r\nc\n", "a\r\nc\n"),
        ("a\n\n\n", "a\n", "a\n\n\n"),
    ],
)
def test_line_ends_of_a_manifest_are_kept(present: str, text: str, became: str) -> None:
    assert adopt_line_ends(text, present) == became


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a,b\n1,2", (("a", "b"), ("1", "2"))),
        ("\n\na,b,,\n1,2,,\n,,,\n", (("a", "b"), ("1", "2"))),
        (" , \na,b\n1,\n", (("a", "b"), ("1", ""))),
        ("a,b\n\n1,2\n,\n", (("a", "b"), ("", ""), ("1", "2"))),
        ('a;"b\n,"\n1;2\n', (("a", "b\n,"), ("1", "2"))),
        ('a,"b\n;"\n1,2\n', (("a", "b\n;"), ("1", "2"))),
        ("a\rb\r", (("a",), ("b",))),
    ],
)
def test_what_is_cut_of_other_dialects(text: str, cells: Any) -> None:
    assert cells_of(text) == cells


@pytest.mark.parametrize(
    ("text", "code", "row"),
    [
        ("", "sheet.empty", 1),
        (" ,\n\n", "sheet.empty", 1),
        ('a,b\n1,"2\n3,4\n', "sheet.quotes", 2),
        ('a,b\n"1"2,3\n', "sheet.quotes", 2),
        ('a,b\n"x\ny",2\n1\n', "row.ragged", 4),
        ("a,b\n1,2,3\n", "row.ragged", 2),
    ],
)
def test_a_text_that_is_no_table_is_refused_at_its_line(text: str, code: str, row: int) -> None:
    found = write_workbook({"entry.csv": text})
    assert isinstance(found, tuple)
    assert [(fault.code, fault.file, fault.row) for fault in found] == [(code, "entry.csv", row)]


@pytest.mark.parametrize("letter", ["x", "=", "\x01", "_x000D_"])
def test_a_cell_as_long_as_a_spreadsheet_holds_is_not_cut(letter: str) -> None:
    text = (letter * LONGEST)[:LONGEST]
    table = write_cells([["id", "note"], ["R1", text]])
    assert through({"entry.csv": table}) == {"entry.csv": table}


@pytest.mark.parametrize(("text", "length"), [("x" * 32_768, "32,768"), ("😀" * 16_384, "32,768")])
def test_a_longer_cell_is_refused_at_its_place(text: str, length: str) -> None:
    table = write_cells([["id", "note"], ["R1", ""], ["R2", text]])
    found = write_workbook({"entry.csv": table, "book.toml": f"a = 1\nb = '{text[:-2]}'\n"})
    assert isinstance(found, tuple)
    assert [(fault.code, fault.file, fault.row, fault.column) for fault in found] == [
        ("cell.long", "entry.csv", 3, "note"),
        ("cell.long", "book.toml", 2, "book.toml"),
    ]
    assert length in found[0].message


def test_half_of_a_character_is_refused() -> None:
    found = write_workbook({"entry.csv": "id,note\nR1,\ud800\n"})
    assert isinstance(found, tuple)
    assert [(fault.code, fault.row, fault.column) for fault in found] == [("cell.character", 2, "note")]


def test_a_book_too_large_is_refused() -> None:
    found = write_workbook({"entry.csv": "id,note\n" + "a,b\n" * 130_000})
    assert isinstance(found, tuple)
    assert [fault.code for fault in found] == ["workbook.large"]


@given(hostile)
def test_escapes_are_undone(text: str) -> None:
    assert unescape_text(escape_text(text)) == text
    assert measure_text(text) == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        ("_x000D_", "\r"),
        ("_x000d__x000A_", "\r\n"),
        ("_x005F_x000D_", "_x000D_"),
        ("_xD83D__xDE00_", "😀"),
        ("_x000_", "_x000_"),
        ("_x00_x0041_", "_x00A"),
    ],
)
def test_escapes_that_spreadsheets_write(escaped: str, text: str) -> None:
    assert unescape_text(escaped) == text


def test_equal_books_are_equal_files(texts: dict[str, str]) -> None:
    assert write_workbook(texts) == write_workbook(dict(texts))
    other = texts | {"parameters.csv": texts["parameters.csv"].replace("5%", "6%")}
    assert write_workbook(other) != write_workbook(texts)


def test_the_starter_book_comes_back(packed: bytes, texts: dict[str, str], read: Callable[..., Any]) -> None:
    assert read(packed) == texts
