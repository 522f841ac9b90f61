from __future__ import annotations

import pytest

from engine.book.bind import BoundBook
from engine.book.causes import find_causes


@pytest.mark.parametrize(
    ("asked", "unknown", "causes"),
    [
        ("net_apr", {"net_apr", "net_hold", "basis_normal"}, ("basis_normal",)),
        (
            "net_apr",
            {"net_apr", "net_hold", "basis_in", "perp_bid", "forecast_apr", "perp_funding_apr_7d"},
            ("perp_funding_apr_7d", "perp_bid"),
        ),
        ("vol", {"vol", "perp_mark"}, ("vol",)),
        ("net_apr", {"net_apr"}, ("net_apr",)),
        ("perp_bid", {"perp_bid"}, ("perp_bid",)),
    ],
    ids=["a window", "two at the bottom", "what a window holds", "nothing below", "no metric"],
)
def test_causes_are_at_the_bottom(
    starter: BoundBook, asked: str, unknown: set[str], causes: tuple[str, ...]
) -> None:
    assert find_causes(starter.formulas, unknown, [asked]) == causes


def test_a_cause_is_told_once(starter: BoundBook) -> None:
    unknown = {"basis_in", "spread", "perp_bid"}
    assert find_causes(starter.formulas, unknown, ["basis_in", "spread"]) == ("perp_bid",)
