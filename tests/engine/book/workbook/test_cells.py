"""What a spreadsheet may leave in a cell: taken exactly, or refused at its place."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from engine.book.workbook.formats import Shown, classify_format

CASES = Path(__file__).resolve().parents[3] / "cases" / "workbook" / "cells.csv"


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_cell(case: dict[str, str], place: str, style: int) -> str:
    """The cell of a case as a spreadsheet writes it."""
    put = escape(case["put"])
    inside = {
        "text": ("inlineStr", f'<is><t xml:space="preserve">{put}</t></is>'),
        "formula": ("n", f"<f>{put}</f><v>3</v>"),
        "date": ("n", "<v>45293</v>"),
        "number": ("n", f"<v>{put}</v>"),
        "boolean": ("b", f"<v>{put}</v>"),
        "error": ("e", f"<v>{put}</v>"),
        "iso": ("d", f"<v>{put}</v>"),
        "shared": ("s", f"<v>{put}</v>"),
        "odd": ("odd", f"<v>{put}</v>"),
    }
    kind, content = inside[case["kind"]]
    return f'<c r="{place}" s="{style}" t="{kind}">{content}</c>'


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case["id"])
def test_a_cell_is_taken_or_refused_at_its_place(
    case: dict[str, str],
    packed: bytes,
    texts: dict[str, str],
    read: Callable[..., Any],
    repack: Callable[..., bytes],
    find_part: Callable[..., Any],
) -> None:
    part, sheet = find_part(packed, "entry")
    row = f'<row r="300">{write_cell(case, "C300", 1)}</row></sheetData>'
    code = escape(case["format"], {'"': "&quot;"})
    styles = (
        f'<styleSheet><numFmts><numFmt numFmtId="300" formatCode="{code}"/>'
        '</numFmts><cellXfs><xf numFmtId="49"/><xf numFmtId="300"/></cellXfs></styleSheet>'
    )
    changed = {part: sheet.replace(b"</sheetData>", row.encode()), "xl/styles.xml": styles.encode()}
    found = read(repack(packed, changed))
    if not case["code"]:
        assert isinstance(found, dict), [str(fault) for fault in found]
        last = list(csv.reader(found["entry.csv"].splitlines()))[-1]
        assert last[2] == case["text"]
        assert {file: found[file] for file in texts if file != "entry.csv"} == {
            file: text for file, text in texts.items() if file != "entry.csv"
        }
        return
    assert [fault.code for fault in found] == [case["code"]]
    assert (found[0].file, found[0].column) == ("entry!C300", "forecast_apr")
    assert case["says"] in str(found[0])
    assert found[0].hint


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, Shown.PLAIN),
        (1, Shown.PLAIN),
        (2, Shown.PLAIN),
        (3, Shown.OTHER),
        (9, Shown.PERCENT),
        (10, Shown.PERCENT),
        (11, Shown.OTHER),
        (12, Shown.OTHER),
        (14, Shown.TIME),
        (22, Shown.TIME),
        (31, Shown.TIME),
        (45, Shown.TIME),
        (49, Shown.PLAIN),
        (57, Shown.TIME),
        (99, Shown.OTHER),
    ],
)
def test_formats_that_have_a_number_alone(
    number: int,
    shown: Shown,
    packed: bytes,
    read: Callable[..., Any],
    repack: Callable[..., bytes],
    find_part: Callable[..., Any],
) -> None:
    part, sheet = find_part(packed, "entry")
    row = b'<row r="300"><c r="C300" s="1"><v>0.5</v></c></row></sheetData>'
    styles = f'<s><cellXfs><xf numFmtId="49"/><xf numFmtId="{number}"/></cellXfs></s>'
    found = read(
        repack(packed, {part: sheet.replace(b"</sheetData>", row), "xl/styles.xml": styles.encode()})
    )
    expected = {Shown.TIME: "cell.date", Shown.OTHER: "cell.format"}
    if shown in expected:
        assert [fault.code for fault in found] == [expected[shown]]
    else:
        assert found["entry.csv"].endswith(f",,{'50%' if shown is Shown.PERCENT else '0.5'},,,,,,,,,,\n")


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("GENERAL", Shown.PLAIN),
        ("[$-409]General", Shown.PLAIN),
        ("0.###", Shown.PLAIN),
        ("# %", Shown.PERCENT),
        ('"h"0', Shown.OTHER),
        ("[Red]0.0", Shown.OTHER),
        ("\\d0", Shown.OTHER),
        ("[m]", Shown.TIME),
        ("0.0%;-0.0%", Shown.OTHER),
        ("[" * 100_000, Shown.OTHER),
    ],
)
def test_formats_by_their_code(code: str, shown: Shown) -> None:
    assert classify_format(code) is shown


def test_every_fault_comes_at_once(
    packed: bytes, read: Callable[..., Any], repack: Callable[..., bytes], find_part: Callable[..., Any]
) -> None:
    part, sheet = find_part(packed, "entry")
    other, parameters = find_part(packed, "parameters")
    wrong = b'<row r="300"><c r="B300"><f>1</f></c><c r="Z300" t="e"><v>#REF!</v></c></row></sheetData>'
    more = b'<row r="300"><c r="A300" t="d"><v>2024-01-01</v></c></row></sheetData>'
    found = read(
        repack(
            packed,
            {
                part: sheet.replace(b"</sheetData>", wrong),
                other: parameters.replace(b"</sheetData>", more),
                "xl/workbook.xml": b"<w><sheets>"
                + b"".join(
                    b'<sheet name="%b" id="rId%d"/>' % (name, number)
                    for number, name in enumerate([b"book", b"parameters", b"matrics", b"entry"], 1)
                )
                + b"</sheets></w>",
            },
        )
    )
    assert [(fault.code, fault.file) for fault in found] == [
        ("workbook.sheet.missing", "book.xlsx"),
        ("workbook.sheet.unknown", "book.xlsx"),
        ("cell.date", "parameters!A300"),
        ("cell.formula", "entry!B300"),
        ("cell.error", "entry!Z300"),
        ("cell.outside", "entry!Z300"),
    ]


def test_of_very_many_faults_the_first_are_told_and_the_others_counted(
    packed: bytes, read: Callable[..., Any], repack: Callable[..., bytes], find_part: Callable[..., Any]
) -> None:
    part, sheet = find_part(packed, "entry")
    rows = "".join(f'<row r="{row}"><c r="A{row}"><f>1</f></c></row>' for row in range(300, 5_300))
    found = read(repack(packed, {part: sheet.replace(b"</sheetData>", f"{rows}</sheetData>".encode())}))
    assert len(found) == 1_001
    assert "4,000 faults more" in str(found[-1])
