"""Arguments of calls: matched to parameters, brought to one unit, applied."""

from __future__ import annotations

from collections.abc import Sequence

from engine.language import syntax
from engine.language.check.context import Checking
from engine.language.check.dimensions import Clash, align
from engine.language.core import Apply, Constant, Core
from engine.language.functions.declaration import Function
from engine.language.names import suggest
from engine.language.types import Kind, Type
from engine.language.units import PLAIN, Unit


def match(checking: Checking, node: syntax.Call, names: Sequence[str]) -> dict[str, syntax.Node] | None:
    """The arguments of a call by the names of its parameters."""
    given: dict[str, syntax.Node] = {}
    for position, argument in enumerate(node.arguments):
        if isinstance(argument, syntax.NamedArgument):
            key, value = argument.name, argument.value
        elif position < len(names):
            key, value = names[position], argument
        else:
            report_count(checking, node, names)
            return None
        if key not in names or key in given:
            hint = suggest(key, names) or f"parameters are {', '.join(names)}"
            checking.report(argument, "argument.unknown", f'no parameter "{key}" is free', hint)
            return None
        given[key] = value
    return given


def report_count(checking: Checking, node: syntax.Call, names: Sequence[str]) -> None:
    """Note that a call has too many or too few arguments."""
    function = checking.quote(node.function)
    count = "1 argument" if len(names) == 1 else f"{len(names)} arguments"
    checking.report(
        node,
        "argument.count",
        f"`{function}` takes {count}, {len(node.arguments)} are given",
        f"write `{function}({', '.join(names)})`",
    )


def build(checking: Checking, node: syntax.Node, function: Function, arguments: list[Core]) -> Core | None:
    """A function applied to checked arguments, its unit found."""
    unit: Unit = PLAIN
    if function.unit == "first":
        unit = arguments[0].type.unit
    elif function.unit == "common":
        aligned = align_all(checking, node, arguments)
        if aligned is None:
            return None
        arguments, unit = aligned
    return Apply(function, tuple(arguments), Type(function.gives, unit))


def align_all(checking: Checking, node: syntax.Node, arguments: list[Core]) -> tuple[list[Core], Unit] | None:
    """Numbers brought to one unit."""
    first = arguments[0]
    for other in arguments[1:]:
        met = align(first, other)
        if isinstance(met, Clash):
            checking.report(node, "unit.mismatch", met.message, met.hint)
            return None
        first = met.left
    counted = [first]
    for other in arguments[1:]:
        met = align(first, other)
        counted.append(other if isinstance(met, Clash) else met.right)
    return counted, first.type.unit


def keep_unit(function: Function, first: Core, *others: Core) -> Core:
    """A function applied inside a form, whose result counts what its first argument does."""
    return Apply(function, (first, *others), first.type)


def check_kind(checking: Checking, node: syntax.Node, kind: Kind) -> Core | None:
    """An argument that must be of one kind; null is unknown of any kind."""
    core = checking.check(node)
    if core is None:
        return None
    if core.type.kind is Kind.NULL:
        return Constant(None, Type(kind))
    if core.type.kind is not kind:
        checking.report(node, "type.mismatch", f"this is {core.type.phrase}, a {kind} is needed")
        return None
    return core
