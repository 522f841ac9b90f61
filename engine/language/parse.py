"""From text to syntax tree.

`parse_formula` and `parse_cell` return a tree, or the faults that kept them from one. They never raise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from lark import Lark, Token
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer

from engine.errors import Diagnostic
from engine.language import syntax
from engine.language.build import build_tree
from engine.language.habits import explain_unexpected
from engine.language.lexing import MAX_DEPTH, Tokens, tokenize, too_deep


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parsed text.

    Attributes:
        tree: The syntax tree, or None if the text could not be understood. With faults in `diagnostics`
            a tree may still be there: it is what the text probably means, good for finding further
            faults and nothing else.
        diagnostics: The faults found, in reading order.
        comments: Start and end of each comment.
    """

    tree: syntax.Node | None
    diagnostics: tuple[Diagnostic, ...]
    comments: tuple[tuple[int, int], ...] = ()


def parse_formula(text: str) -> Parsed:
    """Parse one expression, such as a metric's formula."""
    return _parse(text, "formula")


def parse_cell(text: str) -> Parsed:
    """Parse the unary tests of a table's input cell, such as `> 5` or `[1..3), 7`."""
    return _parse(text, "cell")


def _parse(text: str, start: Literal["formula", "cell"]) -> Parsed:
    tokens = tokenize(text)
    if not tokens.tokens and tokens.diagnostics:
        return Parsed(None, tokens.diagnostics, tokens.comments)
    try:
        tree: Any = _parser().parse(tokens, start=start)
    except UnexpectedToken as error:
        fault = _explain(error, tokens)
        return Parsed(None, (*tokens.diagnostics, fault), tokens.comments)
    if syntax.measure_depth(tree) > MAX_DEPTH:
        return Parsed(None, (*tokens.diagnostics, too_deep()), tokens.comments)
    return Parsed(tree, tokens.diagnostics, tokens.comments)


def _explain(error: UnexpectedToken, tokens: Tokens) -> Diagnostic:
    """The fault at the token the grammar refused."""
    refused = error.token
    if refused.type == "$END":
        return explain_unexpected(None, tokens.tokens[-1] if tokens.tokens else None, tokens.text)
    before = None
    for token in tokens:
        if token.start_pos == refused.start_pos:
            break
        before = token
    return explain_unexpected(refused, before, tokens.text)


class _TokenLexer(Lexer):
    """Hands the parser tokens that were cut beforehand."""

    __future_interface__ = 2

    def __init__(self, lexer_conf: object) -> None:
        """Lark passes its configuration, of which nothing is needed."""

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Token]:  # noqa: ARG002 - lark passes it
        """The tokens, as they are."""
        return iter(lexer_state.text)


@cache
def _parser() -> Lark:
    """The parser, built at first use (about 0.3 s) and kept."""
    grammar = resources.files("engine.language").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(
        grammar,
        parser="lalr",
        lexer=_TokenLexer,
        strict=True,
        start=["formula", "cell"],
        maybe_placeholders=False,
        transformer=build_tree(),
    )
