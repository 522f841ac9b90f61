"""Operators and conditions: arithmetic, comparison, three-valued logic, membership."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.language import syntax
from engine.language.standard.arithmetic import calculate, negate
from engine.language.standard.comparison import compare, equals
from engine.language.standard.faults import NoValueError
from engine.language.standard.kinds import is_instance
from engine.language.standard.ranges import holds
from engine.language.standard.run import Handler, Run, Scope
from engine.language.standard.values import Range, name_kind

_POWER_STEPS = 20
_TEST_STEPS = 2


def calculate_binary(node: syntax.Binary, scope: Scope, run: Run) -> object:
    """Arithmetic of two operands."""
    if node.operator == "**":
        run.spend(_POWER_STEPS)
    return calculate(node.operator, run.evaluate(node.left, scope), run.evaluate(node.right, scope))


def compare_values(node: syntax.Comparison, scope: Scope, run: Run) -> object:
    """A comparison; null, with its reason, if the operands do not compare."""
    left, right = run.evaluate(node.left, scope), run.evaluate(node.right, scope)
    run.walk(left, right)
    answer = compare(node.comparator, left, right)
    if answer is None:
        kinds = f"a {name_kind(left)} and a {name_kind(right)}"
        raise NoValueError(
            "operand.kind", f"`{node.comparator}` does not compare {kinds}", "convert one of them"
        )
    return answer


def combine_logic(node: syntax.Logic, scope: Scope, run: Run) -> object:
    """`and` and `or` of three values; what is no boolean counts as null."""
    decisive = node.operator == "or"
    left = run.evaluate(node.left, scope)
    if left is decisive:
        return decisive
    right = run.evaluate(node.right, scope)
    if right is decisive:
        return decisive
    return (not decisive) if isinstance(left, bool) and isinstance(right, bool) else None


def test_between(node: syntax.Between, scope: Scope, run: Run) -> object:
    """Whether a value lies between two others or is one of them."""
    value, low, high = (run.evaluate(part, scope) for part in (node.value, node.low, node.high))
    return combine_all([compare(">=", value, low), compare("<=", value, high)])


def combine_all(answers: Iterable[bool | None]) -> bool | None:
    """False if one is false, else null if one is null, else true."""
    known = list(answers)
    return False if False in known else None if None in known else True


def combine_any(answers: Iterable[bool | None]) -> bool | None:
    """True if one is true, else null if one is null, else false."""
    known = list(answers)
    return True if True in known else None if None in known else False


def test_membership(node: syntax.Membership, scope: Scope, run: Run) -> object:
    """Whether a value passes any of the tests behind `in`."""
    value = run.evaluate(node.value, scope)
    return combine_any([passes(test, value, scope, run) for test in node.tests])


def passes(test: syntax.Node, value: object, scope: Scope, run: Run) -> bool | None:
    """Whether a value passes one unary test, in which `?` stands for it."""
    run.spend(_TEST_STEPS)
    inner = Scope({"?": value}, scope)
    if isinstance(test, syntax.UnaryTest):
        operand = run.evaluate(test.operand, inner)
        run.walk(value, operand)
        return compare(test.comparator, value, operand)
    answer = run.evaluate(test, inner)
    if mentions(test, "?"):
        return answer if isinstance(answer, bool) else None
    run.walk(value, answer)
    return matches(value, answer)


def matches(value: object, expected: object) -> bool | None:
    """Whether a value is what a test gives: equal to it, inside a range, or in a list."""
    if isinstance(expected, Range) and not isinstance(value, Range):
        return holds(expected, value)
    if isinstance(expected, list):
        if isinstance(value, list) and equals(value, expected):
            return True
        answers = [
            holds(item, value) if isinstance(item, Range) else equals(value, item) for item in expected
        ]
        return True in answers
    return equals(value, expected)


def mentions(node: syntax.Node, name: str) -> bool:
    """Whether a name stands anywhere in a node."""
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, syntax.Name) and current.name == name:
            return True
        stack.extend(syntax.children(current))
    return False


def choose(node: syntax.Conditional, scope: Scope, run: Run) -> object:
    """The value of the branch that the condition chooses; only true chooses `then`."""
    chosen = node.then if run.evaluate(node.condition, scope) is True else node.otherwise
    return run.evaluate(chosen, scope)


def test_instance(node: syntax.InstanceOf, scope: Scope, run: Run) -> object:
    """Whether a value is of a type."""
    value = run.evaluate(node.value, scope)
    run.walk(value)
    return is_instance(value, node.type)


def negate_value(node: syntax.Negation, scope: Scope, run: Run) -> object:
    """The negative of a number or duration."""
    return negate(run.evaluate(node.operand, scope))


HANDLERS: Mapping[type, Handler] = {
    syntax.Binary: calculate_binary,
    syntax.Comparison: compare_values,
    syntax.Logic: combine_logic,
    syntax.Between: test_between,
    syntax.Membership: test_membership,
    syntax.Conditional: choose,
    syntax.InstanceOf: test_instance,
    syntax.Negation: negate_value,
}
"""How each node of this file is evaluated."""
