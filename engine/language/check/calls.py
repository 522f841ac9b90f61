"""Calls of functions: arguments by position or by name, their kinds, units and constants."""

from __future__ import annotations

import re

from engine.language import syntax
from engine.language.bind import bind
from engine.language.check import arguments, forms
from engine.language.check.context import Checking
from engine.language.check.dimensions import convert, is_fixed
from engine.language.core import Constant, Core, number, stage_of
from engine.language.fixed import find_fixed_fault
from engine.language.functions import FUNCTIONS
from engine.language.functions.declaration import Argument, Function
from engine.language.functions.text import compose_pattern
from engine.language.names import suggest
from engine.language.patterns import find_pattern_fault
from engine.language.types import TEXT, Kind, Stage, Type
from engine.language.units import PLAIN

_SPREADSHEET = {
    "average": "mean",
    "avg": "mean",
    "stdev": "stddev",
    "std": "stddev",
    "round": "round half up",
    "ceil": "ceiling",
    "ln": "log",
    "mod": "modulo",
    "len": "string length",
    "upper": "upper case",
    "lower": "lower case",
    "startswith": "starts with",
    "endswith": "ends with",
    "shift": "lag",
    "abs_": "abs",
    "float": "number",
    "int": "floor",
    "str": "string",
}
_STANDARD_ONLY = "it works on one value at a time, with `carrybook eval`, and not on columns"


def function_names() -> tuple[str, ...]:
    """Every name that can be called in a cell or a formula."""
    return (*FUNCTIONS, *forms.FORMS)


def check_call(checking: Checking, node: syntax.Call) -> Core | None:
    """The typed tree of a call."""
    if not isinstance(node.function, syntax.Name):
        checking.report(node.function, "function.unknown", "only a function can be called")
        return None
    name = node.function.name
    form = forms.FORMS.get(name)
    if form is not None and (name not in FUNCTIONS or form.applies(node)):
        return form.check(checking, node)
    function = FUNCTIONS.get(name)
    if function is None:
        checking.report(node.function, "function.unknown", f'unknown function "{name}"', _explain(name))
        return None
    given = arguments.match(checking, node, [argument.name for argument in function.arguments])
    return None if given is None else _apply(checking, node, function, given)


def _explain(name: str) -> str:
    if name in _SPREADSHEET or name.lower() in _SPREADSHEET:
        return f"write `{_SPREADSHEET.get(name) or _SPREADSHEET[name.lower()]}(…)`"
    if name.upper() in {"IF", "IFS", "IFERROR"}:
        return "a condition is written `if … then … else …`"
    if name.upper() in {"AND", "OR"}:
        return f"write `a {name.lower()} b`"
    if name in forms.STANDARD_ONLY:
        return _STANDARD_ONLY
    return suggest(name, function_names())


def _apply(
    checking: Checking, node: syntax.Call, function: Function, given: dict[str, syntax.Node]
) -> Core | None:
    passed: list[Core] = []
    for argument in function.arguments:
        written = given.get(argument.name)
        if written is None and argument.default is ...:
            arguments.report_count(checking, node, [each.name for each in function.arguments])
            return None
        core = (
            _default(argument) if written is None else _check_argument(checking, function, argument, written)
        )
        if core is None:
            return None
        passed.append(core)
    if not _check_pattern(checking, node, function, passed):
        return None
    return arguments.build(checking, node, function, passed)


def _default(argument: Argument) -> Core:
    if isinstance(argument.default, float):
        return number(argument.default)
    return Constant(argument.default, TEXT)


def _check_argument(
    checking: Checking, function: Function, argument: Argument, node: syntax.Node
) -> Core | None:
    core = checking.check(node)
    if core is None:
        return None
    kind = core.type.kind
    if kind is Kind.NULL and not argument.constant:
        return Constant(None, Type(argument.kinds[0] if argument.kinds else Kind.NUMBER))
    if argument.kinds and kind not in argument.kinds:
        kinds = " or ".join(argument.kinds)
        message = f"`{function.name}` takes a {kinds} as {argument.name}, this is {core.type.phrase}"
        checking.report(node, "type.mismatch", message)
        return None
    if argument.constant and not is_fixed(core):
        hint = "write a value or the name of a parameter"
        checking.report(
            node, "argument.constant", f"{argument.name} of `{function.name}` must be fixed", hint
        )
        return None
    counted = core if argument.unit is None else _count(checking, function, argument, core, node)
    if counted is not None and argument.constant and stage_of(counted) is Stage.CONSTANT:
        return _bind_fixed(checking, function, argument, counted, node)
    return counted


def _bind_fixed(
    checking: Checking, function: Function, argument: Argument, core: Core, node: syntax.Node
) -> Core | None:
    """A fixed argument that is written in place, computed."""
    value = bind(core, {})
    fault = find_fixed_fault(argument, value.value) if isinstance(value, Constant) else ""
    if fault:
        checking.report(node, "argument.range", f"`{function.name}`: {fault}")
    return None if fault else value


def _count(
    checking: Checking, function: Function, argument: Argument, core: Core, node: syntax.Node
) -> Core | None:
    """An argument that is a duration, counted in the unit the function sees."""
    wanted = argument.unit or PLAIN
    if core.type.unit.dimension != wanted.dimension or core.type.unit.scale is None:
        hint = "write a duration such as `8h` or `3d`; rows are never counted"
        message = (
            f"`{function.name}` takes a {wanted.dimension} as {argument.name}, this is {core.type.phrase}"
        )
        checking.report(node, "argument.duration", message, hint)
        return None
    return convert(core, wanted)


def _check_pattern(checking: Checking, node: syntax.Call, function: Function, passed: list[Core]) -> bool:
    """Whether the pattern of a text function can be searched for."""
    if function.name not in {"matches", "replace"}:
        return True
    pattern, flags = passed[1], passed[-1]
    if not (isinstance(pattern, Constant) and isinstance(flags, Constant)):
        checking.report(
            node, "argument.constant", f"the pattern of `{function.name}` must be written in place"
        )
        return False
    unknown = re.sub("[smix]", "", str(flags.value))
    fault = (
        f"unknown flag `{unknown}`"
        if unknown
        else find_pattern_fault(compose_pattern(str(pattern.value), str(flags.value)))
    )
    if fault:
        checking.report(node, "pattern.invalid", f"the pattern cannot be searched for: {fault}")
    return not fault
