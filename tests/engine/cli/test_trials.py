"""What `carrybook rules test` says of scenarios that fail."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.cli.app import app
from engine.cli.console import ExitCode
from engine.operations.starter import find_starter

EXPECTED = {
    ",E2,the note's": ",E1,the note's",
    ",day-stop,2.05": ",default,2.05",
    ",X3,": ",default,",
}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The starter book with scenarios that expect something else."""
    folder = Path(shutil.copytree(find_starter(), tmp_path / "funding-carry"))
    scenarios = folder / "draft" / "scenarios.csv"
    text = scenarios.read_text(encoding="utf-8")
    for sound, wrong in EXPECTED.items():
        assert sound in text, "the test no longer fits the starter book"
        text = text.replace(sound, wrong, 1)
    scenarios.write_text(text, encoding="utf-8")
    return folder


def test_a_failing_scenario_shows_the_cells_and_values_behind_it(book: Path) -> None:
    result = CliRunner().invoke(app, ["rules", "test", str(book)], env={"NO_COLOR": "1"})
    assert result.exit_code == ExitCode.FAULT
    assert result.stdout.splitlines()[:8] == [
        "scenarios.csv:3 N1: expected E1, found E2 (enter true, priority 1); the note's own example",
        "    E1: net_apr 9.19 % failed >= strong_net_apr, short by 2.81 %",
        "scenarios.csv:7 N5: expected default, found X3 (keep 0, urgent false)",
        "    X3 passes:",
        "    X3: forecast_apr 1.00 % passed < exit_apr",
        "    X3: funding_apr -32.85 % passed < exit_apr",
        "    X3: age_hours 80 h passed >= min_hold",
        "scenarios.csv:8 N6: expected default, found day-stop; 2.05 % of 2000",
    ]
    assert "    day-stop: pnl_today_usd / capital_usd -2.050 %, must be > -day_stop\n" in result.stdout


def test_the_same_as_json(book: Path) -> None:
    result = CliRunner().invoke(app, ["rules", "test", str(book), "--json"])
    failed = [each for each in json.loads(result.stdout)["scenarios"] if not each["passed"]]
    rule, _, limit = failed[:3]
    cells = [cell["header"] for cell in rule["missed"]["cells"] if cell["outcome"] == "failed"]
    assert (rule["missed"]["rule"], cells) == ("E1", ["net_apr"])
    assert limit["measured"]["day-stop"]["value"] == pytest.approx(-0.0205)
