"""Units and dimensions: what a number counts, and how one count becomes another.

A literal or a parameter may carry a unit word (`5bps`, `2d`, `20M`). It is read as an exact decimal and
converted to the unit of the column it meets, so that `age_hours > 2d` compares with 48 and
`basis_bps > 5bps` with 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Dimension(StrEnum):
    """What a number measures: the closed list that formulas are checked against."""

    NUMBER = "number"
    RATIO = "ratio"
    RATE = "rate per time"
    DURATION = "duration"
    MONEY = "money"
    PRICE = "price"
    QUANTITY = "quantity"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of one dimension.

    Attributes:
        name: As written in tables (`hours`) or behind a literal (`h`).
        dimension: What it measures.
        scale: How many of the dimension's base unit one of it is (base: 1, the yearly rate, the second).
            None if nobody can tell: a column of hours multiplied by a number may count days by now.
    """

    name: str
    dimension: Dimension
    scale: Decimal | None

    @property
    def plain(self) -> bool:
        """Whether this is the unit of a number that nothing is known of."""
        return self.dimension is Dimension.NUMBER

    def factor_to(self, to: Unit) -> Decimal:
        """What a count of this unit is multiplied by to be a count of `to`.

        Raises:
            ValueError: if a scale is not known; the checker refuses such texts before.
        """
        if self.scale is None or to.scale is None:
            raise ValueError(f"{self.name} cannot be counted in {to.name}")
        return self.scale / to.scale


def unscaled(dimension: Dimension) -> Unit:
    """The unit of a number whose dimension is known and whose scale is not."""
    return Unit(f"a {dimension} of unknown unit", dimension, None)


def _unit(name: str, dimension: Dimension, scale: str = "1") -> Unit:
    return Unit(name, dimension, Decimal(scale))


PLAIN = _unit("number", Dimension.NUMBER)
"""The unit of a number that nothing is known of."""

RATIO = _unit("ratio", Dimension.RATIO)
"""The unit of a plain ratio: 0.0001 is 1 basis point."""

SECONDS = _unit("s", Dimension.DURATION)
"""The base unit of durations."""

PERIODS = _unit("periods", Dimension.NUMBER)
"""The unit of one duration divided by another: times a rate it gives a ratio."""

RATE = _unit("apr", Dimension.RATE)
"""The unit of a yearly rate, as a plain ratio."""

_TIMES = {"ms": "0.001", "s": "1", "min": "60", "h": "3600", "d": "86400", "w": "604800"}

LITERAL_UNITS: dict[str, Unit] = {
    "%": _unit("%", Dimension.RATIO, "0.01"),
    "bps": _unit("bps", Dimension.RATIO, "0.0001"),
    **{word: _unit(word, Dimension.DURATION, scale) for word, scale in _TIMES.items()},
    "k": _unit("k", Dimension.NUMBER, "1000"),
    "M": _unit("M", Dimension.NUMBER, "1000000"),
    "B": _unit("B", Dimension.NUMBER, "1000000000"),
}
"""Every unit word that may stand directly behind a number."""

_COLUMN_UNITS = (
    PLAIN,
    RATIO,
    RATE,
    _unit("bps", Dimension.RATIO, "0.0001"),
    _unit("percent", Dimension.RATIO, "0.01"),
    _unit("ms", Dimension.DURATION, "0.001"),
    SECONDS,
    _unit("minutes", Dimension.DURATION, "60"),
    _unit("hours", Dimension.DURATION, "3600"),
    _unit("days", Dimension.DURATION, "86400"),
    _unit("weeks", Dimension.DURATION, "604800"),
    _unit("usd", Dimension.MONEY),
    _unit("price", Dimension.PRICE),
    _unit("quantity", Dimension.QUANTITY),
)

COLUMN_UNITS: dict[str, Unit] = {unit.name: unit for unit in _COLUMN_UNITS}
"""Every unit a column, metric or parameter may be declared with."""

_ALIASES = {
    "": PLAIN,
    "%": COLUMN_UNITS["percent"],
    "pct": COLUMN_UNITS["percent"],
    "seconds": SECONDS,
    "min": COLUMN_UNITS["minutes"],
    "h": COLUMN_UNITS["hours"],
    "d": COLUMN_UNITS["days"],
    "w": COLUMN_UNITS["weeks"],
    "money": COLUMN_UNITS["usd"],
    "rate": RATE,
    "duration": SECONDS,
}

_SUFFIXES = ("bps", "pct", "percent", "apr", "ms", "s", "seconds", "minutes", "hours", "days", "weeks", "usd")


def find_unit(word: str) -> Unit | None:
    """The unit that a table declares with `word`, or None if there is none of that name."""
    return COLUMN_UNITS.get(word) or _ALIASES.get(word)


def infer_unit(name: str) -> Unit:
    """The unit that stands in a name: `age_hours` is counted in hours, `net_apr` as a yearly rate.

    A suffix may be followed by a window, as in `volume_usd_24h`. A name without one is a plain number.
    """
    words = name.split("_")[1:]
    if len(words) > 1 and words[-1][:1].isdigit():
        words = words[:-1]
    suffix = words[-1] if words else ""
    return (find_unit(suffix) or PLAIN) if suffix in _SUFFIXES else PLAIN
