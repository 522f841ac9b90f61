"""Formulas packed for the loop: what the market decides is computed beforehand, the rest is instructions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from engine.errors import BookErrors, Diagnostic
from engine.language.core import Apply, Column, Core, stage_of
from engine.language.functions.declaration import Opcode
from engine.language.to_program import Program as Postfix
from engine.language.to_program import to_program
from engine.language.types import Kind, Stage
from engine.portfolio.arrays import Code, Integers


@dataclass(slots=True)
class Coder:
    """Collects formulas, and the columns of rows that they read.

    Attributes:
        places: Where names that are no columns of a row stand, counted behind the columns.
        formulas: The bound formula of each metric, for those that look at positions.
        columns: What each column of a row is computed from, by name; the place follows the order.
        codes: The instructions of each formula.
    """

    places: Mapping[str, int]
    formulas: Mapping[str, Core]
    columns: dict[str, Core] = field(default_factory=dict)
    codes: list[Postfix] = field(default_factory=list)

    def settle(self, core: Core) -> Core:
        """The same with metrics that look at positions written out."""
        match core:
            case Column(name=name, stage=stage) if stage >= Stage.POSITION and name in self.formulas:
                return self.settle(self.formulas[name])
            case Apply() if core.stage >= Stage.POSITION:
                arguments = tuple(self.settle(argument) for argument in core.arguments)
                return replace(core, arguments=arguments)
        return core

    def add(self, core: Core, file: str, row: int | None, column: str) -> int:
        """Add a formula; gives back its number.

        Args:
            core: The formula, bound.
            file: Where it stands, for messages.
            row: Line of the file.
            column: Column of the file.

        Raises:
            BookErrors: It cannot be computed from positions.
        """
        settled = self.settle(core)
        if stage_of(settled) == Stage.MARKET:
            settled = self.prepare(settled)
        program = to_program(settled)
        if isinstance(program, Diagnostic):
            raise BookErrors([program.at(file=file, row=row, column=column)])
        names = {name: self._keep(prepared) for name, prepared in program.prepared.items()}
        inputs = tuple(names.get(name, name) for name in program.inputs)
        for name in inputs:
            if name not in self.places and name not in self.columns:
                self.columns[name] = Column(name, settled.type, Stage.MARKET)
        self.codes.append(replace(program, inputs=inputs))
        return len(self.codes) - 1

    def prepare(self, core: Core) -> Core:
        """A value that the market alone decides, as a column of its own."""
        if isinstance(core, Column) and (core.name in self.columns or core.type.kind is Kind.NUMBER):
            return core
        return Column(self._keep(core), core.type, Stage.MARKET)

    def _keep(self, core: Core) -> str:
        name = next((known for known, each in self.columns.items() if each == core), None)
        if name is None:
            name = f"market {len(self.columns) + 1}"
            self.columns[name] = core
        return name

    def place(self, name: str, first: int) -> int:
        """Place of a column of a row, which begin at `first`."""
        return first + list(self.columns).index(name)

    def pack(self, first: int, behind: int) -> Code:
        """All formulas one after the other.

        Args:
            first: Place of the first column.
            behind: Place of the first name that is no column.
        """
        order = {name: first + place for place, name in enumerate(self.columns)}
        order |= {name: behind + place for name, place in self.places.items()}
        operands = []
        for program in self.codes:
            reads = program.opcodes == int(Opcode.INPUT)
            places = np.array([order[name] for name in program.inputs] or [0], dtype=np.int64)
            operands.append(np.where(reads, places[np.where(reads, program.operands, 0)], program.operands))
        opcodes = _join([program.opcodes for program in self.codes], np.int64)
        return Code(
            np.stack([opcodes, _join(operands, np.int64)]),
            _join([program.constants for program in self.codes], np.float64),
            np.stack(
                [
                    _count([program.opcodes for program in self.codes]),
                    _count([program.constants for program in self.codes]),
                ]
            ),
        )


def _join(parts: Sequence[Any], dtype: Any) -> Any:
    return np.concatenate([*parts, np.empty(0, dtype=dtype)]).astype(dtype)


def _count(parts: Sequence[Any]) -> Integers:
    return np.cumsum([0, *(part.size for part in parts)]).astype(np.int64)
