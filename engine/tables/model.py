"""A decision table as it is written: headers, rules, and how hits become one result."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class HitPolicy(StrEnum):
    """The seven ways of the DMN standard to make one result of the rules that fire."""

    UNIQUE = "UNIQUE"
    ANY = "ANY"
    FIRST = "FIRST"
    PRIORITY = "PRIORITY"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"
    COLLECT = "COLLECT"


class Aggregation(StrEnum):
    """What COLLECT makes of the outputs it collects."""

    SUM = "sum"
    MIN = "min"
    MAX = "max"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class InputColumn:
    """A column of conditions.

    Attributes:
        header: A name or any formula; its value is what the cells below test.
    """

    header: str


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column of results, headed `then NAME`.

    Attributes:
        name: The name of the output.
        declared: Its type and unit, in any form that a schema takes; None leaves it to the cells.
        allowed: Values it may have, the most wanted first; empty allows any.
        default: Its value where a cell is empty or no rule fires; None is no value.
    """

    name: str
    declared: Any = None
    allowed: tuple[str, ...] = ()
    default: Any = None

    @property
    def header(self) -> str:
        """The column's header."""
        return f"then {self.name}"


def write_value(value: Any) -> str:
    """A value given by a program, as the text that a cell would have."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a decision table.

    Attributes:
        id: Names the rule in decisions and reports.
        line: Line of the file at which it starts, counted from 1.
        tests: The text of its cell in each input column; empty or `-` accepts anything.
        outputs: The text of its cell in each output column; empty is the default.
        note: For people.
    """

    id: str
    line: int
    tests: tuple[str, ...]
    outputs: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table whose form is right; its texts are not checked yet.

    Attributes:
        name: What the table decides, such as `entry`.
        file: Name of the file for messages.
        inputs: Columns of conditions, in order.
        outputs: Columns of results, in order; at least one.
        rules: Rules, in order.
        hit_policy: How hits become one result.
        aggregation: What COLLECT does with several; None for the others and to list them.
    """

    name: str
    file: str
    inputs: tuple[InputColumn, ...]
    outputs: tuple[OutputColumn, ...]
    rules: tuple[Rule, ...]
    hit_policy: HitPolicy
    aggregation: Aggregation | None = None
