"""A workbook looks as a careful person would make it, and every cell of it is text."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

from engine.book.compile import CompiledBook, check_texts
from engine.book.folder import read_folder
from engine.book.load import load_book
from engine.book.read import read_book
from engine.book.workbook.choices import list_choices
from engine.book.workbook.glossary import Entry, list_glossary
from engine.book.workbook.looks import Part, find_part, measure_height, measure_width
from engine.book.workbook.write import write_workbook
from engine.operations.names import list_names
from engine.operations.starter import find_starter

SPARE = 200
WORDS = tuple(f"coin {number:03}" for number in range(90))


@pytest.fixture(scope="module")
def book(packed: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(packed))


def open_sheet(written: object, name: str) -> Any:
    assert isinstance(written, bytes)
    return openpyxl.load_workbook(io.BytesIO(written))[name]


def test_the_sheets_are_the_files_and_a_glossary(book: Any) -> None:
    assert book.sheetnames == ["book", "parameters", "metrics", "entry", "glossary"]
    assert [row[0].value for row in book["book"].iter_rows(max_row=3)] == [
        "book.toml",
        'name = "funding-carry"',
        'title = "Buy spot, short the perpetual, collect funding"',
    ]


def test_every_cell_is_text_and_stays_so_below_and_beside_the_table(book: Any) -> None:
    for sheet in book:
        for row in sheet.iter_rows():
            assert {cell.number_format for cell in row} == {"@"}
            assert {cell.data_type for cell in row if cell.value is not None} <= {"s"}
    sheet = book["entry"]
    assert sheet.max_row == 3 + SPARE
    assert {sheet.column_dimensions[letter].number_format for letter in "AMNOW"} == {"@"}


def test_what_begins_like_a_formula_is_text() -> None:
    rows = "".join(f"{sign}1,{sign}\n" for sign in "=+-@")
    sheet = open_sheet(write_workbook({"entry.csv": "id,=note\n" + rows}), "entry")
    assert [(cell.data_type, cell.value[0]) for cell in sheet["A"][1:5]] == [("s", sign) for sign in "=+-@"]
    assert sheet["B1"].data_type == "s"


def test_headers_stand_out_and_stay_in_sight(book: Any) -> None:
    sheet = book["entry"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:M3"
    assert all(cell.font.b and cell.fill.fill_type == "solid" for cell in sheet[1])
    colours = {cell.value: cell.fill.fgColor.rgb for cell in sheet[1]}
    assert colours["net_apr"] == colours["vol"] != colours["then enter"] == colours["then priority"]
    assert len({colours["id"], colours["net_apr"], colours["then enter"], colours["note"]}) == 4


def test_notes_are_wide_wrapped_and_muted(book: Any) -> None:
    sheet = book["parameters"]
    note, value = sheet["F3"], sheet["B3"]
    assert note.alignment.wrap_text
    assert note.font.color.rgb != value.font.color.rgb
    assert sheet.column_dimensions["F"].width > 3 * sheet.column_dimensions["B"].width


def test_a_page_is_landscape_one_page_wide_with_its_header(book: Any) -> None:
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.oddFooter.left.text == "&A"


def test_the_glossary_is_guarded_and_tells_every_name(book: Any) -> None:
    sheet = book["glossary"]
    assert sheet.protection.sheet
    assert not book["entry"].protection.sheet
    names = {row[1]: row for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert names["perp_bid"][:3] == ("market data", "perp_bid", "price")
    assert names["hours_since_exit"][0] == "position"
    assert (names["net_apr"][0], names["net_apr"][4]) == ("metric", "net_hold / (expected_hold / 365d)")
    assert names["max_vol"][:3] == ("parameter", "max_vol", "%")
    assert names["bps"][0].startswith("unit")
    assert names["lag(x, age: duration)"][0] == "function: other rows"
    assert not any("`" in str(cell) for row in names.values() for cell in row)


def test_the_glossary_has_every_name_that_is_listed_with_its_unit_and_the_tables_that_see_it() -> None:
    entries = list_glossary(load_book(find_starter()))
    told = {(entry.where, entry.name): entry for entry in entries}
    listed = list_names(find_starter())
    assert {name.source for name in listed} == {
        *("parameter", "market", "position", "metric", "order", "measure"),
    }
    for name in listed:
        entry = told["market data" if name.source == "market" else name.source, name.name]
        assert (entry.unit, entry.meaning, entry.tables) == (name.unit, name.meaning, name.sight)
    assert len([entry for entry in entries if entry.tables]) == len(listed)
    assert told["measure", "latency_p95_s"].tables == "limits of venue"
    assert told["measure", "latency_p95_s"].unit == "s"
    assert told["order", "action"].tables == "execution"
    assert told["order", "action"].example == "enter, exit, rebalance, unwind, urgent"
    assert told["market data", "perp_bid"].tables == "all tables"
    assert told["position", "notional_usd"].tables == "metrics, entry, exit, sizing, execution, limits"
    assert told["measure", "notional_usd"].tables == "limits of book, account, venue, base"


def test_the_glossary_of_a_book_with_faults_has_what_is_given_to_every_book(draft: Path) -> None:
    entry = draft / "entry.csv"
    entry.write_text(entry.read_text(encoding="utf-8").replace("basis_in", "basis_inn"), encoding="utf-8")
    book = read_book(read_folder(draft)).book
    assert book is not None
    assert not isinstance(check_texts(book), CompiledBook)
    told = {(each.where, each.name) for each in list_glossary(book)}
    assert {("measure", "drawdown"), ("order", "action"), ("market data", "perp_bid")} <= told


def test_the_glossary_of_a_book_that_cannot_be_read_has_units_and_functions() -> None:
    without = list_glossary(None)
    assert {entry.where.split(":")[0] for entry in without} == {
        "unit behind a number",
        "unit of a column",
        "function",
    }
    assert list_glossary(load_book(find_starter()))[-len(without) :] == without


def test_choices_are_offered_for_the_whole_column_and_others_only_warned_of(book: Any) -> None:
    (validation,) = book["entry"].data_validations.dataValidation
    assert str(validation.sqref) == f"K2:K{3 + SPARE}"
    assert (validation.type, validation.formula1, validation.errorStyle) == (
        "list",
        '"true,false"',
        "warning",
    )
    assert validation.showErrorMessage
    assert validation.allow_blank
    assert list_choices()[("entry.csv", "then enter")] == ("true", "false")


@pytest.mark.parametrize("words", [WORDS, ("a,b", "c"), ('say "so"',)])
def test_long_lists_of_choices_stand_on_a_sheet(words: tuple[str, ...]) -> None:
    written = write_workbook(
        {"entry.csv": "id,base,quote\nR1,,\n"},
        choices={("entry.csv", "base"): words, ("entry.csv", "quote"): words, ("entry.csv", "gone"): ("x",)},
    )
    sheet = open_sheet(written, "choices")
    assert sheet.protection.sheet
    assert [cell.value for cell in sheet["A"] if cell.value] == ["entry base", *words]
    validations = open_sheet(written, "entry").data_validations.dataValidation
    assert {each.formula1 for each in validations} == {f"'choices'!$A$2:$A${len(words) + 1}"}


def test_numbers_as_text_get_no_mark_and_rows_grow(packed: bytes) -> None:
    with ZipFile(io.BytesIO(packed)) as archive:
        sheet = archive.read("xl/worksheets/sheet4.xml").decode()
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"1980-01-01T00:00:00Z" in archive.read("docProps/core.xml")
        assert archive.namelist()[0] == "[Content_Types].xml"
    assert '<ignoredError sqref="A1:M203" numberStoredAsText="1"/></ignoredErrors></worksheet>' in sheet
    assert re.search(r'<row r="2" ht="[\d.]+">', sheet)
    assert "<t>" not in sheet


@pytest.mark.parametrize(
    ("header", "place", "part"),
    [
        ("id", 0, Part.KEY),
        ("net_apr", 1, Part.CONDITION),
        ("then enter", 2, Part.OUTPUT),
        (" then enter", 2, Part.OUTPUT),
        ("thence", 2, Part.CONDITION),
        ("formula", 1, Part.FORMULA),
        ("note", 0, Part.NOTE),
        ("", 1, Part.CONDITION),
    ],
)
def test_parts_by_their_header(header: str, place: int, part: Part) -> None:
    assert find_part(header, place) is part


def test_widths_and_heights_follow_the_content_within_reason() -> None:
    assert measure_width(Part.CONDITION, ["x", "> 5%"]) < measure_width(
        Part.CONDITION, ["x", "> entry_net_apr"]
    )
    assert measure_width(Part.CONDITION, ["x", "y" * 1_000]) <= 40
    assert measure_width(Part.NOTE, ["note", ""]) >= 30
    assert measure_height(["a", "b"], [9, 9]) == 15
    assert measure_height(["a", "one two three"], [9, 9]) == 30
    assert measure_height(["a\nb\nc"], [9]) == 45
    assert measure_height(["x" * 32_767], [9]) <= 409


def test_rows_of_the_glossary_are_text_too() -> None:
    written = write_workbook({"entry.csv": "id\n"}, glossary=[Entry("unit", "=x", "\x01", "_x000D_", " ")])
    assert open_sheet(written, "glossary")["B2"].value == "=x"
