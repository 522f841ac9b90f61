"""Fixed arguments: windows, scales and positions that a function can work with."""

from __future__ import annotations

from engine.language.functions.declaration import Argument
from engine.language.types import Value

_LONGEST_S = 36_525 * 86_400.0
_LARGEST_SCALE = 300.0
_LARGEST_TEXT = 1e9


def find_fixed_fault(argument: Argument, value: Value) -> str:
    """What is wrong with the value of a fixed argument; an empty text if nothing is."""
    if value is None:
        return f"{argument.name} has no value"
    if not isinstance(value, float):
        return ""
    if argument.unit is not None:
        return "" if 0.0 < value <= _LONGEST_S else f"{argument.name} must be above 0 and at most 100 years"
    if value != int(value):
        return f"{argument.name} must be a whole number"
    return _find_range_fault(argument.name, value)


def _find_range_fault(name: str, value: float) -> str:
    if name == "scale" and abs(value) > _LARGEST_SCALE:
        return f"{name} must lie between -{_LARGEST_SCALE:g} and {_LARGEST_SCALE:g}"
    if name == "length" and not 1.0 <= value <= _LARGEST_TEXT:
        return f"{name} must be at least 1"
    if name == "start position" and not 1.0 <= abs(value) <= _LARGEST_TEXT:
        return f"{name} must not be 0: 1 is the first character, -1 the last"
    return ""
