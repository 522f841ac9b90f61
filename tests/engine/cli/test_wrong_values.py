"""Values of options that cannot be taken."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from engine.cli.app import app
from engine.cli.console import ExitCode
from engine.cli.wrong_values import explain_value


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["run", "--from", "1.2.2026"],
            '"1.2.2026" is no time: write 2026-01-31 or 2026-01-31T08:00',
        ),
        (["run", "--cycles", "x"], "a whole number is needed"),
        (["run", "--cycles", "0"], "it is at least 1"),
        (["rules", "explain", "--pair", "x", "--cycle", "soon"], '"soon" is no time: write 2026-01-31'),
        (["report", "daily", "--to", "2026-13-01"], '"2026-13-01" is no day: write 2026-01-31'),
        (["ledger", "--from", "2026"], '"2026" is no time: write 2026-01-31'),
    ],
    ids=" ".join,
)
def test_what_is_wrong_is_said_in_plain_words(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(app, arguments, env={"NO_COLOR": "1", "COLUMNS": "200"})
    assert result.exit_code == ExitCode.USAGE
    assert said in result.stderr
    assert "Value error" not in result.stderr
    assert "Input should" not in result.stderr


def test_what_is_plain_already_stays() -> None:
    assert explain_value("no such folder") == "no such folder"
    assert explain_value("Value error, too long") == "too long"
