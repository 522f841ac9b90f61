"""Builds the syntax tree while the parser reads.

Each method carries the name of a rule (or of its alias) in `grammar.lark` and gets the rule's children:
tokens and nodes already built. No recursion over the text's depth takes place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from lark import Token, Transformer

from engine.language import syntax
from engine.language.lexing import split_number
from engine.language.syntax import Span

Child = Any
"""A token, a node, or a list of them."""

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


def _span_of(child: Child) -> Span:
    if isinstance(child, Token):
        return Span(child.start_pos or 0, child.end_pos or 0)
    return cast("Span", child.span)


def _cover(children: Sequence[Child]) -> Span:
    return Span(_span_of(children[0]).start, _span_of(children[-1]).end)


def _nodes(children: Sequence[Child]) -> tuple[Any, ...]:
    return tuple(child for child in children if not isinstance(child, Token))


def resolve_escapes(quoted: str) -> str:
    """The text between the quotes, its escapes resolved; an unknown escape stays as it is written."""

    def replace(match: re.Match[str]) -> str:
        code = match.group(1) or match.group(2)
        if code:
            return chr(int(code, 16)) if int(code, 16) <= 0x10FFFF else match.group()
        return _ESCAPED.get(match.group(3), match.group())

    text = _ESCAPE.sub(replace, quoted[1:-1])
    # Two \u escapes may spell one character as a surrogate pair.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _TreeBuilder(Transformer[Token, syntax.Node]):
    """Rule by rule, from children to node."""

    def formula(self, children: list[Child]) -> syntax.Node:
        return cast("syntax.Node", children[0])

    def any_value(self, children: list[Child]) -> syntax.Node:
        return syntax.AnyValue(_cover(children))

    def tests(self, children: list[Child]) -> syntax.Node:
        return syntax.Tests(_cover(children), _nodes(children))

    def comparator(self, children: list[Child]) -> Token:
        return cast("Token", children[0])

    def unary_test(self, children: list[Child]) -> syntax.Node:
        comparator, operand = children
        return syntax.UnaryTest(_cover(children), cast("syntax.Comparator", _SIGNS[comparator.type]), operand)

    def grouped_test(self, children: list[Child]) -> syntax.Node:
        return self.unary_test(children[1:-1])

    def group(self, children: list[Child]) -> syntax.Node:
        return cast("syntax.Node", children[1])

    def conditional(self, children: list[Child]) -> syntax.Node:
        condition, then, otherwise = _nodes(children)
        return syntax.Conditional(_cover(children), condition, then, otherwise)

    def iterators(self, children: list[Child]) -> list[syntax.Binding]:
        return list(_nodes(children))

    def iterator(self, children: list[Child]) -> syntax.Node:
        return syntax.Binding(_cover(children), str(children[0]), children[2], None)

    def counting_iterator(self, children: list[Child]) -> syntax.Node:
        return syntax.Binding(_cover(children), str(children[0]), children[2], children[4])

    def for_each(self, children: list[Child]) -> syntax.Node:
        return syntax.Loop(_cover(children), "for", tuple(children[1]), children[3])

    def some(self, children: list[Child]) -> syntax.Node:
        return syntax.Loop(_cover(children), "some", tuple(children[1]), children[3])

    def every(self, children: list[Child]) -> syntax.Node:
        return syntax.Loop(_cover(children), "every", tuple(children[1]), children[3])

    def parameters(self, children: list[Child]) -> list[syntax.Parameter]:
        return list(_nodes(children))

    def parameter(self, children: list[Child]) -> syntax.Node:
        declared = children[2] if len(children) > 1 else None
        return syntax.Parameter(_cover(children), str(children[0]), declared)

    def function(self, children: list[Child]) -> syntax.Node:
        return syntax.FunctionLiteral(_cover(children), tuple(children[2]), children[4])

    def or_(self, children: list[Child]) -> syntax.Node:
        return syntax.Logic(_cover(children), "or", children[0], children[2])

    def and_(self, children: list[Child]) -> syntax.Node:
        return syntax.Logic(_cover(children), "and", children[0], children[2])

    def compare(self, children: list[Child]) -> syntax.Node:
        left, comparator, right = children
        sign = cast("syntax.Comparator", _SIGNS[comparator.type])
        return syntax.Comparison(_cover(children), sign, left, right)

    def between(self, children: list[Child]) -> syntax.Node:
        value, low, high = _nodes(children)
        return syntax.Between(_cover(children), value, low, high)

    def in_one(self, children: list[Child]) -> syntax.Node:
        value, test = _nodes(children)
        return syntax.Membership(_cover(children), value, (test,))

    def in_test(self, children: list[Child]) -> syntax.Node:
        return syntax.Membership(_cover(children), children[0], (self.unary_test(children[2:]),))

    def in_list(self, children: list[Child]) -> syntax.Node:
        value, *tests = _nodes(children)
        return syntax.Membership(_cover(children), value, tuple(tests))

    def binary(self, children: list[Child]) -> syntax.Node:
        left, operator, right = children
        return syntax.Binary(_cover(children), cast("syntax.Operator", str(operator)), left, right)

    def negate(self, children: list[Child]) -> syntax.Node:
        return syntax.Negation(_cover(children), children[1])

    def instance_of(self, children: list[Child]) -> syntax.Node:
        return syntax.InstanceOf(_cover(children), children[0], children[2])

    def member(self, children: list[Child]) -> syntax.Node:
        return syntax.Member(_cover(children), children[0], " ".join(children[2:]))

    def filter(self, children: list[Child]) -> syntax.Node:
        return syntax.Filter(_cover(children), children[0], children[2])

    def call(self, children: list[Child]) -> syntax.Node:
        function, *arguments = _nodes(children)
        return syntax.Call(_cover(children), function, tuple(arguments))

    def named_argument(self, children: list[Child]) -> syntax.Node:
        return syntax.NamedArgument(_cover([*children[0], children[2]]), _spell(children[0]), children[2])

    entry = named_argument

    def key(self, children: list[Child]) -> list[Child]:
        return children

    def number(self, children: list[Child]) -> syntax.Node:
        digits, unit = split_number(str(children[0]))
        return syntax.Number(_cover(children), Decimal(digits), unit)

    def text(self, children: list[Child]) -> syntax.Node:
        return syntax.Text(_cover(children), resolve_escapes(str(children[0])))

    def at_literal(self, children: list[Child]) -> syntax.Node:
        return syntax.AtLiteral(_cover(children), resolve_escapes(str(children[1])))

    def true(self, children: list[Child]) -> syntax.Node:
        return syntax.Boolean(_cover(children), True)

    def false(self, children: list[Child]) -> syntax.Node:
        return syntax.Boolean(_cover(children), False)

    def null(self, children: list[Child]) -> syntax.Node:
        return syntax.Null(_cover(children))

    def name(self, children: list[Child]) -> syntax.Node:
        return syntax.Name(_cover(children), " ".join(str(children[0]).split()))

    def list_literal(self, children: list[Child]) -> syntax.Node:
        return syntax.ListLiteral(_cover(children), _nodes(children))

    def context(self, children: list[Child]) -> syntax.Node:
        return syntax.ContextLiteral(_cover(children), _nodes(children))

    def interval(self, children: list[Child]) -> syntax.Node:
        opening, low, _, high, closing = children
        low_closed, high_closed = opening.type == "LSQB", closing.type == "RSQB"
        return syntax.Interval(_cover(children), low, high, low_closed, high_closed)

    def simple_type(self, children: list[Child]) -> syntax.Node:
        return syntax.TypeName(_cover(children), " ".join(str(children[0]).split()))

    def generic_type(self, children: list[Child]) -> syntax.Node:
        name = str(children[0]).rstrip("<").rstrip()
        arrow = next((i for i, child in enumerate(children) if getattr(child, "type", "") == "ARROW"), None)
        arguments = [child for child in children[:arrow] if isinstance(child, tuple)]
        return syntax.TypeName(
            _cover(children),
            name,
            tuple(argument for _, argument in arguments),
            tuple(key for key, _ in arguments),
            children[-1] if arrow is not None else None,
        )

    def type_argument(self, children: list[Child]) -> tuple[str, syntax.Node]:
        return "", children[0]

    def named_type(self, children: list[Child]) -> tuple[str, syntax.Node]:
        return str(children[0]), children[2]


def build_tree() -> Transformer[Token, syntax.Node]:
    """What the parser calls, rule by rule, to build the tree."""
    return _TreeBuilder()


_SIGNS = {"EQ": "=", "NE": "!=", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}


def _spell(key: list[Token]) -> str:
    """The name of a key: a quoted text, or words joined by single spaces."""
    if key[0].type == "TEXT":
        return resolve_escapes(str(key[0]))
    return " ".join(str(word) for word in key)
