"""Values: whether two texts say the same number."""

from __future__ import annotations

from decimal import Decimal

from engine.language.quantities import Quantity, read_quantity


def are_equal(name: str, one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two texts of a parameter, each with the unit declared beside it, are one number.

    `24h` and `1d` are; `5%` and `0.05` are not unless the unit is declared, as a bare number takes the unit
    of the column that it meets.

    Args:
        name: Name of the parameter; it may bear its unit.
        one: A text and the unit declared for it; empty for none.
        other: The other text and its unit.
    """
    first, second = (_measure(read_quantity(name, *each)) for each in (one, other))
    return first is not None and first == second


def _measure(quantity: object) -> tuple[str, Decimal] | None:
    """What a number measures, and how much of it in its base unit."""
    if not isinstance(quantity, Quantity) or not isinstance(quantity.value, Decimal):
        return None
    unit = quantity.type.unit
    return None if unit.scale is None else (unit.dimension, quantity.value * unit.scale)
