"""What the distribution promises: its dependencies, its exact versions, its content, its checks."""

from __future__ import annotations

import importlib.metadata
import os
import re
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import engine

REPOSITORY = Path(__file__).resolve().parents[1]
PROJECT: dict[str, Any] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
CONSTRAINTS = (REPOSITORY / ".ci" / "constraints.txt").read_text().splitlines()


def names_of(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def required_by(requirement: Requirement) -> list[Requirement]:
    """What a requirement brings with it on this machine, as its installed distribution declares it."""
    declared = map(Requirement, importlib.metadata.requires(requirement.name) or [])
    extras = requirement.extras or {""}
    return [
        needed
        for needed in declared
        if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras)
    ]


def installed_with(requirements: list[str]) -> set[str]:
    """Every distribution that an installation of some requirements brings."""
    waiting, seen = [Requirement(text) for text in requirements], set()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) not in seen:
            seen.add(str(requirement))
            waiting += required_by(requirement)
    return {canonicalize_name(Requirement(text).name) for text in seen}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    built = WheelBuilder(str(REPOSITORY)).build(directory=str(folder), versions=["standard"])
    return zipfile.ZipFile(next(iter(built)))


def test_a_headless_installation_has_neither_screens_nor_pandas() -> None:
    brought = installed_with(PROJECT["dependencies"])
    assert brought & {"streamlit", "pandas", "pyarrow", "pytest"} == set()
    assert {"polars", "numpy", "pydantic"} <= brought
    assert {"streamlit", "pandas"} <= installed_with(EXTRAS["ui"])


def test_every_required_package_is_declared() -> None:
    declared = names_of([*PROJECT["dependencies"], *EXTRAS["ui"], *EXTRAS["test"]])
    assert {"streamlit", "ccxt", "polars", "pandera", "openpyxl", "pytest"} - declared == set()
    assert names_of(EXTRAS["all"]) == {"carrybook"}


def test_every_dependency_has_one_exact_version() -> None:
    assert [line for line in CONSTRAINTS if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    pinned = [canonicalize_name(line.split("==")[0]) for line in CONSTRAINTS]
    assert len(pinned) == len(set(pinned))
    needed = installed_with([*PROJECT["dependencies"], *EXTRAS["ui"], *EXTRAS["test"]])
    assert needed - set(pinned) == {"carrybook"}


def test_the_wheel_has_the_version_of_the_package(wheel: zipfile.ZipFile) -> None:
    assert Path(str(wheel.filename)).name.startswith(f"carrybook-{engine.__version__}-")


def test_the_wheel_carries_the_packages_and_the_starter_books(wheel: zipfile.ZipFile) -> None:
    expected = {str(path.relative_to(REPOSITORY)) for path in list_content("engine", "ui")}
    books = REPOSITORY / "rules"
    expected |= {f"engine/starter_rules/{path.relative_to(books)}" for path in list_content("rules")}
    content = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert content == expected
    assert "engine/py.typed" in content


def list_content(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (REPOSITORY / folder).rglob("*")]
    return [path for path in found if path.is_file() and "__pycache__" not in path.parts]


def test_the_wheel_has_the_command_and_the_licence(wheel: zipfile.ZipFile) -> None:
    information = f"carrybook-{engine.__version__}.dist-info"
    assert b"carrybook = engine.cli.start:main" in wheel.read(f"{information}/entry_points.txt")
    assert b"Carrybook contributors" in wheel.read(f"{information}/licenses/LICENSE")


@pytest.mark.parametrize("name", ["run", "full"])
def test_the_checks_can_be_run(name: str) -> None:
    script = REPOSITORY / ".ci" / name
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in script.read_text()


def test_the_workflow_calls_the_checks_and_nothing_else() -> None:
    workflow = (REPOSITORY / ".github" / "workflows" / "ci.yml").read_text()
    assert re.findall(r"run: (.*)", workflow) == [".ci/run"]


def test_the_changelog_says_what_is_coming() -> None:
    assert "\n## [Unreleased]\n" in (REPOSITORY / "CHANGELOG.md").read_text()
