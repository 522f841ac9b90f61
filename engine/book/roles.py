"""Roles: what each table of a book is for, which outputs it gives, and what its silence means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.language.types import BOOLEAN, NUMBER, TEXT, Kind, Name, Stage, Type
from engine.language.units import COLUMN_UNITS, RATIO, SECONDS
from engine.tables.model import HitPolicy


@dataclass(frozen=True, slots=True)
class OutputTerm:
    """An output that a role knows.

    Attributes:
        name: The output.
        type: Its type and unit.
        default: Its value where no rule fires, unless the manifest says otherwise.
        required: Whether a table must have it.
        allowed: Words it may be; empty allows any value of its type.
        of_legs: Whether it names a leg of the book.
    """

    name: str
    type: Type
    default: Any = None
    required: bool = False
    allowed: tuple[str, ...] = ()
    of_legs: bool = False


@dataclass(frozen=True, slots=True)
class Contract:
    """What a decision table of one role promises.

    Attributes:
        role: Name of the table.
        outputs: Outputs that it may have.
        policies: Hit policies that make one result of its rules.
        sees: Names up to this stage may be used.
        no_rule: What it means that no rule fires.
        unknown: What it means that the result is unknown.
        needed: Whether every book has the table.
        names: Names that only this table sees.
    """

    role: str
    outputs: tuple[OutputTerm, ...]
    policies: tuple[HitPolicy, ...]
    sees: Stage
    no_rule: str
    unknown: str
    needed: bool = False
    names: tuple[Name, ...] = ()

    def find(self, output: str) -> OutputTerm | None:
        """What is agreed of an output, or None if the role has none of that name."""
        return next((term for term in self.outputs if term.name == output), None)


ACTIONS = ("enter", "exit", "urgent", "rebalance", "unwind")
"""What orders are for, as the execution table sees it."""

STYLES = ("limit", "market")
"""How a leg is filled."""

_ONE_RESULT = (HitPolicy.FIRST, HitPolicy.UNIQUE, HitPolicy.ANY)
_SHARE = Type(Kind.NUMBER, RATIO)
_NO_ENTRY = "do not enter; shown as unknown, with the rules and values that made it so"
_ACTION = Name(
    "action",
    TEXT,
    Stage.POSITION,
    vocabulary=frozenset(ACTIONS),
    meaning="what the orders are for: enter, exit, urgent (an exit that cannot wait), rebalance, unwind",
)

UNIVERSE = Contract(
    role="universe",
    outputs=(OutputTerm("include", BOOLEAN, default=False, required=True),),
    policies=_ONE_RESULT,
    sees=Stage.MARKET,
    no_rule="do not enter",
    unknown=_NO_ENTRY,
)
ENTRY = Contract(
    role="entry",
    outputs=(
        OutputTerm("enter", BOOLEAN, default=False, required=True),
        OutputTerm("priority", NUMBER, default=0),
    ),
    policies=_ONE_RESULT,
    sees=Stage.POSITION,
    no_rule="do not enter",
    unknown=_NO_ENTRY,
    needed=True,
)
EXIT = Contract(
    role="exit",
    outputs=(
        OutputTerm("keep", _SHARE, default=1, required=True),
        OutputTerm("urgent", BOOLEAN, default=False),
    ),
    policies=_ONE_RESULT,
    sees=Stage.POSITION,
    no_rule="keep all of it",
    unknown="keep it and flag it",
)
SIZING = Contract(
    role="sizing",
    outputs=(
        OutputTerm("share", _SHARE, default=0, required=True),
        OutputTerm("cap_usd", Type(Kind.NUMBER, COLUMN_UNITS["usd"])),
    ),
    policies=_ONE_RESULT,
    sees=Stage.POSITION,
    no_rule="nothing",
    unknown="nothing",
)
EXECUTION = Contract(
    role="execution",
    outputs=(
        OutputTerm("first_leg", TEXT, required=True, of_legs=True),
        OutputTerm("style", TEXT, required=True, allowed=STYLES),
        OutputTerm("wait_s", Type(Kind.NUMBER, SECONDS), required=True),
        OutputTerm("max_slippage", _SHARE, required=True),
        OutputTerm("slices", NUMBER, default=1),
    ),
    policies=_ONE_RESULT,
    sees=Stage.POSITION,
    no_rule="no order",
    unknown="no order",
    names=(_ACTION,),
)

CONTRACTS: dict[str, Contract] = {
    contract.role: contract for contract in (UNIVERSE, ENTRY, EXIT, SIZING, EXECUTION)
}
"""Contract of every decision table."""

ENTERING = ("universe", "entry")
"""Decision tables that say whether a pair is entered, of every pair at once."""

DECIDING = (*ENTERING, "exit", "sizing")
"""Decision tables that a cycle evaluates; the others are checked and tried, and not in force yet."""
