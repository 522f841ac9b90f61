"""Binding: parameters get their values, and what is fixed is computed once."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import BookErrors, Diagnostic
from engine.language.core import Apply, Column, Constant, Core, Parameter, number
from engine.language.fixed import find_fixed_fault
from engine.language.functions.declaration import Function
from engine.language.functions.logic import CHOOSE
from engine.language.quantities import Quantity
from engine.language.to_python import apply_to_values
from engine.language.types import Kind, Type


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
            return _fold(function, bound, core.type)


def _fold(function: Function, arguments: tuple[Core, ...], result: Type) -> Core:
    """The function applied, or what it gives in every row; Polars may keep one row of what is fixed."""
    fixed = [argument.value for argument in arguments if isinstance(argument, Constant)]
    if function.scope != "row":
        return Apply(function, arguments, result)
    if len(fixed) == len(arguments):
        return Constant(apply_to_values(function, fixed), result)
    if function.strict and None in fixed:
        return Constant(None, result)
    if function is CHOOSE and isinstance(arguments[0], Constant):
        return _choose_branch(arguments, result)
    return Apply(function, arguments, result)


def _choose_branch(arguments: tuple[Core, ...], result: Type) -> Core:
    condition, then, otherwise = arguments
    if not isinstance(condition, Constant) or condition.value is None:
        return Constant(None, result)
    branch = then if condition.value else otherwise
    return Constant(branch.value, result) if isinstance(branch, Constant) else branch


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
