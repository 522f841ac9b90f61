from __future__ import annotations

from decimal import Decimal

import pytest

from engine.cli.amounts import format_amount


@pytest.mark.parametrize(
    ("amount", "shown", "signed"),
    [
        ("1045.85310000", "1,045.8531", "+1,045.8531"),
        ("-0.00000898", "-0.00000898", "-0.00000898"),
        ("100", "100", "+100"),
        ("1E+3", "1,000", "+1,000"),
        ("0.333333333333", "0.33333333", "+0.33333333"),
    ],
)
def test_amounts_without_zeros_that_say_nothing(amount: str, shown: str, signed: str) -> None:
    assert format_amount(Decimal(amount)) == shown
    assert format_amount(Decimal(amount), signed=True) == signed
