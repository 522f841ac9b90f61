from __future__ import annotations

import io
import sys

import pytest

from engine.cli.progress import follow


class Terminal(io.StringIO):
    """Text that is kept, of a stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_how_far_a_run_is_and_is_left_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(follow("abc", 1_200)) == ["a", "b", "c"]
    lines = terminal.getvalue().split("\r\x1b[K")
    assert [line for line in lines if line] == [f"{done} of 1,200 cycles" for done in (1, 2, 3)]
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_elsewhere_nothing_is_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(follow("abc", 3)) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(follow("abc", None)) == ["a", "b", "c"]
    assert terminal.getvalue() == ""
