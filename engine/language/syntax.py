"""The syntax tree: what a text says, before anything is known of its names and types.

Every node is frozen and knows where in the text it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal

Comparator = Literal["=", "!=", "<", "<=", ">", ">="]
Operator = Literal["+", "-", "*", "/", "**"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text: characters `start` to `end`, counted from 0, `end` excluded."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Number:
    """A number with an optional unit word: `0.5`, `5bps`."""

    span: Span
    value: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted text, its escapes resolved."""

    span: Span
    value: str


@dataclass(frozen=True, slots=True)
class Boolean:
    """`true` or `false`."""

    span: Span
    value: bool


@dataclass(frozen=True, slots=True)
class Null:
    """The literal `null`."""

    span: Span


@dataclass(frozen=True, slots=True)
class AtLiteral:
    """A date, time, instant or duration: `@"2025-01-31"`."""

    span: Span
    value: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name: of a column, a parameter, a function, or `?`, the value under test."""

    span: Span
    name: str


@dataclass(frozen=True, slots=True)
class Negation:
    """Arithmetic negation."""

    span: Span
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic with two operands."""

    span: Span
    operator: Operator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values compared."""

    span: Span
    comparator: Comparator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic:
    """`and` or `or` over two operands."""

    span: Span
    operator: Literal["and", "or"]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between:
    """`x between low and high`, both ends included."""

    span: Span
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Membership:
    """`x in …`: true if any of the tests accepts x."""

    span: Span
    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class UnaryTest:
    """A test of the implied value: `> 5`."""

    span: Span
    comparator: Comparator
    operand: Node


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of values, each end open or closed."""

    span: Span
    low: Node
    high: Node
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Conditional:
    """`if condition then … else …`."""

    span: Span
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class NamedArgument:
    """An argument passed by name: `scale: 2`."""

    span: Span
    name: str
    value: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function called with arguments, all by position or all by name."""

    span: Span
    function: Node
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """A list of values or tests."""

    span: Span
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextLiteral:
    """A record of named values; later entries see earlier ones."""

    span: Span
    entries: tuple[NamedArgument, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A part of a value: `date.year`."""

    span: Span
    value: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Items of a list by position or condition: `items[1]`, `items[item > 2]`."""

    span: Span
    value: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Binding:
    """One `name in values` of a loop; with `last`, counting from `values` to `last`."""

    span: Span
    name: str
    values: Node
    last: Node | None


@dataclass(frozen=True, slots=True)
class Loop:
    """`for … return`, `some … satisfies` or `every … satisfies`."""

    span: Span
    kind: Literal["for", "some", "every"]
    iterators: tuple[Binding, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type by name, with its arguments: `list<number>`."""

    span: Span
    name: str
    arguments: tuple[TypeName, ...] = ()
    keys: tuple[str, ...] = ()
    returns: TypeName | None = None


@dataclass(frozen=True, slots=True)
class InstanceOf:
    """Whether a value is of a type."""

    span: Span
    value: Node
    type: TypeName


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function literal."""

    span: Span
    name: str
    type: TypeName | None


@dataclass(frozen=True, slots=True)
class FunctionLiteral:
    """A function written in place."""

    span: Span
    parameters: tuple[Parameter, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class AnyValue:
    """The cell `-`: every value passes."""

    span: Span


@dataclass(frozen=True, slots=True)
class Tests:
    """A cell: the value passes if any of the tests accepts it."""

    span: Span
    tests: tuple[Node, ...]


Node = (
    Number
    | Text
    | Boolean
    | Null
    | AtLiteral
    | Name
    | Negation
    | Binary
    | Comparison
    | Logic
    | Between
    | Membership
    | UnaryTest
    | Interval
    | Conditional
    | NamedArgument
    | Call
    | ListLiteral
    | ContextLiteral
    | Member
    | Filter
    | Binding
    | Loop
    | TypeName
    | InstanceOf
    | Parameter
    | FunctionLiteral
    | AnyValue
    | Tests
)


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below `node`, in reading order."""
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Node))
        elif isinstance(value, Node):
            yield value


def measure_depth(node: Node) -> int:
    """Levels of nesting below and including `node`; never recurses, so that no text can exhaust the stack."""
    deepest = 0
    stack = [(node, 1)]
    while stack:
        current, depth = stack.pop()
        deepest = max(deepest, depth)
        stack.extend((child, depth + 1) for child in children(current))
    return deepest
