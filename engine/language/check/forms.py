"""Functions that are forms of others: aggregates of a row, dates from texts, relations of ranges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce

from engine.errors import Diagnostic
from engine.language import syntax
from engine.language.check import arguments
from engine.language.check.comparisons import boolean, check_tests, compare
from engine.language.check.context import Checking
from engine.language.check.dimensions import Clash, multiply
from engine.language.check.literals import read_duration, read_temporal
from engine.language.check.relations import EXAMPLES, RELATIONS, check_relation
from engine.language.core import Constant, Core, fold_evenly, number
from engine.language.functions import aggregate, arithmetic, logic, numeric
from engine.language.functions.declaration import Function
from engine.language.lexing import MAX_DEPTH
from engine.language.types import Kind

Check = Callable[[Checking, syntax.Call], Core | None]


@dataclass(frozen=True, slots=True)
class Form:
    """A function that the checker spells out with others.

    Attributes:
        parameters: Its parameters, as the reference shows them.
        check: Builds the typed tree of a call.
        meaning: One line for people, and for the reference.
        examples: Pairs of a text and its result, run as tests.
        applies: Whether it takes this call, where a function of the same name exists too.
    """

    parameters: str
    check: Check
    meaning: str
    examples: tuple[tuple[str, str], ...] = ()
    applies: Callable[[syntax.Call], bool] = lambda _: True


def _check_not(checking: Checking, node: syntax.Call) -> Core | None:
    if len(node.arguments) == 1 and not isinstance(node.arguments[0], (syntax.UnaryTest, syntax.Interval)):
        given = arguments.match(checking, node, ["negand"])
        negand = None if given is None else checking.check(given["negand"])
        if negand is not None and negand.type.kind is Kind.BOOLEAN:
            return boolean(logic.NOT, negand)
        if negand is None:
            return None
    if checking.subject is None:
        checking.report(node, "type.mismatch", "`not` takes a condition", "as in `not(x > 5)`")
        return None
    refused = check_tests(checking, node.arguments, checking.subject)
    return None if refused is None else boolean(logic.NOT, refused)


def _check_items(checking: Checking, node: syntax.Call, kind: Kind) -> list[Core] | None:
    """The values of an aggregate: its arguments, or the items of the one list it is given."""
    nodes = node.arguments
    if len(nodes) == 1 and isinstance(nodes[0], syntax.NamedArgument) and nodes[0].name == "list":
        nodes = (nodes[0].value,)
    if len(nodes) == 1 and isinstance(nodes[0], syntax.ListLiteral):
        nodes = nodes[0].items
    if not nodes:
        checking.report(node, "argument.count", f"`{checking.quote(node.function)}` needs at least one value")
        return None
    if len(nodes) > MAX_DEPTH:
        message = f"{len(nodes)} values are given, at most {MAX_DEPTH} are taken"
        checking.report(node, "argument.count", message, "split them into metrics of their own")
        return None
    items = [arguments.check_kind(checking, item, kind) for item in nodes]
    return None if None in items else [item for item in items if item is not None]


def _fold(function: Function, checking: Checking, node: syntax.Call) -> Core | None:
    items = _check_items(checking, node, Kind.NUMBER)
    return None if items is None else _fold_items(checking, node, function, items)


def _fold_items(checking: Checking, node: syntax.Call, function: Function, items: list[Core]) -> Core | None:
    result: Core | None = items[0]
    for item in items[1:]:
        result = None if result is None else arguments.build(checking, node, function, [result, item])
    return result


def _fold_logic(function: Function, checking: Checking, node: syntax.Call) -> Core | None:
    items = _check_items(checking, node, Kind.BOOLEAN)
    return None if items is None else fold_evenly(items, lambda a, b: boolean(function, a, b))


def _multiply_all(checking: Checking, node: syntax.Call) -> Core | None:
    items = _check_items(checking, node, Kind.NUMBER)
    if items is None:
        return None
    result = items[0]
    for item in items[1:]:
        product = multiply(result, item)
        if isinstance(product, Clash):
            checking.report(node, "unit.mismatch", product.message, product.hint)
            return None
        result = product
    return result


def _mean_of(checking: Checking, node: syntax.Call, items: list[Core]) -> Core | None:
    total = _fold_items(checking, node, arithmetic.ADD, items)
    if total is None:
        return None
    return arguments.keep_unit(arithmetic.DIVIDE, total, number(len(items)))


def _check_mean(checking: Checking, node: syntax.Call) -> Core | None:
    items = _check_items(checking, node, Kind.NUMBER)
    return None if items is None else _mean_of(checking, node, items)


def _check_stddev(checking: Checking, node: syntax.Call) -> Core | None:
    items = _check_items(checking, node, Kind.NUMBER)
    if items is None:
        return None
    if len(items) < 2:
        checking.report(node, "argument.count", "`stddev` needs at least two values")
        return None
    mean = _mean_of(checking, node, items)
    if mean is None:
        return None
    squares: list[Core] = []
    for item in items:
        distance = arguments.build(checking, node, arithmetic.SUBTRACT, [item, mean])
        if distance is None:
            return None
        squares.append(arguments.keep_unit(arithmetic.MULTIPLY, distance, distance))
    total = reduce(lambda a, b: arguments.keep_unit(arithmetic.ADD, a, b), squares)
    variance = arguments.keep_unit(arithmetic.DIVIDE, total, number(len(items) - 1))
    return arguments.keep_unit(numeric.SQRT, variance)


def _check_median(checking: Checking, node: syntax.Call) -> Core | None:
    items = _check_items(checking, node, Kind.NUMBER)
    return None if items is None else arguments.build(checking, node, aggregate.MEDIAN, items)


def _check_is(checking: Checking, node: syntax.Call) -> Core | None:
    given = arguments.match(checking, node, ["value1", "value2"])
    if given is not None and len(given) < 2:
        arguments.report_count(checking, node, ["value1", "value2"])
    if given is None or len(given) < 2:
        return None
    left, right = checking.check(given["value1"]), checking.check(given["value2"])
    return None if left is None or right is None else compare(checking, node, "=", left, right)


def _check_literal(
    read: Callable[[str], Constant | Diagnostic],
    wanted: tuple[Kind, ...],
    checking: Checking,
    node: syntax.Call,
) -> Core | None:
    given = arguments.match(checking, node, ["from"])
    text = given.get("from") if given else None
    if not isinstance(text, syntax.Text):
        if given is not None:
            message = f"`{checking.quote(node.function)}` takes a text written in place"
            checking.report(node, "argument.constant", message, 'as in `date("2025-01-31")`')
        return None
    constant = read(text.value)
    if isinstance(constant, Diagnostic):
        checking.report(text, constant.code, constant.message, constant.hint)
        return None
    if constant.type.kind not in wanted:
        checking.report(text, "date.invalid", f'"{text.value}" is {constant.type.phrase}, not a {wanted[0]}')
        return None
    return constant


def _has_text(node: syntax.Call) -> bool:
    value = node.arguments[0] if node.arguments else None
    return isinstance(value.value if isinstance(value, syntax.NamedArgument) else value, syntax.Text)


def _check_relation(name: str, checking: Checking, node: syntax.Call) -> Core | None:
    if len(node.arguments) != 2 or any(isinstance(each, syntax.NamedArgument) for each in node.arguments):
        checking.report(node, "argument.count", f"`{name}` takes two values or ranges, by position")
        return None
    return check_relation(checking, node, name, *node.arguments)


FORMS: dict[str, Form] = {
    "not": Form(
        "condition",
        _check_not,
        "the opposite; in a cell, whether none of the tests is passed",
        logic.NOT.examples,
    ),
    "min": Form(
        "a, b, …", partial(_fold, numeric.MINIMUM), numeric.MINIMUM.meaning, numeric.MINIMUM.examples
    ),
    "max": Form(
        "a, b, …", partial(_fold, numeric.MAXIMUM), numeric.MAXIMUM.meaning, numeric.MAXIMUM.examples
    ),
    "sum": Form("a, b, …", partial(_fold, arithmetic.ADD), "the values added", (("sum(1, 2, 3)", "6"),)),
    "product": Form("a, b, …", _multiply_all, "the values multiplied", (("product(2, 3, 4)", "24"),)),
    "mean": Form("a, b, …", _check_mean, "the mean of the values", (("mean(1, 2, 6)", "3"),)),
    "median": Form("a, b, …", _check_median, aggregate.MEDIAN.meaning, aggregate.MEDIAN.examples),
    "stddev": Form(
        "a, b, …", _check_stddev, "sample standard deviation of the values", (("stddev(2, 4, 6)", "2"),)
    ),
    "all": Form(
        "a, b, …", partial(_fold_logic, logic.AND), "whether all hold", (("all(1 < 2, 2 < 1)", "false"),)
    ),
    "any": Form(
        "a, b, …", partial(_fold_logic, logic.OR), "whether any holds", (("any(1 < 2, 2 < 1)", "true"),)
    ),
    "is": Form("value1, value2", _check_is, "whether two values are equal", (("is(1, 1)", "true"),)),
    "date": Form(
        "from",
        partial(_check_literal, read_temporal, (Kind.DATE,)),
        "a date written as a text",
        (('date("2025-01-31").day', "31"),),
        applies=_has_text,
    ),
    "time": Form(
        "from",
        partial(_check_literal, read_temporal, (Kind.TIME,)),
        "a time of day written as a text",
        (('time("08:15:00").hour', "8"),),
        applies=_has_text,
    ),
    "date and time": Form(
        "from",
        partial(_check_literal, read_temporal, (Kind.INSTANT,)),
        "an instant written as a text; without a zone it is UTC",
        (('date and time("2025-01-31T08:15:00").hour', "8"),),
        applies=_has_text,
    ),
    "duration": Form(
        "from",
        partial(_check_literal, read_duration, (Kind.NUMBER,)),
        "a duration of days and time written as a text",
        (('duration("P1DT8H") = 32h', "true"),),
    ),
    **{
        name: Form("a, b", partial(_check_relation, name), meaning, ((EXAMPLES[name], "true"),))
        for name, (_, _, meaning) in RELATIONS.items()
    },
}
"""Forms by the name written in a text."""

STANDARD_ONLY = frozenset(
    {
        "append",
        "concatenate",
        "context",
        "context merge",
        "context put",
        "count",
        "distinct values",
        "flatten",
        "get entries",
        "get value",
        "index of",
        "insert before",
        "list contains",
        "list replace",
        "mode",
        "now",
        "range",
        "remove",
        "reverse",
        "sort",
        "split",
        "string join",
        "sublist",
        "today",
        "union",
        "years and months duration",
    }
)
"""Standard functions that have no meaning on the columns of a market."""
