"""Literals, names, lists and contexts."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from engine.language import syntax
from engine.language.habits import explain_unit
from engine.language.standard.calls import Closure
from engine.language.standard.decimals import CONTEXT, settle
from engine.language.standard.faults import NoValueError
from engine.language.standard.ranges import build_range, build_test
from engine.language.standard.run import Handler, Run, Scope
from engine.language.standard.temporal import SECOND, DayTimeDuration
from engine.language.standard.temporal_text import read_temporal
from engine.language.units import LITERAL_UNITS, Dimension

_SUGGESTION_STEPS = 200
_TEMPORAL_STEPS = 5
_RANGE_STEPS = 3


def read_number(node: syntax.Number, _: Scope, __: Run) -> object:
    """A number; with a unit of time a duration, with another the plain number it stands for."""
    if not node.unit:
        return settle(node.value)
    unit = LITERAL_UNITS.get(node.unit)
    if unit is None or unit.scale is None:
        raise NoValueError("unit.unknown", *explain_unit(str(node.value), node.unit))
    scaled = settle(CONTEXT.multiply(node.value, unit.scale))
    if unit.dimension is not Dimension.DURATION:
        return scaled
    nanoseconds = scaled * SECOND
    if nanoseconds.adjusted() > 30:
        raise NoValueError("temporal.range", "the duration is out of range")
    return DayTimeDuration(int(nanoseconds))


def read_at_literal(node: syntax.AtLiteral, _: Scope, run: Run) -> object:
    """A date, time, instant or duration from its text."""
    run.spend(_TEMPORAL_STEPS)
    return read_temporal(node.value)


def find_name(node: syntax.Name, scope: Scope, run: Run) -> object:
    """The value of a name: of the innermost scope that has it, or a standard function."""
    names = scope.find(node.name)
    if names is not None:
        return names[node.name]
    if node.name in run.functions:
        return run.functions[node.name]
    run.spend(_SUGGESTION_STEPS)
    near = get_close_matches(node.name, [*scope.list_names(), *run.functions], n=1)
    hint = f'did you mean "{near[0]}"?' if near else "names are those of the given values and of functions"
    raise NoValueError("name.unknown", f'unknown name "{node.name}"', hint)


def build_list(node: syntax.ListLiteral, scope: Scope, run: Run) -> object:
    """A list of its items' values."""
    return [run.evaluate(item, scope) for item in node.items]


def build_context(node: syntax.ContextLiteral, scope: Scope, run: Run) -> object:
    """A context; each entry sees those before it, and functions see all."""
    entries: dict[str, object] = {}
    inner = Scope(entries, scope)
    for entry in node.entries:
        if entry.name in entries:
            raise NoValueError(
                "context.twice", f'the context has two entries "{entry.name}"', "rename one of them"
            )
        entries[entry.name] = run.evaluate(entry.value, inner)
    return dict(entries)


def build_interval(node: syntax.Interval, scope: Scope, run: Run) -> object:
    """A range between two values."""
    run.spend(_RANGE_STEPS)
    low, high = run.evaluate(node.low, scope), run.evaluate(node.high, scope)
    return build_range(low, high, node.low_closed, node.high_closed)


def build_unary_test(node: syntax.UnaryTest, scope: Scope, run: Run) -> object:
    """A comparison that stands alone is the range of the values that pass it."""
    return build_test(node.comparator, run.evaluate(node.operand, scope))


def build_function(node: syntax.FunctionLiteral, scope: Scope, _: Run) -> object:
    """A function that remembers the names around it."""
    return Closure(node, scope)


HANDLERS: Mapping[type, Handler] = {
    syntax.Number: read_number,
    syntax.Text: lambda node, _, __: node.value,
    syntax.Boolean: lambda node, _, __: node.value,
    syntax.Null: lambda _, __, ___: None,
    syntax.AtLiteral: read_at_literal,
    syntax.Name: find_name,
    syntax.ListLiteral: build_list,
    syntax.ContextLiteral: build_context,
    syntax.Interval: build_interval,
    syntax.UnaryTest: build_unary_test,
    syntax.FunctionLiteral: build_function,
}
"""How each node of this file is evaluated."""
