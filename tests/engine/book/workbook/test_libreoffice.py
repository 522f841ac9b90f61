"""A workbook that LibreOffice opened and saved comes back with every cell equal."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest

from engine.book.workbook.characters import LONGEST
from engine.book.workbook.grid import Grid, adopt_dialect, cut_grid, write_cells
from engine.book.workbook.read import read_workbook
from engine.book.workbook.write import write_workbook

SECONDS_AT_MOST = 300

CELLS = [
    *("  both  ", "   ", "\n", " \n\n x\n", "a\nb", "a\rb", "\ta\t", "'quoted", "''", '"', '"a"', "a,b;c"),
    *("=A1", "=1+1", "+1", "-1", "@x", "-", ">= 5%", "[1..2]", "1-2", "2/3", "5%", "0.050", "1e5", "007"),
    *("TRUE", "true", "#N/A", "2024-01-02", "12:30", "9" * 20, "€ 5", "1.234,5"),
    *(
        "_x000D_",
        "_x000d_",
        "_x005F_",
        "_X0041_",
        "_x_",
        "_xD83D_",
        "<b>&amp;</b>",
        "]]>",
        "\ufeffx",
        "\ufffe",
    ),
    *(
        "😀",
        "👩\u200d👧",
        "e\u0301",
        "אבג abc",
        "\u202eabc",
        "a\u2028b",
        "\x85",
        "\xa0x\xa0",
        "\u200b",
        "\ufdd0",
    ),
    *(f"a{chr(code)}b" for code in range(32)),
    *(chr(code) for code in range(32)),
    *("x" * LONGEST, "=" * LONGEST, "😀" * (LONGEST // 2), "\n" * 300, "word " * 6_000),
]
"""What a spreadsheet might change: spaces, line ends, numbers, dates, formulas, escapes, odd characters."""

LOST = {"a\r\nb": "a\nb", "\r\n": "\n", "a\n\rb": "a\nb", "_x0041_x0042_": "_x0041B"}
"""What LibreOffice does change, as the documentation of the package tells."""


def rows(text: str) -> Any:
    grid = cut_grid(text, "a.csv")
    assert isinstance(grid, Grid)
    return grid.cells


@pytest.fixture(scope="module")
def saved(texts: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A book with hostile cells after LibreOffice saved it."""
    if shutil.which("soffice") is None:
        pytest.skip("needs LibreOffice (soffice)")
    folder = tmp_path_factory.mktemp("saved")
    packed = write_workbook(
        texts
        | {
            "exit.csv": write_cells([["id", "note"], *(["R", cell] for cell in CELLS)]),
            "limits.csv": write_cells([["id", *LOST], *(["R", *LOST] for _ in range(2))]),
            "sizing.csv": write_cells([["id", "then x", "=y"], ["a", "", ""], ["", "", ""], ["b", "1", ""]]),
        },
        choices={("entry.csv", "then enter"): ("true", "false"), ("exit.csv", "note"): tuple("abc" * 100)},
    )
    assert isinstance(packed, bytes)
    (folder / "book.xlsx").write_bytes(packed)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder / "out")]
    subprocess.run(
        [*command, str(folder / "book.xlsx")], check=True, capture_output=True, timeout=SECONDS_AT_MOST
    )
    files = [*texts, "exit.csv", "limits.csv", "sizing.csv"]
    found = read_workbook((folder / "out" / "book.xlsx").read_bytes(), "book.xlsx", known=files, needed=files)
    assert isinstance(found, dict), [str(fault) for fault in found]
    return found


def test_the_starter_book_is_the_same(saved: dict[str, str], texts: dict[str, str]) -> None:
    assert {file: saved[file] for file in texts} == texts


def test_every_hostile_cell_is_the_same(saved: dict[str, str]) -> None:
    found = [row[1] for row in rows(saved["exit.csv"])[1:]]
    differ = [(cell[:40], other[:40]) for cell, other in zip(CELLS, found, strict=True) if cell != other]
    assert differ == []


def test_empty_rows_and_columns_are_the_same(saved: dict[str, str]) -> None:
    assert saved["sizing.csv"] == "id,then x,=y\na,,\n,,\nb,1,\n"


def test_what_it_cannot_keep_is_what_is_documented(saved: dict[str, str]) -> None:
    assert rows(saved["limits.csv"]) == (("id", *LOST.values()), *(("R", *LOST.values()) for _ in range(2)))


def test_a_line_end_that_it_changed_is_no_change() -> None:
    present = write_cells([["id", "a\r\nb"], ["R", "a\r\nb"]])
    text = write_cells([["id", "a\nb"], ["R", "a\nb"]])
    assert adopt_dialect(text, present, "limits.csv") == present
