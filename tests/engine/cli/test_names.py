"""The command that lists the names of a book."""

from __future__ import annotations

from typer.testing import CliRunner

from engine.cli.app import app


def list_names(width: int) -> str:
    result = CliRunner().invoke(app, ["names"], env={"NO_COLOR": "1", "COLUMNS": str(width)})
    assert result.exit_code == 0
    return result.stdout


def test_a_type_is_told_once_and_flat_is_explained() -> None:
    table = list_names(400)
    assert "flat: the value where no position is held" in table
    assert " in ratio" not in table.replace("ratio in %", "")
    assert "price in price" not in table
    lines = {line.split()[0]: line for line in table.splitlines() if line.strip()}
    assert "never" in lines["hours_since_exit"]


def test_a_narrow_list_says_the_same() -> None:
    told = list_names(80)
    assert "hours_since_exit  duration in hours, position; " in told
    assert "; never where no position is held\n" in told
