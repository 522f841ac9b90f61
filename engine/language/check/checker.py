"""The checker: from syntax to a typed tree, collecting every fault on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Diagnostic
from engine.language import syntax
from engine.language.check.arguments import build
from engine.language.check.calls import check_call, function_names
from engine.language.check.comparisons import any_of, boolean, check_range, check_test, compare
from engine.language.check.dimensions import Clash, align, convert, divide, multiply
from engine.language.check.literals import read_temporal
from engine.language.core import Apply, Column, Constant, Core, Parameter, number, size_of
from engine.language.functions import arithmetic, logic, temporal
from engine.language.functions.declaration import Function
from engine.language.habits import explain_unit
from engine.language.names import Scope, explain_name, suggest
from engine.language.types import BOOLEAN, NULL, TEXT, Kind, Stage, Type
from engine.language.units import LITERAL_UNITS, PLAIN, SECONDS

_ARITHMETIC = {"+": arithmetic.ADD, "-": arithmetic.SUBTRACT, "**": arithmetic.POWER}


@dataclass(slots=True)
class Checker:
    """One text being checked; implements `engine.language.check.context.Checking`.

    Attributes:
        text: The whole text, quoted in messages.
        scope: The names it may use.
        subject: The value under test in a cell.
        faults: What was found so far.
    """

    text: str
    scope: Scope
    subject: Core | None = None
    faults: list[Diagnostic] = field(default_factory=list)

    def report(self, node: syntax.Node, code: str, message: str, hint: str = "") -> None:
        """Note a fault at `node`."""
        self.faults.append(Diagnostic(code, message, hint, start=node.span.start, end=node.span.end))

    def quote(self, node: syntax.Node) -> str:
        """The text of `node`, for messages."""
        return self.text[node.span.start : node.span.end]

    def check(self, node: syntax.Node) -> Core | None:
        """The typed tree of `node`, or None after reporting why there is none."""
        check = _CHECKS.get(type(node))
        if check is not None:
            return self._bound(node, check(self, node))
        what = _STANDARD_NODES.get(type(node), "this")
        hint = "it works on one value at a time, with `carrybook eval`"
        self.report(node, "syntax.column", f"{what} has no meaning on columns", hint)
        return None

    def _bound(self, node: syntax.Node, core: Core | None) -> Core | None:
        """`core`, unless it takes too many steps: nested forms repeat what stands in them."""
        if core is None or size_of(core) <= MAX_SIZE:
            return core
        message = f"the text takes {size_of(core):,} steps to compute, at most {MAX_SIZE:,} are taken"
        self.report(node, "text.too_large", message, "split it into metrics of their own")
        return None


MAX_SIZE = 5_000
"""Steps that a cell or formula may take, once its forms are spelled out."""

_STANDARD_NODES: dict[type, str] = {
    syntax.ContextLiteral: "a context",
    syntax.Filter: "a filter",
    syntax.Loop: "a loop",
    syntax.InstanceOf: "a question for a type",
    syntax.FunctionLiteral: "a function as a value",
}


def _check_number(checker: Checker, node: syntax.Number) -> Core | None:
    if not node.unit:
        return _check_size(checker, node, number(node.value))
    unit = LITERAL_UNITS.get(node.unit)
    if unit is None:
        digits = checker.quote(node).removesuffix(node.unit)
        checker.report(node, "unit.unknown", *explain_unit(digits, node.unit))
        return None
    if unit.plain and unit.scale is not None:
        return _check_size(checker, node, number(node.value * unit.scale))
    return _check_size(checker, node, number(node.value, unit))


def _check_size(checker: Checker, node: syntax.Number, core: Constant) -> Constant | None:
    if core.value is not None:
        return core
    message = f"`{checker.quote(node)}` is beyond every number"
    checker.report(node, "number.too_large", message, "write a smaller exponent")
    return None


def _check_temporal(checker: Checker, node: syntax.AtLiteral) -> Core | None:
    read = read_temporal(node.value)
    if isinstance(read, Diagnostic):
        checker.report(node, read.code, read.message, read.hint)
        return None
    return read


def _check_name(checker: Checker, node: syntax.Name) -> Core | None:
    if node.name == "?":
        if checker.subject is None:
            checker.report(
                node, "name.unknown", "`?` stands for the value of a cell's column; a formula has none"
            )
        return checker.subject
    name = checker.scope.find(node.name)
    if name is None:
        hint = explain_name(node.name, checker.scope, function_names())
        checker.report(node, "name.unknown", f'unknown name "{node.name}"', hint)
        return None
    if name.stage is Stage.PARAMETER:
        return Parameter(name.name, name.type)
    return Column(name.name, name.type, name.stage)


def _check_negation(checker: Checker, node: syntax.Negation) -> Core | None:
    operand = checker.check(node.operand)
    if operand is not None and operand.type.kind is Kind.NULL:
        return Constant(None, Type(Kind.NUMBER))
    if operand is None or not _require(checker, node.operand, operand, Kind.NUMBER):
        return None
    if isinstance(operand, Constant) and operand.exact is not None:
        return number(-operand.exact, operand.type.unit)
    return Apply(arithmetic.NEGATE, (operand,), operand.type)


def _require(checker: Checker, node: syntax.Node, core: Core, kind: Kind) -> bool:
    if core.type.kind is kind:
        return True
    hint = "texts are joined with `+`" if core.type.kind is Kind.TEXT else ""
    checker.report(
        node, "type.mismatch", f"`{checker.quote(node)}` is {core.type.phrase}, a {kind} is needed here", hint
    )
    return False


def _check_binary(checker: Checker, node: syntax.Binary) -> Core | None:
    left, right = checker.check(node.left), checker.check(node.right)
    if left is None or right is None:
        return None
    kinds = (left.type.kind, right.type.kind)
    if Kind.NULL in kinds and Kind.BOOLEAN not in kinds:
        other = right if kinds[0] is Kind.NULL else left
        return Constant(None, other.type if other.type.kind is not Kind.NULL else Type(Kind.NUMBER))
    special = _compute_times(node, left, right)
    if special is not None:
        return special
    if kinds == (Kind.TEXT, Kind.TEXT) and node.operator == "+":
        return Apply(arithmetic.CONCATENATE, (left, right), TEXT)
    sides = ((node.left, left), (node.right, right))
    if False in [_require(checker, side, core, Kind.NUMBER) for side, core in sides]:
        return None
    return _compute(checker, node, left, right)


def _compute(checker: Checker, node: syntax.Binary, left: Core, right: Core) -> Core | None:
    if node.operator in ("*", "/"):
        result = multiply(left, right) if node.operator == "*" else divide(left, right)
        if isinstance(result, Clash):
            checker.report(node, "unit.mismatch", result.message, result.hint)
            return None
        return result
    if node.operator == "**" and not right.type.unit.plain:
        checker.report(
            node.right, "unit.mismatch", f"an exponent is a plain number, this is {right.type.phrase}"
        )
        return None
    return build(checker, node, _ARITHMETIC[node.operator], [left, right])


def _compute_times(node: syntax.Binary, left: Core, right: Core) -> Core | None:
    """Sums and differences of instants, dates and durations; None if these are none."""
    kinds = (left.type.kind, right.type.kind)
    if node.operator == "-" and kinds[0] == kinds[1] and kinds[0] in (Kind.INSTANT, Kind.DATE):
        return Apply(temporal.SECONDS_BETWEEN, (left, right), Type(Kind.NUMBER, SECONDS))
    if node.operator == "-" and set(kinds) == {Kind.INSTANT, Kind.DATE}:
        instants = [_to_instant(core) for core in (left, right)]
        return Apply(temporal.SECONDS_BETWEEN, tuple(instants), Type(Kind.NUMBER, SECONDS))
    if node.operator == "+" and kinds == (Kind.NUMBER, Kind.INSTANT):
        left, right = right, left
    elif kinds != (Kind.INSTANT, Kind.NUMBER) or node.operator not in "+-":
        return None
    aligned = align(number(1, SECONDS), right)
    if isinstance(aligned, Clash) or right.type.unit.plain:
        return None
    seconds = convert(right, SECONDS)
    moved = Apply(arithmetic.NEGATE, (seconds,), seconds.type) if node.operator == "-" else seconds
    return Apply(temporal.SHIFT, (left, moved), left.type)


def _to_instant(core: Core) -> Core:
    return core if core.type.kind is Kind.INSTANT else Apply(temporal.TO_INSTANT, (core,), Type(Kind.INSTANT))


def _check_comparison(checker: Checker, node: syntax.Comparison) -> Core | None:
    left, right = checker.check(node.left), checker.check(node.right)
    if left is None or right is None:
        return None
    return compare(checker, node, node.comparator, left, right)


def _check_logic(checker: Checker, node: syntax.Logic) -> Core | None:
    sides = [_check_condition(checker, side) for side in (node.left, node.right)]
    if sides[0] is None or sides[1] is None:
        return None
    return boolean(logic.AND if node.operator == "and" else logic.OR, sides[0], sides[1])


def _check_condition(checker: Checker, node: syntax.Node) -> Core | None:
    core = checker.check(node)
    if core is not None and core.type.kind is Kind.NULL:
        return Constant(None, BOOLEAN)
    return core if core is not None and _require(checker, node, core, Kind.BOOLEAN) else None


def _check_between(checker: Checker, node: syntax.Between) -> Core | None:
    value = checker.check(node.value)
    if value is None:
        return None
    return check_range(checker, syntax.Interval(node.span, node.low, node.high, True, True), value)


def _check_membership(checker: Checker, node: syntax.Membership) -> Core | None:
    value = checker.check(node.value)
    if value is None:
        return None
    tests = [check_test(checker, test, value) for test in node.tests]
    return None if None in tests else any_of([test for test in tests if test is not None])


def _check_conditional(checker: Checker, node: syntax.Conditional) -> Core | None:
    condition = _check_condition(checker, node.condition)
    then, otherwise = checker.check(node.then), checker.check(node.otherwise)
    if condition is None or then is None or otherwise is None:
        return None
    then, otherwise = _adopt_kind(then, otherwise), _adopt_kind(otherwise, then)
    if then.type.kind != otherwise.type.kind:
        checker.report(
            node, "type.mismatch", f"one branch is {then.type.phrase}, the other {otherwise.type.phrase}"
        )
        return None
    result = then.type
    if result.kind is Kind.NUMBER:
        aligned = align(then, otherwise)
        if isinstance(aligned, Clash):
            checker.report(node, "unit.mismatch", aligned.message, aligned.hint)
            return None
        then, otherwise, result = aligned.left, aligned.right, Type(Kind.NUMBER, aligned.unit)
    return Apply(logic.CHOOSE, (condition, then, otherwise), result)


def _adopt_kind(core: Core, other: Core) -> Core:
    """A null that stands beside a value takes the value's type."""
    return Constant(None, other.type) if core.type.kind is Kind.NULL else core


def _check_member(checker: Checker, node: syntax.Member) -> Core | None:
    value = checker.check(node.value)
    if value is None:
        return None
    part: Function | None = temporal.PARTS.get(node.name)
    if part is None or value.type.kind not in part.arguments[0].kinds:
        hint = suggest(node.name, temporal.PARTS) if part is None else ""
        checker.report(node, "member.unknown", f'{value.type.phrase} has no part "{node.name}"', hint)
        return None
    return Apply(part, (value,), Type(Kind.NUMBER, PLAIN))


def _check_list(checker: Checker, node: syntax.ListLiteral) -> None:
    hint = "a list stands after `in`, or as the argument of a function such as `max`"
    checker.report(node, "syntax.column", "a list is not a value of a column", hint)


def _check_range(checker: Checker, node: syntax.Interval | syntax.UnaryTest) -> None:
    checker.report(node, "syntax.column", "a range or test is not a value of a column", "write `x in …`")


_CHECKS: dict[type, Callable[[Checker, Any], Core | None]] = {
    syntax.Number: _check_number,
    syntax.Text: lambda _, node: Constant(node.value, TEXT),
    syntax.Boolean: lambda _, node: Constant(node.value, BOOLEAN),
    syntax.Null: lambda *_: Constant(None, NULL),
    syntax.AtLiteral: _check_temporal,
    syntax.Name: _check_name,
    syntax.Negation: _check_negation,
    syntax.Binary: _check_binary,
    syntax.Comparison: _check_comparison,
    syntax.Logic: _check_logic,
    syntax.Between: _check_between,
    syntax.Membership: _check_membership,
    syntax.Conditional: _check_conditional,
    syntax.Call: check_call,
    syntax.Member: _check_member,
    syntax.ListLiteral: _check_list,
    syntax.Interval: _check_range,
    syntax.UnaryTest: _check_range,
}
