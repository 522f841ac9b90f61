from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from rich.table import Table

from engine.cli.console import show, show_faults, show_json, show_wrapped
from engine.errors import Diagnostic

FAULT = Diagnostic("cell.type", "text where a number is expected", "", "entry.csv", 3, "basis_bps")


def test_brackets_are_text_and_long_lines_stay_whole(capsys: pytest.CaptureFixture[str]) -> None:
    line = "entry.csv:7 [bold] :warning: " + "x" * 500
    show(line)
    assert capsys.readouterr().out == line + "\n"


def test_faults_are_lines_of_data(capsys: pytest.CaptureFixture[str]) -> None:
    show_faults([FAULT, FAULT])
    assert capsys.readouterr().out == "entry.csv:3 [basis_bps] text where a number is expected\n" * 2


def test_a_piped_table_is_not_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    cells = [f"a rather long value {number}" for number in range(7)]
    table = Table(*[f"column {number}" for number in range(7)])
    table.add_row(*cells)
    show(table)
    shown = capsys.readouterr().out
    assert [cell for cell in cells if cell not in shown] == []


def test_json_is_one_line_with_iso_times(capsys: pytest.CaptureFixture[str]) -> None:
    value = {
        "at": datetime(2026, 3, 1, 8, tzinfo=UTC),
        "day": date(2026, 3, 1),
        "fault": FAULT,
        "unit": "µ",
        "x": None,
    }
    show_json(value)
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    assert "µ" in line
    assert json.loads(line) == {
        "at": "2026-03-01T08:00:00+00:00",
        "day": "2026-03-01",
        "fault": FAULT.as_dict(),
        "unit": "µ",
        "x": None,
    }


@pytest.mark.parametrize(
    ("value", "error"),
    [(float("nan"), ValueError), (float("inf"), ValueError), (Decimal(1), TypeError), ({1, 2}, TypeError)],
    ids=["nan", "infinity", "decimal", "set"],
)
def test_json_refuses_what_it_cannot_say(value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        show_json({"value": value})


def test_a_line_is_broken_between_words_where_the_width_is_known(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = "  net_apr 15.50 %, depth_usd 91.9 k usd, vol 77.407 %"
    monkeypatch.setenv("COLUMNS", "18")
    show_wrapped(line)
    shown = capsys.readouterr().out.splitlines()
    assert shown == ["  net_apr 15.50 %,", "      depth_usd", "      91.9 k usd,", "      vol 77.407 %"]
    monkeypatch.delenv("COLUMNS")
    show_wrapped(line * 9)
    assert capsys.readouterr().out == line * 9 + "\n"
