"""Comparisons, tests and ranges."""

from __future__ import annotations

from engine.language import syntax
from engine.language.check.context import Checking
from engine.language.check.dimensions import Clash, align, is_fixed
from engine.language.core import Apply, Constant, Core, fold_evenly
from engine.language.functions import arithmetic, logic
from engine.language.functions.declaration import Function
from engine.language.types import BOOLEAN, Kind

TRUE = Constant(True, BOOLEAN)
"""The test that every value passes."""

_ORDERED = {Kind.NUMBER, Kind.TEXT, Kind.INSTANT, Kind.DATE, Kind.TIME}
_FLIPPED: dict[str, syntax.Comparator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_BOUNDED = {
    ">=": (logic.AT_LEAST, arithmetic.LOWER_BOUND),
    ">": (logic.MORE, arithmetic.UPPER_BOUND),
    "<=": (logic.AT_MOST, arithmetic.UPPER_BOUND),
    "<": (logic.LESS, arithmetic.LOWER_BOUND),
}


def boolean(function: Function, *arguments: Core) -> Core:
    """A truth value computed from others."""
    return Apply(function, arguments, BOOLEAN)


def any_of(tests: list[Core]) -> Core:
    """True if any of the tests holds."""
    return fold_evenly(tests, lambda a, b: boolean(logic.OR, a, b))


def compare(
    checking: Checking, node: syntax.Node, comparator: syntax.Comparator, left: Core, right: Core
) -> Core | None:
    """One value compared with another; faults are placed at `node`."""
    if Kind.NULL in (left.type.kind, right.type.kind):
        return _compare_with_null(checking, node, comparator, left, right)
    if left.type.kind != right.type.kind:
        _report_kinds(checking, node, left, right)
        return None
    if left.type.kind is Kind.NUMBER:
        return _compare_numbers(checking, node, comparator, left, right)
    if comparator in ("=", "!="):
        same = boolean(logic.SAME, left, right)
        return same if comparator == "=" else boolean(logic.NOT, same)
    if left.type.kind not in _ORDERED:
        checking.report(
            node, "type.order", f"{left.type.phrase} cannot be ordered with `{comparator}`", "use `=` or `!=`"
        )
        return None
    return boolean(_BOUNDED[comparator][0], left, right)


def _report_kinds(checking: Checking, node: syntax.Node, left: Core, right: Core) -> None:
    hint = "compare values of the same kind"
    if left.type.kind is Kind.BOOLEAN and isinstance(node, syntax.Comparison):
        hint = "a value between two bounds is written `x in [1..5)` or `x between 1 and 5`"
    elif Kind.TEXT in (left.type.kind, right.type.kind) and Kind.NUMBER in (left.type.kind, right.type.kind):
        hint = "a number is written without quotes, a text with them"
    checking.report(node, "type.mismatch", f"{left.type.phrase} is compared with {right.type.phrase}", hint)


def _compare_with_null(
    checking: Checking, node: syntax.Node, comparator: syntax.Comparator, left: Core, right: Core
) -> Core | None:
    if comparator not in ("=", "!="):
        checking.report(
            node, "type.order", f"null cannot be ordered with `{comparator}`", "ask with `= null`"
        )
        return None
    value = right if left.type.kind is Kind.NULL else left
    missing = boolean(logic.IS_UNKNOWN, value)
    return missing if comparator == "=" else boolean(logic.NOT, missing)


def _compare_numbers(
    checking: Checking, node: syntax.Node, comparator: syntax.Comparator, left: Core, right: Core
) -> Core | None:
    aligned = align(left, right)
    if isinstance(aligned, Clash):
        checking.report(node, "unit.mismatch", aligned.message, aligned.hint)
        return None
    a, b = aligned.left, aligned.right
    if is_fixed(a) and not is_fixed(b):
        a, b, comparator = b, a, _FLIPPED[comparator]
    if comparator in _BOUNDED:
        function, bound = _BOUNDED[comparator]
        return boolean(function, a, Apply(bound, (b,), b.type))
    low, high = Apply(arithmetic.LOWER_BOUND, (b,), b.type), Apply(arithmetic.UPPER_BOUND, (b,), b.type)
    same = boolean(logic.AND, boolean(logic.AT_LEAST, a, low), boolean(logic.AT_MOST, a, high))
    return same if comparator == "=" else boolean(logic.NOT, same)


def check_range(checking: Checking, node: syntax.Interval, value: Core) -> Core | None:
    """Whether `value` lies between the ends of a range."""
    low, high = checking.check(node.low), checking.check(node.high)
    if low is None or high is None:
        return None
    if _is_empty(low, high):
        checking.report(node, "range.empty", "the range is empty: its ends are the wrong way round")
        return None
    above = compare(checking, node.low, ">=" if node.low_closed else ">", value, low)
    below = compare(checking, node.high, "<=" if node.high_closed else "<", value, high)
    return None if above is None or below is None else boolean(logic.AND, above, below)


def _is_empty(low: Core, high: Core) -> bool:
    if not (isinstance(low, Constant) and isinstance(high, Constant)):
        return False
    if low.exact is None or high.exact is None or low.type.unit != high.type.unit:
        return False
    return low.exact > high.exact


def check_test(checking: Checking, node: syntax.Node, value: Core) -> Core | None:
    """Whether `value` passes a unary test: a comparison, a range, a list of tests, or a value to equal."""
    match node:
        case syntax.UnaryTest(comparator=comparator, operand=operand):
            bound = checking.check(operand)
            return None if bound is None else compare(checking, node, comparator, value, bound)
        case syntax.Interval():
            return check_range(checking, node, value)
        case syntax.ListLiteral(items=items):
            if not items:
                checking.report(node, "list.empty", "the list is empty", "write at least one value")
                return None
            return check_tests(checking, items, value)
        case syntax.Call(function=syntax.Name(name="not"), arguments=arguments) if arguments:
            refused = check_tests(checking, arguments, value)
            return None if refused is None else boolean(logic.NOT, refused)
    return _check_expression(checking, node, value)


def check_tests(checking: Checking, nodes: tuple[syntax.Node, ...], value: Core) -> Core | None:
    """Whether `value` passes any of the tests."""
    tests = [check_test(checking, node, value) for node in nodes]
    return None if None in tests else any_of([test for test in tests if test is not None])


def _check_expression(checking: Checking, node: syntax.Node, value: Core) -> Core | None:
    """A truth value that asks about `?`, or a value to equal."""
    expression = checking.check(node)
    if expression is None:
        return None
    if expression.type.kind is Kind.BOOLEAN and (value.type.kind is not Kind.BOOLEAN or uses_subject(node)):
        if uses_subject(node):
            return expression
        hint = "write `?` for the value of this column, as in `? > 5 and ? < other`"
        checking.report(
            node, "cell.condition", "this condition does not ask about the value of its column", hint
        )
        return None
    return compare(checking, node, "=", value, expression)


def uses_subject(node: syntax.Node) -> bool:
    """Whether `?` stands anywhere below `node`."""
    if isinstance(node, syntax.Name):
        return node.name == "?"
    return any(uses_subject(child) for child in syntax.children(node))
