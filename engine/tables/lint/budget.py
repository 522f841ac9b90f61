"""The budget of an analysis, counted in steps.

Whether a union of rules covers another is a question whose answer can take exponential time, so every
analysis is bounded. Steps rather than seconds: the same table gives the same findings on every machine.
A step is one region of an input tried against a set of rules.
"""

from __future__ import annotations

STEPS = 800_000
"""Steps for one table; about two seconds on one core of a small server."""


class BudgetSpentError(Exception):
    """The steps of an analysis are used up; it ends without an answer."""


class Budget:
    """Steps that may still be taken.

    Attributes:
        left: How many.
    """

    __slots__ = ("left",)

    def __init__(self, steps: int = STEPS) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        """Take steps.

        Raises:
            BudgetSpentError: There are not as many left.
        """
        self.left -= steps
        if self.left < 0:
            raise BudgetSpentError

    def share(self, parts: float) -> Budget:
        """A budget of its own with a part of what is left; what it takes counts here too."""
        return _Share(self, int(max(self.left, 0) / max(parts, 1.0)))


class _Share(Budget):
    """A part of a budget."""

    __slots__ = ("_whole",)

    def __init__(self, whole: Budget, steps: int) -> None:
        super().__init__(steps)
        self._whole = whole

    def spend(self, steps: int) -> None:
        """Take steps from the part and from the whole."""
        self._whole.spend(steps)
        super().spend(steps)
