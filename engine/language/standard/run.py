"""One evaluation under way: names in scope, what is left to spend, and the reasons of nulls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Diagnostic
from engine.language.standard.faults import ExhaustedError, NoValueError
from engine.language.standard.temporal import DateTime
from engine.language.syntax import Node, Span

STEPS_MAX = 40_000
"""Steps of work, of about two microseconds each, that one evaluation may take."""

PARTS_MAX = 50_000
"""Items, entries and stretches of text that one value may have, its inner values included."""

NESTING_MAX = 100
"""Lists and contexts inside each other."""

LEVELS_MAX = 180
"""Nodes evaluated inside each other, calls of functions written in the text included."""

_FAULT_STEPS = 4

FAULTS_MAX = 50
"""Reasons of nulls that are kept; a loop may meet the same one often."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Names and their values; what is not here is looked up further out."""

    names: Mapping[str, object]
    outer: Scope | None = None

    def find(self, name: str) -> Mapping[str, object] | None:
        """The innermost names that hold `name`, or None if it is in none."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names
            scope = scope.outer
        return None

    def list_names(self) -> set[str]:
        """Every name that can be seen from here."""
        names: set[str] = set()
        scope: Scope | None = self
        while scope is not None:
            names.update(scope.names)
            scope = scope.outer
        return names


Handler = Callable[[Any, Scope, "Run"], object]
"""What a node evaluates to, given the names in scope."""


@dataclass(slots=True)
class Run:
    """The evaluation of one text.

    Attributes:
        handlers: How each type of node is evaluated.
        functions: The standard functions by name.
        now: The instant that `now()` and `today()` speak of.
        faults: Reasons of nulls so far, each once.
        steps_left: Work that may still be done.
        patterns: Regular expressions already built.
    """

    handlers: Mapping[type, Handler]
    functions: Mapping[str, object]
    now: DateTime
    faults: dict[Diagnostic, None] = field(default_factory=dict)
    steps_left: int = STEPS_MAX
    patterns: set[str] = field(default_factory=set)
    _levels_left: int = LEVELS_MAX
    _sizes: dict[int, tuple[object, int, int]] = field(default_factory=dict)

    def evaluate(self, node: Node, scope: Scope) -> object:
        """The value of a node; null, and a reason kept, where the standard has none."""
        self.spend(1)
        self._levels_left -= 1
        if self._levels_left < 0:
            raise ExhaustedError("functions call each other too deeply")
        try:
            value = self.handlers[type(node)](node, scope, self)
            if isinstance(value, list | dict):
                self.measure(value)
        except NoValueError as reason:
            self.report(reason, node.span)
            self.spend(_FAULT_STEPS)
            value = None
        finally:
            self._levels_left += 1
        return value

    def spend(self, steps: int) -> None:
        """Pay for work before it is done.

        Raises:
            ExhaustedError: There is not so much left.
        """
        self.steps_left -= steps
        if self.steps_left < 0:
            raise ExhaustedError(f"the text takes more than {STEPS_MAX:,} steps")

    def walk(self, *values: object) -> None:
        """Pay for looking at every part of the values."""
        self.spend(sum(self.measure(value)[0] - 1 for value in values))

    def measure(self, value: object) -> tuple[int, int]:
        """Parts and nesting of a value.

        Lists and contexts share their items, so that sizes are kept rather than counted anew.

        Raises:
            ExhaustedError: The value is too large.
        """
        if isinstance(value, str):
            return 1 + len(value) // 32, 0
        if not isinstance(value, list | dict):
            return 1, 0
        known = self._sizes.get(id(value))
        if known is not None:
            return known[1], known[2]
        self.spend(2 + len(value) // 16)
        inner = [self.measure(item) for item in (value.values() if isinstance(value, dict) else value)]
        parts = 1 + sum(size for size, _ in inner)
        nesting = 1 + max((depth for _, depth in inner), default=0)
        if parts > PARTS_MAX or nesting > NESTING_MAX:
            raise ExhaustedError("a list or context grows too large")
        # The value is kept with its size, so that its id is not given to another.
        self._sizes[id(value)] = value, parts, nesting
        return parts, nesting

    def report(self, reason: NoValueError, span: Span) -> None:
        """Keep why there is no value at a place of the text."""
        if len(self.faults) < FAULTS_MAX:
            fault = Diagnostic(reason.code, reason.message, reason.hint, start=span.start, end=span.end)
            self.faults[fault] = None
