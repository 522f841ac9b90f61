from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl


def test_very_many_faults_are_counted(packed: bytes, read: Callable[..., Any]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(packed))
    sheet = book["metrics"]
    for row in range(2, 2_002):
        sheet.cell(row, 2).value = "=A1"
    data = io.BytesIO()
    book.save(data)
    *told, last = read(data.getvalue())
    assert {fault.code for fault in told} == {"cell.formula"}
    assert last.code == "workbook.faults"
    assert f"{2_000 - len(told):,}" in last.message
