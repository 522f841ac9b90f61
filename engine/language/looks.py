"""Looks back, taken out of formulas: what is looked at, how far, and the column of the result."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.language.core import Apply, Column, Constant, Core
from engine.language.functions.declaration import Function
from engine.language.types import Stage

_LOOK, _VALUE = "·look ", "·value "  # no name of a book can hold this sign


@dataclass(frozen=True, slots=True)
class Look:
    """One look back.

    Attributes:
        name: Column of its result.
        function: What looks back.
        value: Column that it looks at.
        seconds: How far.
    """

    name: str
    function: Function
    value: str
    seconds: float


@dataclass(slots=True)
class Looks:
    """The looks of the formulas that were split so far; equal ones are one.

    Attributes:
        value_of: Columns of the parts of formulas that are looked at.
        look_of: The looks.
    """

    value_of: dict[Core, str] = field(default_factory=dict)
    look_of: dict[Core, Look] = field(default_factory=dict)

    def split(self, core: Core) -> Core:
        """A formula with a column in the place of each look back; what that looks at stays whole."""
        if not isinstance(core, Apply):
            return core
        if core.function.look is None:
            return Apply(core.function, tuple(map(self.split, core.arguments)), core.type)
        if core not in self.look_of:
            value, seconds = core.arguments
            if not isinstance(seconds, Constant) or not isinstance(seconds.value, float):
                raise TypeError("a fixed argument is not bound")
            name = f"{_LOOK}{len(self.look_of)}"
            self.look_of[core] = Look(name, core.function, self._name_value(value), seconds.value)
        return Column(self.look_of[core].name, core.type, Stage.MARKET)

    def _name_value(self, value: Core) -> str:
        """The column of what is looked at."""
        if isinstance(value, Column):
            return value.name
        return self.value_of.setdefault(value, f"{_VALUE}{len(self.value_of)}")
