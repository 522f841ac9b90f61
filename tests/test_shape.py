"""The form that every file of the project keeps."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
TOP_LEVEL = {
    *("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"),
    *("engine", "ui", "rules", "tests", "docs"),
}
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}
LINES_AT_MOST, MEDIAN_LINES_AT_MOST = 400, 150
FUNCTION_LINES_AT_MOST, MOST_FUNCTIONS_LINES_AT_MOST = 60, 25

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = ast.Module | ast.ClassDef | Function


def list_files() -> list[Path]:
    """Every file under version control, and every new one that is not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("the list of files is kept by git, and this is no clone")
    return [REPOSITORY / name for name in done.stdout.split("\0") if name and (REPOSITORY / name).is_file()]


def list_product() -> list[Path]:
    return [path for path in list_files() if path.suffix == ".py" and room(path) in {"engine", "ui"}]


def room(path: Path) -> str:
    return path.relative_to(REPOSITORY).parts[0]


def count_lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def place(path: Path, line: int = 1) -> str:
    return f"{path.relative_to(REPOSITORY)}:{line}"


def find_functions() -> Iterator[tuple[str, int]]:
    """Each function of the product: where it stands, and how many lines it takes with its docstring."""
    for path in list_product():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, Function):
                yield place(path, node.lineno), (node.end_lineno or node.lineno) - node.lineno + 1


def find_undocumented(node: Documented) -> Iterator[ast.AST]:
    """Public modules, classes and functions without a docstring; what stands inside functions is private."""
    if ast.get_docstring(node) is None:
        yield node
    if isinstance(node, Function):
        return
    for inner in node.body:
        if isinstance(inner, ast.ClassDef | Function) and not inner.name.startswith("_"):
            yield from find_undocumented(inner)


def find_lines(pattern: re.Pattern[str]) -> list[str]:
    """Where a pattern stands in any text file of the project."""
    found = []
    for path in list_files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:  # not a text
            continue
        found += [place(path, number) for number, line in enumerate(lines, 1) if pattern.search(line)]
    return found


def test_no_file_is_too_long() -> None:
    lines = {place(path): count_lines(path) for path in list_files() if path.suffix == ".py"}
    assert {name: count for name, count in lines.items() if count > LINES_AT_MOST} == {}
    assert statistics.median(count_lines(path) for path in list_product()) <= MEDIAN_LINES_AT_MOST


def test_functions_are_short() -> None:
    functions = dict(find_functions())
    assert {name: lines for name, lines in functions.items() if lines > FUNCTION_LINES_AT_MOST} == {}
    assert statistics.quantiles(functions.values(), n=10)[-1] <= MOST_FUNCTIONS_LINES_AT_MOST


def test_what_is_public_is_documented() -> None:
    missing = {
        place(path, getattr(node, "lineno", 1))
        for path in list_product()
        for node in find_undocumented(ast.parse(path.read_text()))
    }
    assert missing == set()


def test_names_say_what_is_inside() -> None:
    assert {place(path) for path in list_files() if path.stem in VAGUE_NAMES} == set()


def test_the_top_level_is_the_agreed_one() -> None:
    names = {room(path) for path in list_files()}
    assert {name for name in names if not name.startswith(".")} - TOP_LEVEL == set()


def test_test_folders_are_no_packages() -> None:
    assert {
        place(path) for path in list_files() if path.name == "__init__.py" and room(path) == "tests"
    } == set()


def test_no_path_of_one_machine() -> None:
    assert find_lines(re.compile(r"(?<![\w.])/(?:work|root|tmp|home/\w+)/")) == []


def test_no_host_of_a_package_registry() -> None:
    hosts = [
        "py" + "pi.org",
        "python" + "hosted.org",
        "npm" + "js.org",
        "npm" + "js.com",
        "conda" + ".anaconda.org",
    ]
    assert find_lines(re.compile("|".join(map(re.escape, hosts)))) == []


def test_nothing_is_left_for_later() -> None:
    assert find_lines(re.compile("TO" + "DO|FIX" + "ME|NotImplemented" + "Error")) == []
