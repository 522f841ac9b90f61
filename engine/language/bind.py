"""Binding: parameters get their values, and what is fixed is computed once."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import BookErrors, Diagnostic
from engine.language.core import Apply, Column, Constant, Core, Parameter, number
from engine.language.fixed import find_fixed_fault
from engine.language.functions.declaration import Function
from engine.language.quantities import Quantity
from engine.language.to_python import apply_to_values
from engine.language.types import Kind


def bind(core: Core, parameters: Mapping[str, Quantity]) -> Core:
    """`core` with the values of `parameters`, constants folded.

    A number is converted exactly to the unit it was asked for and then rounded to float64 once.

    Raises:
        BookErrors: if a parameter has a value that a function cannot work with, as a window of 0 days.
        KeyError: if a parameter has no value; the checker knows the names, so a caller forgot one.
    """
    match core:
        case Constant() | Column():
            return core
        case Parameter():
            return _bind_parameter(core, parameters[core.name])
        case Apply(function=function, arguments=arguments):
            bound = tuple(bind(argument, parameters) for argument in arguments)
            _require_fixed(function, bound)
            if function.scope == "row" and all(isinstance(argument, Constant) for argument in bound):
                values = [argument.value for argument in bound if isinstance(argument, Constant)]
                return Constant(apply_to_values(function, values), core.type)
            return Apply(function, bound, core.type)


def _require_fixed(function: Function, arguments: tuple[Core, ...]) -> None:
    faults = [
        Diagnostic("argument.range", f"`{function.name}`: {fault}", "mend the value of the parameter")
        for declared, argument in zip(function.arguments, arguments, strict=False)
        if declared.constant and isinstance(argument, Constant)
        if (fault := find_fixed_fault(declared, argument.value))
    ]
    if faults:
        raise BookErrors(faults)


def _bind_parameter(parameter: Parameter, quantity: Quantity) -> Constant:
    if parameter.type.kind is not quantity.type.kind:
        raise TypeError(
            f'parameter "{parameter.name}" is a {quantity.type.kind}, a {parameter.type.kind} is needed'
        )
    if parameter.type.kind is Kind.NUMBER:
        return number(quantity.count_in(parameter.type.unit), parameter.type.unit)
    return Constant(quantity.value if isinstance(quantity.value, (bool, str)) else None, parameter.type)
