from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import engine

AGREED = {
    *("load_book", "check_book", "compile_book", "bind", "parse_table", "compile_table"),
    *("compile_formula", "evaluate", "decide", "Diagnostic", "BookErrors"),
}


def test_every_agreed_name_is_there() -> None:
    assert AGREED - set(engine.__all__) == set()
    assert [name for name in engine.__all__ if getattr(engine, name, None) is None] == []
    assert set(engine.__all__) <= set(dir(engine))


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = engine.no_such_name


def test_nothing_is_imported_before_it_is_used() -> None:
    look = (
        "import engine, sys; print([name for name in sys.modules if name.startswith(('engine.', 'polars'))])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_rooms_import_each_other_directly(repository: Path) -> None:
    found = set()
    for path in (repository / "engine").glob("*/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "engine":
                found |= {alias.name for alias in node.names if alias.name in AGREED}
    assert found == set()
