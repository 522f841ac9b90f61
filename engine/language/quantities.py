"""Values of parameters: exact numbers with a unit, texts and booleans."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.errors import Diagnostic
from engine.language.commas import find_comma
from engine.language.conversions import find_conversion
from engine.language.habits import explain_unit
from engine.language.types import BOOLEAN, TEXT, Kind, Type
from engine.language.units import LITERAL_UNITS, PLAIN, Unit, find_unit, infer_unit

_NUMBER = re.compile(r"([+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,4})?)(%|[^\W\d_]\w*)?")


@dataclass(frozen=True, slots=True)
class Quantity:
    """The value of a parameter.

    Attributes:
        value: An exact number counted in the unit of `type`, a text or a boolean.
        type: Its type and unit.
    """

    value: Decimal | str | bool
    type: Type

    def count_in(self, unit: Unit) -> Decimal:
        """The number counted in `unit`."""
        if not isinstance(self.value, Decimal):
            raise TypeError(f"{self.value!r} is not a number")
        return self.value * self.type.unit.factor_to(unit)


def read_quantity(name: str, value: Any, unit: str = "") -> Quantity | Diagnostic:
    """Read the value of parameter `name`.

    Args:
        name: The parameter's name; it may bear its unit (`max_naked_usd`).
        value: A Python value, or a text such as `5%`, `2d`, `20M`, `true` or `"BTC"`.
        unit: The unit declared in the table, if any. A value with a unit of its own keeps that; it only
            has to measure the same.
    """
    if isinstance(value, Quantity):
        return value
    if isinstance(value, bool):
        return Quantity(value, BOOLEAN)
    if value is None:
        value = ""
    if isinstance(value, (int, float, Decimal)):
        value = repr(value) if isinstance(value, float) else str(value)
    text = str(value).strip()
    if text in {"true", "false"}:
        return Quantity(text == "true", BOOLEAN)
    match = _NUMBER.fullmatch(text)
    if match is None:
        return _read_text(name, text)
    return _read_number(name, match.group(1), match.group(2) or "", unit)


def _read_text(name: str, text: str) -> Quantity | Diagnostic:
    habit = _find_habit(text)
    if habit is not None:
        return Diagnostic(habit.code, f'parameter "{name}": {habit.message}', habit.hint)
    if not text or text.casefold() in {"nan", "inf", "-inf", "infinity", "-infinity"}:
        return Diagnostic(
            "parameter.value", f'parameter "{name}" has no value', "write a number, `true`, `false` or a text"
        )
    if re.match(r"[+-]?\.?\d", text):
        hint = "write one number with at most one unit, as in `5%` or `20M`"
        return Diagnostic("parameter.value", f'parameter "{name}" is not a number: `{text}`', hint)
    quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return Quantity(text[1:-1] if quoted else text, TEXT)


def _find_habit(text: str) -> Diagnostic | None:
    """A number as other programs write it, if the text is one."""
    if not re.match(r"[+-]?\.?\d", text):
        return None
    return find_comma(text, lists=False) or find_conversion(text)


def _read_number(name: str, digits: str, word: str, declared: str) -> Quantity | Diagnostic:
    own = LITERAL_UNITS.get(word) if word else PLAIN
    if own is None:
        message, hint = explain_unit(digits, word)
        return Diagnostic("unit.unknown", f'parameter "{name}": {message}', hint)
    meant = find_unit(declared) if declared else infer_unit(name)
    if meant is None:
        hint = "leave it empty, or take one of the units of the reference"
        return Diagnostic("unit.unknown", f'parameter "{name}" has an unknown unit `{declared}`', hint)
    count = Decimal(digits)
    if not math.isfinite(float(count * (own.scale or 1))):
        message = f'parameter "{name}" is beyond every number: `{digits}{word}`'
        return Diagnostic("number.too_large", message, "write a smaller exponent")
    if own.plain and own.scale is not None:
        return Quantity(count * own.scale, Type(Kind.NUMBER, meant))
    if (
        not meant.plain
        and declared
        and meant.dimension != own.dimension
        and {meant.dimension, own.dimension} != {"ratio", "rate per time"}
    ):
        hint = f"write the value in a unit of {meant.dimension}"
        return Diagnostic(
            "unit.mismatch", f'parameter "{name}" is declared in {meant.name} but has `{digits}{word}`', hint
        )
    return Quantity(count, Type(Kind.NUMBER, own))
