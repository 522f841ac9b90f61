"""Evaluates a syntax tree by the standard: one value at a time, values of any kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.errors import Diagnostic
from engine.language import syntax
from engine.language.standard import calls, literals, loops, operations, paths
from engine.language.standard.faults import ExhaustedError, NoValueError
from engine.language.standard.functions import STANDARD_FUNCTIONS
from engine.language.standard.run import Handler, Run, Scope
from engine.language.standard.temporal import DateTime
from engine.language.standard.values import adopt

HANDLERS: Mapping[type, Handler] = {
    **literals.HANDLERS,
    **operations.HANDLERS,
    **loops.HANDLERS,
    **paths.HANDLERS,
    **calls.HANDLERS,
}
"""How each type of node is evaluated."""


def interpret(
    tree: syntax.Node, values: Mapping[str, object], now: DateTime
) -> tuple[object, tuple[Diagnostic, ...]]:
    """The value of an expression, and the reasons of nulls in it.

    Args:
        tree: An expression, as `parse_formula` gives it.
        values: Values of the names in it, Python's or the standard's.
        now: What `now()` and `today()` speak of.
    """
    return _run(tree, values, now, lambda run, scope: run.evaluate(tree, scope))


def interpret_cell(
    tree: syntax.Node, value: object, values: Mapping[str, object], now: DateTime
) -> tuple[bool | None, tuple[Diagnostic, ...]]:
    """Whether a value passes the unary tests of a cell, and the reasons of nulls in it.

    Args:
        tree: A cell, as `parse_cell` gives it.
        value: The value under test; `?` stands for it.
        values: Values of the other names.
        now: What `now()` and `today()` speak of.
    """
    answer, faults = _run(
        tree, {**values, "?": value}, now, lambda run, scope: _test_cell(tree, scope.names["?"], scope, run)
    )
    return (answer if isinstance(answer, bool) else None), faults


def _test_cell(cell: syntax.Node, value: object, scope: Scope, run: Run) -> bool | None:
    """Whether any of the tests accepts the value; `not(…)` round all of them turns the answer round."""
    if isinstance(cell, syntax.AnyValue):
        return True
    tests = cell.tests if isinstance(cell, syntax.Tests) else (cell,)
    only = tests[0]
    if len(tests) == 1 and isinstance(only, syntax.Call) and _is_not(only.function):
        inner = operations.combine_any(
            [operations.passes(test, value, scope, run) for test in only.arguments]
        )
        return None if inner is None else not inner
    return operations.combine_any([operations.passes(test, value, scope, run) for test in tests])


def _is_not(function: syntax.Node) -> bool:
    return isinstance(function, syntax.Name) and function.name == "not"


def _run(
    tree: syntax.Node, values: Mapping[str, object], now: DateTime, work: Callable[[Run, Scope], object]
) -> tuple[object, tuple[Diagnostic, ...]]:
    """The outcome of some work over a tree; null if the work takes too much."""
    run = Run(HANDLERS, STANDARD_FUNCTIONS, now)
    try:
        value = work(run, Scope(_adopt_all(values, tree, run)))
    except (ExhaustedError, RecursionError) as reason:
        hint = "compute over fewer items, or in smaller parts"
        limit = NoValueError(
            "text.exhausted", str(reason) if isinstance(reason, ExhaustedError) else "too deep", hint
        )
        run.report(limit, tree.span)
        value = None
    return value, tuple(run.faults)


def _adopt_all(values: Mapping[str, object], tree: syntax.Node, run: Run) -> dict[str, object]:
    """The given values as the standard has them; null for what it does not have."""
    adopted: dict[str, object] = {}
    for name, value in values.items():
        try:
            adopted[name] = adopt(value)
        except NoValueError as reason:
            adopted[name] = None
            run.report(NoValueError(reason.code, f'"{name}": {reason.message}', reason.hint), tree.span)
    return adopted
