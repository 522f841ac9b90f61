from __future__ import annotations

import pytest

from engine.operations.pair_names import suggest_pair

PAIRS = [
    *("binance:1INCH/USDT:USDT", "binance:BTC/USDT:USDT", "kraken:BTC/USD:USD", "binance:TRX/USDT:USDT"),
    *("okx:ETH/USDT|binance:ETH/USDT:USDT",),
]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("BTC/USDT", "did you mean binance:BTC/USDT:USDT?"),
        ("btc", "did you mean binance:BTC/USDT:USDT, kraken:BTC/USD:USD?"),
        ("binance:BTX/USDT:USDT", 'no pair has "BTX"; did you mean "BTC"?'),
        ("binanc:BTC/USDT:USDT", 'no pair has "binanc"; did you mean "binance"?'),
        ("BTC:USDT", "did you mean binance:BTC/USDT:USDT?"),
        ("kraken:ETH", f"it has 5, such as {', '.join(PAIRS)}"),
    ],
)
def test_what_may_have_been_meant(text: str, says: str) -> None:
    assert suggest_pair(text, PAIRS) == says


def test_of_many_a_few_are_told() -> None:
    pairs = [f"v{number}:BTC/USDT:USDT" for number in range(9)]
    assert suggest_pair("BTC", pairs) == f"did you mean {', '.join(pairs[:5])}, one of 9?"
