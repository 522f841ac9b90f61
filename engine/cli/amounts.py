"""Amounts of coins as people read them."""

from __future__ import annotations

from decimal import Decimal


def format_amount(amount: Decimal, *, signed: bool = False) -> str:
    """An amount of coins to eight decimals, without zeros that say nothing.

    Args:
        amount: How much.
        signed: Whether to say that an amount is above zero.
    """
    shown = f"{amount:+,.8f}" if signed else f"{amount:,.8f}"
    return shown.rstrip("0").removesuffix(".")
