from __future__ import annotations

from decimal import Decimal

import pytest

from engine.errors import BookErrors, UsageError
from engine.operations.evaluate import evaluate_text


@pytest.mark.parametrize(
    ("text", "settings", "value"),
    [
        ("a + b", ["a=1", "b=2.5"], Decimal("3.5")),
        ("a", ["a=-5"], Decimal(-5)),
        ("a", ["a=5%"], Decimal("0.05")),
        ("a and b", ["a=true", "b=false"], False),
        ("a", ["a=BTC"], "BTC"),
        ("a", ['a="BTC"'], "BTC"),
        ("a", ["a=2025-01-31"], "2025-01-31"),
        ("a", ["a=count"], "count"),
        ("a", ["a=x = y"], "x = y"),
        ("a", ["a="], ""),
        ("a", ["a=null"], None),
        ("sum(a)", ["a=[1, 2, 3]"], Decimal(6)),
        ("string(a)", ['a=@"2025-01-31"'], "2025-01-31"),
    ],
)
def test_values_are_literals_or_text(text: str, settings: list[str], value: object) -> None:
    assert evaluate_text(text, settings).value == value


def test_the_reason_of_a_null_is_told() -> None:
    evaluated = evaluate_text("1 / a", ["a=0"])
    assert (evaluated.value, [reason.code for reason in evaluated.diagnostics]) == (None, ["number.division"])


def test_a_text_that_is_no_formula_is_refused() -> None:
    with pytest.raises(BookErrors):
        evaluate_text("1 +", [])


@pytest.mark.parametrize("settings", [["a"], ["=1"], ["a b=1"], ["a=1", "a=2"]])
def test_a_setting_of_another_form_is_a_wrong_call(settings: list[str]) -> None:
    with pytest.raises(UsageError):
        evaluate_text("1", settings)
