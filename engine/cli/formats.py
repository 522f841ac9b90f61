"""Numbers as people read them: by their unit, short, and never more exact than anyone needs."""

from __future__ import annotations

from decimal import Decimal

from engine.language.types import Kind, Type
from engine.language.units import Dimension
from engine.market.catalogue import NEVER

_LARGE = ((1e3, "k"), (1e6, "M"), (1e9, "B"))
_THOUSAND = 1000.0
_NOISE = 1e-12  # of a per cent: what rounding alone leaves
_TIMES = {"hours": "h", "days": "d", "minutes": "min", "weeks": "w"}


def format_value(value: object, type_: Type) -> str:
    """A value of a column as a short text; unknown is said in words.

    Args:
        value: The value; None is unknown.
        type_: Its type and unit.
    """
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    if type_.kind is Kind.NUMBER and isinstance(value, (int, float)):
        return _format_number(float(value), type_)
    return str(value)


def _format_number(value: float, type_: Type) -> str:
    unit = type_.unit
    if unit.dimension in {Dimension.RATIO, Dimension.RATE} and unit.scale is not None:
        return f"{_write_percent(value * float(unit.scale) * 100, unit.dimension)} %"
    if unit.dimension is Dimension.DURATION:
        word = _TIMES.get(unit.name, unit.name)
        return "never" if value >= NEVER else f"{value:.6g} {word}"
    if unit.dimension is Dimension.MONEY:
        return f"{_shorten(value)} {unit.name}"
    return f"{value:.6g}"


def _write_percent(percent: float, dimension: Dimension) -> str:
    """Two decimals of a yearly rate, three of a ratio; more of what is nearer to zero than these can show."""
    text = f"{percent:.{2 if dimension is Dimension.RATE else 3}f}"
    if float(text) or abs(percent) < _NOISE:
        return text.removeprefix("-") if not float(text) else text
    return f"{Decimal(f'{percent:.2g}'):f}"


def _shorten(value: float) -> str:
    """A few digits with the word of their size, which is chosen after rounding: 999,999.9 is 1 M."""
    shown, word = float(f"{value:.4g}"), ""
    for size, larger in _LARGE:
        if abs(shown) < _THOUSAND:
            break
        shown, word = float(f"{value / size:.3g}"), f" {larger}"
    return f"{shown:g}{word}"
