"""What a user may do to the sheets of a workbook, done with openpyxl."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference

from engine.book.folder import gather_files
from engine.book.load import check_files
from engine.book.workbook.places import place_faults

CASES = Path(__file__).resolve().parents[3] / "cases" / "workbook" / "sheets.csv"


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def edit(data: bytes, change: Callable[[Any], None]) -> bytes:
    """The workbook after it was opened, changed and saved."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def rename(book: Any, sheet: str, title: str) -> None:
    # openpyxl takes names that differ by case alone for one, as spreadsheets do
    book[sheet].title = "x"
    book["x"].title = title


def add(book: Any, sheet: str, _: str) -> None:
    added = book.create_sheet("other")
    added["A1"] = "id"
    added._WorkbookChild__title = sheet


def add_chart(book: Any, sheet: str, _: str) -> None:
    if sheet in book:
        del book[sheet]
    chart = BarChart()
    chart.add_data(Reference(book["parameters"], min_col=2, min_row=1, max_row=3))
    book.create_chartsheet(sheet).add_chart(chart)


def write(book: Any, sheet: str, place: str) -> None:
    book[sheet][place] = "x"


def clear_row(book: Any, sheet: str, row: str) -> None:
    for cell in book[sheet][int(row)]:
        cell.value = None


ACTS: dict[str, Callable[[Any, str, str], None]] = {
    "delete": lambda book, sheet, _: book.remove(book[sheet]),
    "rename": rename,
    "add": add,
    "chart": add_chart,
    "merge": lambda book, sheet, cells: book[sheet].merged_cells.add(cells),
    "write": write,
    "delete row": lambda book, sheet, row: book[sheet].delete_rows(int(row)),
    "clear row": clear_row,
}
"""What is done to a sheet, by the word of a case."""


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case["id"])
def test_what_is_done_to_sheets(case: dict[str, str], packed: bytes, read: Callable[..., Any]) -> None:
    act = ACTS[case["act"]]
    found = read(edit(packed, lambda book: act(book, case["sheet"], case["argument"])))
    if isinstance(found, dict):
        raw = {file: text.encode() for file, text in found.items()}
        found = place_faults(check_files(gather_files("draft", raw)), found)
    fitting = [
        fault
        for fault in found
        if (fault.code, fault.file) == (case["code"], case["place"]) and case["says"] in str(fault)
    ]
    assert fitting, [(fault.code, str(fault)) for fault in found]


def hide(book: Any) -> None:
    book["entry"].sheet_state = "hidden"
    book["metrics"].sheet_state = "veryHidden"
    book["parameters"].row_dimensions[3].hidden = True
    book["parameters"].column_dimensions["C"].hidden = True


def reorder(book: Any) -> None:
    book.move_sheet("entry", -3)
    book.move_sheet("glossary", -4)


def delete_those_for_people(book: Any) -> None:
    del book["glossary"]


def format_all(book: Any) -> None:
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                cell.number_format = "General"


def fill_the_glossary(book: Any) -> None:
    book["glossary"]["A3"] = "=1+1"
    book["glossary"].merge_cells("B4:B9")


@pytest.mark.parametrize("change", [hide, reorder, delete_those_for_people, format_all, fill_the_glossary])
def test_what_makes_no_difference(
    change: Callable[[Any], None], packed: bytes, texts: dict[str, str], read: Callable[..., Any]
) -> None:
    assert read(edit(packed, change)) == texts


def test_a_file_that_a_book_need_not_have(
    packed: bytes, texts: dict[str, str], read: Callable[..., Any]
) -> None:
    def add(book: Any) -> None:
        sheet = book.create_sheet("exit")
        sheet.append(["id", "funding_apr", "then keep"])
        sheet.append(["X1", "< 0", "0"])
        sheet.append([None, None, None])

    assert read(edit(packed, add)) == texts | {"exit.csv": "id,funding_apr,then keep\nX1,< 0,0\n"}


def test_an_empty_row_between_others_stays_and_those_at_the_end_go(
    packed: bytes, read: Callable[..., Any]
) -> None:
    def add(book: Any) -> None:
        book["parameters"]["A32"] = "x"
        book["parameters"]["B32"] = "5%"
        book["book"]["A33"] = "# end"

    found = read(edit(packed, add))
    assert found["parameters.csv"].splitlines()[-3:] == [",,,,,", ",,,,,", "x,5%,,,,"]
    assert found["book.toml"].endswith("}\n\n\n\n\n# end\n")


def test_faults_of_the_book_are_placed_at_their_cells(
    packed: bytes, texts: dict[str, str], read: Callable[..., Any]
) -> None:
    def spoil(book: Any) -> None:
        book["entry"]["M2"] = 'a note\nof "two" lines'
        book["entry"]["C3"] = "> fundng_apr"
        book["entry"]["A3"] = "E1"
        book["parameters"]["B7"] = "3d"
        book["book"]["A7"] = "cycle = 60"
        book["metrics"]["B2"] = "(perp_bid - spt_ask) / spot_ask"

    found = read(edit(packed, spoil))
    raw = {file: text.encode() for file, text in found.items()}
    faults = check_files(gather_files("draft", raw))
    placed = {(fault.code, fault.file, fault.column) for fault in place_faults(faults, found)}
    assert placed == {
        ("manifest.value", "book!A7", "cycle"),
        ("parameter.bounds", "parameters!B7", "value"),
        ("rule.id.duplicate", "entry!A3", "id"),
    }
    found = found | {"book.toml": texts["book.toml"]}
    faults = check_files(gather_files("draft", {file: text.encode() for file, text in found.items()}))
    placed = {(fault.code, fault.file, fault.column) for fault in place_faults(faults, found)}
    assert ("name.unknown", "metrics!B2", "formula") in placed
    assert ("name.unknown", "entry!C3", "forecast_apr") in placed
    in_cells = [fault for fault in place_faults(faults, found) if fault.code != "manifest.table"]
    assert all("!" in (fault.file or "") for fault in in_cells)
    (twice,) = (fault for fault in in_cells if fault.code == "rule.id.duplicate")
    assert twice.message == 'the id "E1" is taken by row 2'
