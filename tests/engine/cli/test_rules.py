from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.cli.app import app
from engine.cli.console import ExitCode
from engine.operations.starter import find_starter


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["rules", "check", *arguments], env={"NO_COLOR": "1"})


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A copy of the starter book with a fault in two files."""
    folder = Path(shutil.copytree(find_starter(), tmp_path / "funding-carry"))
    for name, sound, wrong in (
        ("entry.csv", "funding_apr", "fundng_apr"),
        ("parameters.csv", "30d,,7d", "3d,,7d"),
    ):
        file = folder / "draft" / name
        file.write_text(file.read_text().replace(sound, wrong, 1))
    return folder


def test_a_sound_book_is_one_line() -> None:
    result = invoke()
    assert result.exit_code == ExitCode.OK
    assert result.stdout.count("\n") == 1
    assert result.stdout.endswith("no fault\n")


def tell_fingerprints(folder: Path) -> tuple[str, str]:
    told = json.loads(invoke(str(folder), "--json").stdout)
    assert (
        f"draft (bytes {told['fingerprint']}, behaviour {told['behaviour']}): " in invoke(str(folder)).stdout
    )
    return told["fingerprint"], told["behaviour"]


def test_a_note_changes_the_bytes_of_a_book_and_a_bound_its_behaviour_too(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(find_starter(), tmp_path / "funding-carry"))
    entry = folder / "draft" / "entry.csv"
    first = tell_fingerprints(folder)
    assert first == tell_fingerprints(find_starter())
    entry.write_text(entry.read_text().replace("normal: only liquid pairs", "only liquid ones"))
    noted = tell_fingerprints(folder)
    assert (noted[0] != first[0], noted[1] == first[1]) == (True, True)
    entry.write_text(entry.read_text().replace(">= 5 * min_depth_usd", ">= 4 * min_depth_usd"))
    bound = tell_fingerprints(folder)
    assert (bound[0] != noted[0], bound[1] != noted[1]) == (True, True)


def test_every_fault_is_a_line_with_its_place(faulty: Path) -> None:
    result = invoke(str(faulty))
    assert result.exit_code == ExitCode.FAULT
    assert result.stdout.splitlines() == [
        (
            'parameters.csv:7 [value] parameter "expected_hold" is below its minimum; '
            "change the value, or the bound"
        ),
        'entry.csv:1 [fundng_apr] unknown name "fundng_apr"; did you mean "funding_apr"?',
    ]
    assert "2 faults" in result.stderr


def test_faults_as_json(faulty: Path) -> None:
    result = invoke(str(faulty / "draft"), "--json")
    assert result.exit_code == ExitCode.FAULT
    told = json.loads(result.stdout)
    assert (told["fingerprint"], told["behaviour"]) == (None, None)
    found = told["diagnostics"]
    assert [(fault["code"], fault["file"], fault["row"], fault["column"]) for fault in found] == [
        ("parameter.bounds", "parameters.csv", 7, "value"),
        ("name.unknown", "entry.csv", 1, "fundng_apr"),
    ]
    assert json.loads(invoke("--json").stdout)["diagnostics"] == []


def test_a_folder_that_is_no_book(tmp_path: Path) -> None:
    result = invoke(str(tmp_path))
    assert result.exit_code == ExitCode.FAULT
    assert "is no rule book" in result.stdout
