"""Programs: formulas as arrays, for the loop that decides about positions.

A formula over positions cannot be computed for all rows beforehand. It becomes a list of instructions in
postfix order, run by one fixed interpreter over a stack of floats: booleans are 1 and 0, NaN is unknown.
What such a formula reads of the market alone (a text compared, a window) is computed beforehand and comes
in as an input like any column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import Diagnostic
from engine.language.core import Apply, Column, Constant, Core, Parameter, stage_of
from engine.language.functions.declaration import Opcode
from engine.language.interpreter import run
from engine.language.types import Kind, Stage


@dataclass(frozen=True, slots=True)
class Program:
    """A formula as arrays.

    Attributes:
        opcodes: Instructions (`Opcode`), int64.
        operands: For CONSTANT the place in `constants`, for INPUT the place among `inputs`, else 0; int64.
        constants: Numbers the formula holds, float64.
        inputs: Names of the values it reads, in the order they are passed.
        prepared: Inputs that are computed from the market beforehand, by their name in `inputs`.
        gives: The kind of its result.
    """

    opcodes: np.ndarray[Any, np.dtype[np.int64]]
    operands: np.ndarray[Any, np.dtype[np.int64]]
    constants: np.ndarray[Any, np.dtype[np.float64]]
    inputs: tuple[str, ...]
    prepared: Mapping[str, Core]
    gives: Kind

    def run(self, values: Sequence[float]) -> float:
        """The result for one row; `values` follow `inputs`, NaN is unknown."""
        with np.errstate(all="ignore"):
            return run(self.opcodes, self.operands, self.constants, np.asarray(values, dtype=np.float64))


def to_program(core: Core) -> Program | Diagnostic:
    """A bound text as a program, or why it has none."""
    assembly = _Assembly([], [], [], [], {})
    fault = assembly.add(core)
    if fault is not None:
        return fault
    return Program(
        np.array(assembly.opcodes, dtype=np.int64),
        np.array(assembly.operands, dtype=np.int64),
        np.array(assembly.constants, dtype=np.float64),
        tuple(assembly.inputs),
        assembly.prepared,
        core.type.kind,
    )


@dataclass(frozen=True, slots=True)
class _Assembly:
    opcodes: list[int]
    operands: list[int]
    constants: list[float]
    inputs: list[str]
    prepared: dict[str, Core]

    def add(self, core: Core) -> Diagnostic | None:
        """Append the instructions that leave the value of `core` on the stack."""
        if core.type.kind not in (Kind.NUMBER, Kind.BOOLEAN):
            return Diagnostic(
                "program.kind",
                f"{core.type.phrase} cannot be computed from positions",
                "compare it with a market value",
            )
        match core:
            case Constant(value=value):
                number = float("nan") if value is None else float(value)  # type: ignore[arg-type]
                self._push(Opcode.CONSTANT, len(self.constants))
                self.constants.append(number)
            case Column(name=name):
                self._read(name)
            case Parameter(name=name):
                raise ValueError(f'parameter "{name}" is not bound')
            case Apply():
                return self._add_apply(core)
        return None

    def _add_apply(self, apply: Apply) -> Diagnostic | None:
        opcode = apply.function.opcode
        interpreted = opcode is not None and _is_numeric(apply)
        if not interpreted and stage_of(apply) <= Stage.MARKET:
            name = f"prepared {len(self.prepared) + 1}"
            self.prepared[name] = apply
            self._read(name)
            return None
        if not interpreted or opcode is None:
            return Diagnostic(
                "program.function",
                f"`{apply.function.name}` cannot be computed from positions",
                "use it on market values only",
            )
        for argument in apply.arguments:
            fault = self.add(argument)
            if fault is not None:
                return fault
        self._push(opcode, 0)
        return None

    def _read(self, name: str) -> None:
        if name not in self.inputs:
            self.inputs.append(name)
        self._push(Opcode.INPUT, self.inputs.index(name))

    def _push(self, opcode: Opcode, operand: int) -> None:
        self.opcodes.append(int(opcode))
        self.operands.append(operand)


def _is_numeric(apply: Apply) -> bool:
    return all(argument.type.kind in (Kind.NUMBER, Kind.BOOLEAN) for argument in apply.arguments)
