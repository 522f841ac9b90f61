"""Units of sums, products and quotients, and the conversions they need.

The number of a typed tree is always a count in the unit of its type. A text in which two numbers meet that
cannot be counted alike is refused: it would compute, and it would be wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.language.core import Apply, Constant, Core, Parameter, number, stage_of
from engine.language.functions import arithmetic
from engine.language.functions.declaration import Function
from engine.language.types import Kind, Stage, Type
from engine.language.units import PERIODS, PLAIN, RATE, RATIO, SECONDS, Dimension, Unit, unscaled

_YIELDS = {Dimension.RATIO, Dimension.RATE}
_DECLARE = "make it a metric of its own and declare its unit there"


@dataclass(frozen=True, slots=True)
class Clash:
    """Why two numbers cannot meet."""

    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Aligned:
    """Two numbers counted in one unit."""

    left: Core
    right: Core
    unit: Unit


def is_fixed(core: Core) -> bool:
    """Whether the value is known before any market is seen."""
    return stage_of(core) <= Stage.PARAMETER


def convert(core: Core, to: Unit) -> Core:
    """The same number counted in `to`; both scales must be known."""
    unit = core.type.unit
    if unit == to:
        return core
    wanted = Type(Kind.NUMBER, to)
    factor = unit.factor_to(to)
    if isinstance(core, Constant) and core.exact is not None:
        return number(core.exact * factor, to)
    if isinstance(core, Parameter):
        return replace(core, type=wanted)
    if factor == 1:
        return retype(core, to)
    return Apply(arithmetic.MULTIPLY, (core, number(factor)), wanted)


def count_in_base(core: Core) -> Core:
    """The same number counted in the base unit of its dimension: seconds, or a plain ratio."""
    return core if core.type.unit.scale is None else convert(core, _base(core.type.unit))


def retype(core: Core, unit: Unit) -> Core:
    """The same count, said to be of another unit."""
    return replace(core, type=Type(Kind.NUMBER, unit))


def align(left: Core, right: Core) -> Aligned | Clash:
    """Bring two numbers to one unit, for a sum or a comparison."""
    mine, other = left.type.unit, right.type.unit
    if mine.plain and other.plain:
        return Aligned(left, right, PLAIN)
    if mine.plain or other.plain:
        return _align_with_plain(left, right)
    if mine.dimension != other.dimension:
        return _align_yields(left, right)
    if mine.scale is None or other.scale is None:
        return _align_unscaled(left, right)
    unit = _common_unit(left, right)
    return Aligned(convert(left, unit), convert(right, unit), unit)


def _common_unit(left: Core, right: Core) -> Unit:
    """The column's unit; the left one's if both are columns, the base unit if neither is."""
    if is_fixed(left) and is_fixed(right):
        return _base(left.type.unit)
    return right.type.unit if is_fixed(left) else left.type.unit


def _base(unit: Unit) -> Unit:
    return {Dimension.DURATION: SECONDS, Dimension.RATIO: RATIO}.get(unit.dimension, unit)


def _align_with_plain(left: Core, right: Core) -> Aligned | Clash:
    plain, counted = (left, right) if left.type.unit.plain else (right, left)
    unit = counted.type.unit
    if is_fixed(counted):
        if unit.dimension is Dimension.DURATION and not _is_zero(plain):
            return Clash(
                "a number without a unit meets a duration",
                "give the number a unit, as in `2d`; a column bears it in its name (`age_hours`)",
            )
        counted = count_in_base(counted)
        unit = _base(unit)
    return Aligned(left, counted, unit) if plain is left else Aligned(counted, right, unit)


def _is_zero(core: Core) -> bool:
    return isinstance(core, Constant) and core.value == 0


def _align_yields(left: Core, right: Core) -> Aligned | Clash:
    """A percentage written or set as a parameter may stand for a ratio or for a yearly rate."""
    mine, other = left.type.unit, right.type.unit
    fixed = is_fixed(left) or is_fixed(right)
    if {mine.dimension, other.dimension} == _YIELDS and fixed:
        if mine.scale is None or other.scale is None:
            return _align_unscaled(left, right)
        unit = other if is_fixed(left) else mine
        return Aligned(convert(left, unit), convert(right, unit), unit)
    hint = "only numbers that measure the same can be added or compared"
    return Clash(f"{left.type.phrase} meets {right.type.phrase}", hint)


def _align_unscaled(left: Core, right: Core) -> Aligned | Clash:
    if left.type.unit.scale is None and right.type.unit.scale is None:
        return Aligned(left, right, left.type.unit)
    counted = right if left.type.unit.scale is None else left
    return Clash(
        f"{counted.type} meets {unscaled(counted.type.unit.dimension).name}, scaled by a number before",
        _DECLARE,
    )


def multiply(left: Core, right: Core) -> Core | Clash:
    """The product of two numbers."""
    left, right = _to_ratio(left), _to_ratio(right)
    unit = _product_unit(left, right)
    return unit if isinstance(unit, Clash) else _apply(arithmetic.MULTIPLY, left, right, unit)


def divide(left: Core, right: Core) -> Core | Clash:
    """The quotient of two numbers."""
    left, right = _to_ratio(left), _to_ratio(right)
    mine, other = left.type.unit, right.type.unit
    if mine.dimension == other.dimension and not mine.plain:
        if mine.scale is not None and other.scale is not None:
            unit = _common_unit(left, right)
            left, right = convert(left, unit), convert(right, unit)
        return _apply(arithmetic.DIVIDE, left, right, _RATIOS.get(mine.dimension, RATIO))
    unit_or_clash = _quotient_unit(left, right)
    if isinstance(unit_or_clash, Clash):
        return unit_or_clash
    return _apply(arithmetic.DIVIDE, left, right, unit_or_clash)


_RATIOS = {Dimension.DURATION: PERIODS, Dimension.RATIO: PLAIN, Dimension.RATE: PLAIN}
_PRODUCTS = {
    frozenset({Dimension.PRICE, Dimension.QUANTITY}): Dimension.MONEY,
    frozenset({Dimension.RATE, Dimension.DURATION}): Dimension.RATIO,
}
_QUOTIENTS = {
    (Dimension.MONEY, Dimension.PRICE): Dimension.QUANTITY,
    (Dimension.MONEY, Dimension.QUANTITY): Dimension.PRICE,
    (Dimension.RATIO, Dimension.DURATION): Dimension.RATE,
}


def _apply(function: Function, left: Core, right: Core, unit: Unit) -> Core:
    return Apply(function, (left, right), Type(Kind.NUMBER, unit))


def _to_ratio(core: Core) -> Core:
    """A fixed percentage or basis points as a plain ratio, ready to be multiplied with."""
    unit = core.type.unit
    fixed = is_fixed(core) and unit.dimension is Dimension.RATIO and unit.scale is not None
    return convert(core, RATIO) if fixed else core


def _product_unit(left: Core, right: Core) -> Unit | Clash:
    mine, other = left.type.unit, right.type.unit
    if mine.plain and other.plain:
        return PLAIN
    if mine.plain or other.plain:
        factor, counted = (left, right) if mine.plain else (right, left)
        return _scaled_by(counted, factor, RATIO)
    if Dimension.RATIO in (mine.dimension, other.dimension):
        ratio, counted = (left, right) if mine.dimension is Dimension.RATIO else (right, left)
        if counted.type.unit.dimension is Dimension.RATE:
            return RATE
        return counted.type.unit if ratio.type.unit.scale == 1 else unscaled(counted.type.unit.dimension)
    return _table_unit(left, right, _PRODUCTS.get(frozenset({mine.dimension, other.dimension})))


def _quotient_unit(left: Core, right: Core) -> Unit | Clash:
    mine, other = left.type.unit, right.type.unit
    if mine.plain:
        return PLAIN
    if other.plain:
        return _scaled_by(left, right, RATE)
    if other.dimension is Dimension.RATIO:
        return mine if other.scale == 1 else unscaled(mine.dimension)
    if (mine.dimension, other.dimension) == (Dimension.RATIO, Dimension.RATE):
        return PERIODS
    return _table_unit(left, right, _QUOTIENTS.get((mine.dimension, other.dimension)))


def _scaled_by(counted: Core, factor: Core, over_periods: Unit) -> Unit:
    """The unit of a number that is multiplied or divided by one without a unit.

    The factor may be there to change the unit (hours / 24, ratio * 10000), which nobody can tell; then the
    scale counts as unknown. A yearly rate over periods is a ratio, a ratio per period a yearly rate.
    """
    unit = counted.type.unit
    if factor.type.unit == PERIODS and unit.dimension in _YIELDS:
        return over_periods if unit.dimension is not over_periods.dimension else unit
    if unit.dimension is Dimension.RATE:
        return PLAIN
    if is_fixed(counted):
        return unit
    kept = unit.dimension is not Dimension.DURATION and unit.scale == 1 and not _changes_unit(factor)
    return unit if kept else unscaled(unit.dimension)


def _changes_unit(factor: Core) -> bool:
    """Whether a factor is a power of ten such as turns a ratio into per cent or basis points."""
    exact = factor.exact if isinstance(factor, Constant) else None
    return exact is not None and exact > 0 and abs(exact.log10()) in _POWERS


_POWERS = frozenset(range(2, 19))


def _table_unit(left: Core, right: Core, dimension: Dimension | None) -> Unit | Clash:
    durations = [core for core in (left, right) if core.type.unit.dimension is Dimension.DURATION]
    if any(is_fixed(core) for core in durations):
        return Clash(
            "a duration stands in a product or quotient with something else",
            "divide it by another duration first, as in `8h / 365d`",
        )
    if dimension is None:
        return PLAIN
    known = dimension in {Dimension.MONEY, Dimension.PRICE, Dimension.QUANTITY}
    return Unit(_NAMES[dimension], dimension, _ONE) if known else unscaled(dimension)


_ONE = RATIO.scale
_NAMES = {Dimension.MONEY: "usd", Dimension.PRICE: "price", Dimension.QUANTITY: "quantity"}
