from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from engine.book.folder import KNOWN
from engine.cli.app import app
from engine.cli.console import ExitCode
from engine.operations.starter import find_starter

SHEETS = [file.split(".")[0] for file in KNOWN]


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["rules", *arguments], env={"NO_COLOR": "1", "COLUMNS": "240"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "book.xlsx"
    assert invoke("export", "--to", str(file)).exit_code == ExitCode.OK
    return file


def test_export_tells_the_sheets(tmp_path: Path) -> None:
    file = tmp_path / "book.xlsx"
    result = invoke("export", str(find_starter()), "--to", str(file))
    assert (result.exit_code, result.stdout) == (0, f"{file}: {', '.join(SHEETS)}\n")
    found = json.loads(invoke("export", "--to", str(file), "--json").stdout)
    assert found == {
        "path": str(find_starter() / "draft"),
        "file": str(file),
        "sheets": SHEETS,
        "faults": 0,
    }


def test_export_of_a_faulty_book_says_so(tmp_path: Path) -> None:
    book = Path(shutil.copytree(find_starter(), tmp_path / "funding-carry"))
    (book / "draft" / "entry.csv").unlink()
    result = invoke("export", str(book), "--to", str(tmp_path / "book.xlsx"))
    assert result.exit_code == ExitCode.OK
    assert "the book has 3 faults; `carrybook rules check" in result.stderr


def test_import_tells_what_changed(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    result = invoke("import", str(file), "--to", str(folder))
    assert result.exit_code == ExitCode.OK
    assert result.stdout == f"{folder}/draft: changed {', '.join(KNOWN)}\n"
    assert invoke("import", str(file), "--to", str(folder)).stdout == f"{folder}/draft: nothing differs\n"
    found = json.loads(invoke("import", str(file), "--to", str(folder), "--json").stdout)
    assert found["changed"] == []
    assert found["folder"] == f"{folder}/draft"
    assert len(found["unchanged"]) == len(KNOWN)
    assert invoke("check", str(folder)).exit_code == ExitCode.OK


def test_faults_are_lines_or_json_and_exit_code_1(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:1_000])
    result = invoke("import", str(file))
    assert result.exit_code == ExitCode.FAULT
    assert result.stderr.startswith("book.xlsx the workbook is damaged")
    result = invoke("import", str(file), "--json")
    assert result.exit_code == ExitCode.FAULT
    (fault,) = json.loads(result.stdout)["diagnostics"]
    assert (fault["code"], fault["file"]) == ("workbook.damaged", "book.xlsx")


def test_wrong_calls_are_exit_code_2(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments, message in (
        (["import", str(file)], "say with --to which folder is meant"),
        (["import", "gone.xlsx"], "cannot be read"),
        (["import"], "Missing argument"),
        (["export"], "Missing option '--to'"),
        (["export", "--to", "book.csv"], "suffix .xlsx"),
    ):
        result = invoke(*arguments)
        assert result.exit_code == ExitCode.USAGE, result.output
        assert message in result.stderr


def test_import_shows_what_it_changes_and_where_the_files_before_are(tmp_path: Path, file: Path) -> None:
    folder = tmp_path / "mine"
    invoke("import", str(file), "--to", str(folder))
    opened = openpyxl.load_workbook(file)
    opened["parameters"]["B9"] = "6%"
    opened.save(file)
    result = invoke("import", str(file), "--to", str(folder))
    assert result.stdout.splitlines() == [
        "parameters.csv entry_net_apr [value]: 5% → 6%",
        f"{folder}/draft: changed parameters.csv",
    ]
    assert f"the files as they were before: {folder}/draft.before-import/0001-" in result.stderr
    parameters = folder / "draft" / "parameters.csv"
    parameters.write_text(parameters.read_text().replace("6%", "7%", 1))
    assert invoke("import", str(file), "--to", str(folder)).exit_code == ExitCode.USAGE
    found = json.loads(invoke("import", str(file), "--to", str(folder), "--force", "--json").stdout)
    assert [change["new"] for change in found["changes"]] == ["6%"]
    assert found["kept"].startswith(f"{folder}/draft.before-import/0002-")
