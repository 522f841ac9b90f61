from __future__ import annotations

import pytest

from engine.cli.formats import format_value
from engine.language.types import BOOLEAN, NUMBER, TEXT, Kind, Type
from engine.language.units import COLUMN_UNITS


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.0010526, "ratio", "0.105 %"),
        (0.17914, "apr", "17.91 %"),
        (12.5, "bps", "0.125 %"),
        (-2.4e-7, "ratio", "-0.000024 %"),
        (4.1e-6, "apr", "0.00041 %"),
        (0.0, "ratio", "0.000 %"),
        (-1e-18, "ratio", "0.000 %"),
        (48.25, "hours", "48.25 h"),
        (1e9, "hours", "never"),
        (3.0, "days", "3 d"),
        (28800.0, "s", "28800 s"),
        (1_234_567.0, "usd", "1.23 M usd"),
        (-2_500.0, "usd", "-2.5 k usd"),
        (12.0, "usd", "12 usd"),
        (999.94, "usd", "999.9 usd"),
        (999.96, "usd", "1 k usd"),
        (-999_499.0, "usd", "-999 k usd"),
        (999_999.9999, "usd", "1 M usd"),
        (-999_500_000.0, "usd", "-1 B usd"),
        (2.5e12, "usd", "2500 B usd"),
        (95000.123, "price", "95000.1"),
        (None, "usd", "unknown"),
    ],
)
def test_numbers_are_shown_by_their_unit(value: float | None, unit: str, shown: str) -> None:
    assert format_value(value, Type(Kind.NUMBER, COLUMN_UNITS[unit])) == shown


def test_other_values() -> None:
    assert format_value(value=True, type_=BOOLEAN) == "true"
    assert format_value("trading", TEXT) == "trading"
    assert format_value(0.1234567, NUMBER) == "0.123457"
