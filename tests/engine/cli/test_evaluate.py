from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner, Result

from engine.cli.app import app
from engine.cli.console import ExitCode


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["eval", *arguments], env={"NO_COLOR": "1"})


@pytest.mark.parametrize(
    ("text", "settings", "shown", "plain"),
    [
        ("a + b", ["a=1", "b=0.5"], "1.5", 1.5),
        ("a + 1", ["a=1"], "2", 2),
        ("1 / 3 * 0 + 0.1", [], "0.1", 0.1),
        ("12345678901234567890.12", [], "12345678901234567890.12", "12345678901234567890.12"),
        ("a", ["a=BTC"], '"BTC"', "BTC"),
        ("a > 5", ["a=7"], "true", True),
        ("null", [], "null", None),
        ("[1, a, null]", ["a=x"], '[1, "x", null]', [1, "x", None]),
        ("{p: 1, q: [2]}", [], "{p: 1, q: [2]}", {"p": 1, "q": [2]}),
        ('date("2025-01-31")', [], "2025-01-31", "2025-01-31"),
        ('duration("P1DT2H")', [], "P1DT2H", "P1DT2H"),
    ],
)
def test_a_value_is_shown(text: str, settings: list[str], shown: str, plain: object) -> None:
    given = [word for setting in settings for word in ("--with", setting)]
    result = invoke(text, *given)
    assert (result.exit_code, result.stdout, result.stderr) == (ExitCode.OK, shown + "\n", "")
    told = json.loads(invoke(text, *given, "--json").stdout)
    assert told == {"value": plain, "diagnostics": []}


def test_why_a_value_is_null_is_said_beside_it() -> None:
    result = invoke("1 / a", "--with", "a=0")
    assert (result.exit_code, result.stdout) == (ExitCode.OK, "null\n")
    assert "divided by zero" in result.stderr
    told = json.loads(invoke("1 / a", "--with", "a=0", "--json").stdout)
    assert (told["value"], told["diagnostics"][0]["code"]) == (None, "number.division")


def test_a_text_that_is_no_formula() -> None:
    result = invoke("1 +")
    assert (result.exit_code, result.stdout) == (ExitCode.FAULT, "")
    assert "after `+`" in result.stderr
    told = json.loads(invoke("1 +", "--json").stdout)
    assert told["error"] == "1 fault"


def test_a_setting_without_a_name() -> None:
    result = invoke("a", "--with", "5")
    assert result.exit_code == ExitCode.USAGE
    assert "name=value" in result.stderr
