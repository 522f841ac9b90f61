from __future__ import annotations

from pathlib import Path

import pytest

from engine.operations import starter
from engine.operations.check import check_rules
from engine.operations.starter import STARTER, find_starter


def test_the_starter_book_of_a_checkout(repository: Path) -> None:
    assert find_starter() == repository / "rules" / STARTER
    assert find_starter("other") == repository / "rules" / "other"


def test_the_starter_book_of_an_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "engine" / "starter_rules").mkdir(parents=True)
    monkeypatch.setattr(starter, "PACKAGE", tmp_path / "engine")
    assert find_starter() == tmp_path / "engine" / "starter_rules" / STARTER


def test_a_sound_book_is_summarised() -> None:
    checked = check_rules(find_starter())
    assert checked.diagnostics == ()
    assert (
        "28 parameters, 16 metrics, 2 rules of universe, 2 rules of entry, 5 rules of exit" in checked.summary
    )


def test_faults_are_counted(tmp_path: Path) -> None:
    checked = check_rules(tmp_path)
    assert (len(checked.diagnostics), checked.summary) == (1, f"{tmp_path}: 1 fault")
