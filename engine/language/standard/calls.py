"""Calls of functions: standard ones and those written in the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.language import syntax
from engine.language.standard.declaration import Declaration
from engine.language.standard.faults import NoValueError
from engine.language.standard.kinds import conforms
from engine.language.standard.run import Handler, Run, Scope
from engine.language.standard.values import Function, name_kind

_CLOSURE_STEPS = 4

Arguments = Sequence[object] | Mapping[str, object]
"""Arguments by position or by name."""


@dataclass(frozen=True, slots=True, eq=False)
class Closure(Function):
    """A function written in the text, with the names that it could see there."""

    literal: syntax.FunctionLiteral
    scope: Scope

    @property
    def title(self) -> str:
        """How it reads."""
        return f"function({', '.join(self.parameter_names)})"

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of its parameters, in order."""
        return tuple(parameter.name for parameter in self.literal.parameters)

    def call(self, arguments: Arguments, run: Run) -> object:
        """The body's value, evaluated where the function was written."""
        given = self._name(arguments)
        for parameter in self.literal.parameters:
            if not conforms(given[parameter.name], parameter.type):
                kind = name_kind(given[parameter.name])
                raise NoValueError(
                    "argument.kind", f"`{parameter.name}` is a {kind}, which it is not declared to be"
                )
        return run.evaluate(self.literal.body, Scope(given, self.scope))

    def _name(self, arguments: Arguments) -> dict[str, object]:
        names = self.parameter_names
        if isinstance(arguments, Mapping):
            if set(arguments) != set(names):
                raise NoValueError(
                    "argument.unknown", "the names of the arguments do not fit", f"write {self.title}"
                )
            return dict(arguments)
        if len(arguments) != len(names):
            message = f"{len(arguments)} arguments do not fit"
            raise NoValueError("argument.count", message, f"write {self.title}")
        return dict(zip(names, arguments, strict=True))


def call_function(node: syntax.Call, scope: Scope, run: Run) -> object:
    """The value of a call."""
    function = run.evaluate(node.function, scope)
    return invoke(function, read_arguments(node, scope, run), run)


def read_arguments(node: syntax.Call, scope: Scope, run: Run) -> Arguments:
    """The arguments' values, all by position or all by name."""
    named = [argument for argument in node.arguments if isinstance(argument, syntax.NamedArgument)]
    if not named:
        return [run.evaluate(argument, scope) for argument in node.arguments]
    if len(named) < len(node.arguments):
        raise NoValueError("argument.mixed", "some arguments have names, others have not", "name all or none")
    if len({argument.name for argument in named}) < len(named):
        raise NoValueError("argument.twice", "an argument is given twice", "leave one of them out")
    return {argument.name: run.evaluate(argument.value, scope) for argument in named}


def invoke(function: object, arguments: Arguments, run: Run) -> object:
    """The value of a function for arguments.

    Raises:
        NoValueError: It is no function, or has no value for them.
    """
    if isinstance(function, Closure):
        run.spend(_CLOSURE_STEPS)
        return function.call(arguments, run)
    if isinstance(function, Declaration):
        run.spend(function.steps)
        run.walk(*(arguments.values() if isinstance(arguments, Mapping) else arguments))
        return function.call(arguments, run)
    raise NoValueError("call.kind", f"a {name_kind(function)} cannot be called", "only functions can")


HANDLERS: Mapping[type, Handler] = {syntax.Call: call_function}
"""How each node of this file is evaluated."""
