"""Roles: what each table of a book is for, which outputs it gives, and what its silence means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.language.types import BOOLEAN, NUMBER, Stage, Type
from engine.tables.model import HitPolicy


@dataclass(frozen=True, slots=True)
class OutputTerm:
    """An output that a role knows.

    Attributes:
        name: The output.
        type: Its type and unit.
        default: Its value where no rule fires, unless the manifest says otherwise.
        required: Whether a table must have it.
    """

    name: str
    type: Type
    default: Any = None
    required: bool = False


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
    """

    role: str
    outputs: tuple[OutputTerm, ...]
    policies: tuple[HitPolicy, ...]
    sees: Stage
    no_rule: str
    unknown: str

    def find(self, output: str) -> OutputTerm | None:
        """What is agreed of an output, or None if the role has none of that name."""
        return next((term for term in self.outputs if term.name == output), None)


ENTRY = Contract(
    role="entry",
    outputs=(
        OutputTerm("enter", BOOLEAN, default=False, required=True),
        OutputTerm("priority", NUMBER, default=0),
    ),
    policies=(HitPolicy.FIRST, HitPolicy.UNIQUE, HitPolicy.ANY),
    sees=Stage.POSITION,
    no_rule="do not enter",
    unknown="do not enter; shown as unknown, with the rules and values that made it so",
)

CONTRACTS: dict[str, Contract] = {contract.role: contract for contract in (ENTRY,)}
"""Contract of every decision table that is evaluated."""

NOT_EVALUATED = ("universe", "exit", "limits", "sizing", "allocation", "execution", "targets", "scenarios")
"""Tables that are not evaluated yet, and so are refused: nobody shall believe that they are in force."""
