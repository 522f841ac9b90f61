"""The rooms of the engine and who may import whom."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import grimp
import pytest

import engine
import ui

REPOSITORY = Path(__file__).resolve().parents[1]
CASES = REPOSITORY / "tests" / "cases" / "architecture" / "imports.csv"
PURE_ROOMS = ("frames", "market", "language", "tables", "book", "portfolio", "cycle", "model", "errors")
EFFECTS = {
    *(
        "asyncio",
        "multiprocessing",
        "random",
        "secrets",
        "signal",
        "socket",
        "sqlite3",
        "subprocess",
        "threading",
    ),
    *("time", "urllib", "uuid", "aiohttp", "requests", "rich", "streamlit", "typer"),
}


def read_cases() -> list[dict[str, str]]:
    return list(csv.DictReader(CASES.read_text().splitlines()))


def read_contracts() -> list[dict[str, Any]]:
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    contracts: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return contracts


def layered_modules() -> set[str]:
    layers = next(contract["layers"] for contract in read_contracts() if contract["id"] == "layers")
    return {module for layer in layers for module in re.findall(r"[\w.]+", layer)}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the packages in a folder against the contracts of the project."""
    command = "from importlinter.cli import lint_imports_command as lint; lint()"
    configuration = str(REPOSITORY / "pyproject.toml")
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--no-logo", "--config", configuration],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def broken_contracts(report: str) -> set[str]:
    return {contract["id"] for contract in read_contracts() if f"{contract['name']} BROKEN" in report}


def build_rooms(folder: Path, importer: str, imported: str) -> None:
    """Write every room of the contracts as an empty package, and one import between them."""
    for module in sorted(
        {*layered_modules(), "engine", importer, imported, "engine.ledger.store"} - {"ccxt", "numba"}
    ):
        package = folder.joinpath(*module.split("."))
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").touch()
    folder.joinpath(*importer.split("."), "__init__.py").write_text(f"import {imported}\n")


def test_the_product_is_what_is_tested() -> None:
    assert Path(engine.__file__) == REPOSITORY / "engine" / "__init__.py"
    assert Path(str(ui.__file__)) == REPOSITORY / "ui" / "__init__.py"


def test_every_contract_is_kept() -> None:
    done = lint_imports(REPOSITORY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Contracts: {len(read_contracts())} kept, 0 broken." in done.stdout


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: f"{case['importer']}-{case['imported']}")
def test_a_planted_import_is_judged(case: dict[str, str], tmp_path: Path) -> None:
    build_rooms(tmp_path, case["importer"], case["imported"])
    done = lint_imports(tmp_path)
    assert broken_contracts(done.stdout) == set(filter(None, [case["broken"]])), done.stdout + done.stderr
    assert "Contracts:" in done.stdout


def test_every_room_stands_in_the_layers() -> None:
    rooms = {f"engine.{path.stem}" for path in (REPOSITORY / "engine").iterdir() if is_room(path)}
    assert rooms - layered_modules() == set()
    assert {"engine.errors", "engine.cli"} <= rooms


def is_room(path: Path) -> bool:
    if path.is_dir():
        return any(path.rglob("*.py"))
    return path.suffix == ".py" and path.name != "__init__.py"


def test_the_deciding_part_has_no_effects() -> None:
    graph = grimp.build_graph("engine", "ui", include_external_packages=True, cache_dir=None)
    pure = re.compile(rf"engine\.({'|'.join(PURE_ROOMS)})(\.|$)")
    effects = {
        f"{module} imports {imported}"
        for module in graph.modules
        if pure.match(module)
        for imported in graph.find_modules_directly_imported_by(module) & EFFECTS
    }
    assert effects == set()
