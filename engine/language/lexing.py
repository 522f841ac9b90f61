"""Tokens of the language.

One pass cuts a text into tokens. What people write from the habit of another language (`==`, `&&`, smart
quotes, `5 %`) is reported with a hint and read as what was meant, so that the parser can go on and find
further faults. Brackets that open or close a range the other way round (`]1..3[`) get types of their own,
which keeps the grammar free of conflicts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lark import Token

from engine.errors import Diagnostic

MAX_LENGTH = 4096
"""Characters a cell or formula may have."""

MAX_DEPTH = 64
"""Levels of nesting a cell or formula may have."""

KEYWORDS = {
    "if": "IF",
    "then": "THEN",
    "else": "ELSE",
    "for": "FOR",
    "return": "RETURN",
    "some": "SOME",
    "every": "EVERY",
    "satisfies": "SATISFIES",
    "function": "FUNCTION",
    "in": "IN",
    "or": "OR",
    "and": "AND",
    "between": "BETWEEN",
    "true": "TRUE",
    "false": "FALSE",
    "null": "NULL",
}
"""Reserved words, which are case-sensitive: `IN` and `OR` are names (both are traded coins)."""

_SYMBOLS = {
    "**": "POWER",
    "..": "RANGE",
    "->": "ARROW",
    "!=": "NE",
    "<=": "LE",
    ">=": "GE",
    "=": "EQ",
    "<": "LT",
    ">": "GT",
    "+": "PLUS",
    "-": "MINUS",
    "*": "TIMES",
    "/": "DIVIDE",
    "@": "AT",
    ".": "DOT",
    ",": "COMMA",
    ":": "COLON",
    "(": "LPAR",
    ")": "RPAR",
    "[": "LSQB",
    "]": "RSQB",
    "{": "LBRACE",
    "}": "RBRACE",
}

_SPELLINGS = {kind: sign for sign, kind in {**_SYMBOLS, **KEYWORDS}.items()}

# What other languages write, what is meant, and the token read in its place (none: it is left out).
_HABITS = {
    "==": ("write `=` for equality", "EQ"),
    "===": ("write `=` for equality", "EQ"),
    "=>": ("write `>=`", "GE"),
    "=<": ("write `<=`", "LE"),
    "<>": ("write `!=`", "NE"),
    "!==": ("write `!=`", "NE"),
    "&&": ("write `and`", "AND"),
    "&": ("write `and`; texts are joined with `+`", "AND"),
    "||": ("write `or`", "OR"),
    "|": ("write `or`", "OR"),
    "≥": ("write `>=`", "GE"),
    "≤": ("write `<=`", "LE"),
    "≠": ("write `!=`", "NE"),
    "\u2212": ("write `-`, the plain minus sign", "MINUS"),
    "–": ("write `-`, the plain minus sign", "MINUS"),
    "—": ("write `-`, the plain minus sign", "MINUS"),
    "×": ("write `*`", "TIMES"),
    "÷": ("write `/`", "DIVIDE"),
    "^": ("write `**` for powers", "POWER"),
    ";": ("arguments and values are separated by `,`", "COMMA"),
    "!": ("write `not(...)`", None),
    "%": ("write the percent sign next to the number, as in `5%`; the remainder is `modulo(a, b)`", None),
    "$": ("write the name or number without `$`", None),
    '"': ('close the text with `"`', None),
}

_OPERAND_ENDS = {
    "NUMBER",
    "TEXT",
    "NAME",
    "PHRASE",
    "TRUE",
    "FALSE",
    "NULL",
    "RPAR",
    "RSQB",
    "RBRACE",
    "CLOSE_RANGE",
}
_OPERAND_STARTS = {
    "NUMBER",
    "TEXT",
    "NAME",
    "PHRASE",
    "TRUE",
    "FALSE",
    "NULL",
    "LPAR",
    "LSQB",
    "LBRACE",
    "AT",
    "MINUS",
}

_PHRASES = r"""
    date\s+and\s+time(?!\w)
  | (?:days\s+and\s+time|years\s+and\s+months)\s+duration(?!\w)
  | (?:string\s+(?:length|join)|(?:upper|lower)\s+case|substring\s+(?:before|after)|(?:starts|ends)\s+with
      |list\s+(?:contains|replace)|insert\s+before|index\s+of|distinct\s+values|round\s+(?:half\s+)?(?:up|down)
      |day\s+of\s+(?:year|week)|week\s+of\s+year|month\s+of\s+year|get\s+(?:value|entries)|context\s+(?:put|merge)
      |met\s+by|overlapped\s+by|overlaps\s+(?:before|after)|finished\s+by|started\s+by)(?=\s*\()
"""
# The standard's "additional letters" of names that \w does not hold (pictographs), and `?`, the tested value.
_NAME = r"(?:[^\W\d]|[\U00010000-\U000EFFFF])(?:\w|[\U00010000-\U000EFFFF])*|\?"

_TOKEN = re.compile(
    rf"""
    (?P<SPACE>[\s\u00a0\ufeff]+)
  | (?P<COMMENT>//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)
  | (?P<NUMBER>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?(?:%|[^\W\d_]\w*)?)
  | (?P<TEXT>"(?:[^"\\]|\\.)*")
  | (?P<INSTANCE_OF>instance\s+of(?!\w))
  | (?P<PHRASE>{_PHRASES})
  | (?P<GENERIC>(?:list|range|context|function)\s*<(?!=))
  | (?P<NAME>{_NAME})
  | (?P<QUOTED>'[^']*'|[“”„«»][^“”„«»"]*[“”„«»"])
  | (?P<HABIT>===|!==|==|=>|=<|<>|&&|\|\|)
  | (?P<SYMBOL>\*\*|\.\.|->|!=|<=|>=|[=<>+\-*/@.,:()\[\]{{}}])
  | (?P<OTHER>.)
    """,
    re.VERBOSE | re.DOTALL,
)


# Decimal numbers of the standard end at 6,144; exponents far beyond would stall exact arithmetic.
_EXPONENT_TOO_LARGE = re.compile(r"[eE][+-]?\d{5,}")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text cut into tokens, with the faults found on the way.

    Attributes:
        text: The whole text.
        tokens: Tokens that the grammar knows; each has `start_pos` and `end_pos`.
        diagnostics: Lexical faults, in reading order.
        comments: Start and end of each comment.
    """

    text: str
    tokens: tuple[Token, ...]
    diagnostics: tuple[Diagnostic, ...]
    comments: tuple[tuple[int, int], ...]

    def __iter__(self) -> Iterator[Token]:
        """The tokens, for the parser."""
        return iter(self.tokens)


def tokenize(text: str) -> Tokens:
    """Cut `text` into tokens; never raises, whatever the text holds."""
    if len(text) > MAX_LENGTH:
        fault = Diagnostic(
            "text.too_long",
            f"the text has {len(text):,} characters, at most {MAX_LENGTH:,} are taken",
            "split it into metrics of their own",
            start=0,
            end=len(text),
        )
        return Tokens(text, (), (fault,), ())
    tokens: list[Token] = []
    faults: list[Diagnostic] = []
    comments: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind == "COMMENT":
            comments.append(match.span())
        elif kind != "SPACE":
            token, found = _read(kind, match, tokens[-1] if tokens else None)
            if found is not None:
                faults.append(found)
            if token is not None:
                tokens.append(token)
    deep = _find_too_deep(tokens)
    if deep is not None:
        return Tokens(text, (), (*faults, deep), tuple(comments))
    return Tokens(text, tuple(_mark_reversed_brackets(tokens)), tuple(faults), tuple(comments))


def _read(kind: str, match: re.Match[str], before: Token | None) -> tuple[Token | None, Diagnostic | None]:
    """The token of one match, and its fault if it is a habit of another language."""
    text, (start, end) = match.group(), match.span()
    if kind == "NAME":
        return _token(KEYWORDS.get(text, "NAME"), text, start, end), None
    if kind == "SYMBOL":
        return _token(_SYMBOLS[text], text, start, end), None
    if kind == "NUMBER" and _EXPONENT_TOO_LARGE.search(text):
        fault = Diagnostic("number.too_large", f"`{text}` is beyond every number", "write a smaller exponent")
        return _token("NUMBER", "0", start, end), _place(fault, start, end)
    if kind == "QUOTED":
        inner = text[1:-1].replace("\\", "\\\\").replace('"', '\\"')
        fault = Diagnostic(
            "text.quotes", f"{text} is not a text", f'write "{text[1:-1]}" in plain double quotes'
        )
        return _token("TEXT", f'"{inner}"', start, end), _place(fault, start, end)
    if kind in {"HABIT", "OTHER"}:
        return _read_habit(text, start, end, before)
    return _token(kind, text, start, end), None


def _read_habit(
    text: str, start: int, end: int, before: Token | None
) -> tuple[Token | None, Diagnostic | None]:
    """What is meant by a sign that the language does not have."""
    hint, kind = _HABITS.get(text, ("remove it, or put texts in double quotes", None))
    if text == "%" and before is not None and before.type == "NUMBER":
        hint = f"write the percent sign next to the number: `{before}%`"
    fault = _place(Diagnostic("sign.unknown", f"`{text}` is not a sign of this language", hint), start, end)
    return (None if kind is None else _token(kind, _SPELLINGS[kind], start, end)), fault


def _token(kind: str, text: str, start: int, end: int) -> Token:
    return Token(kind, text, start_pos=start, end_pos=end)


def _place(fault: Diagnostic, start: int, end: int) -> Diagnostic:
    return Diagnostic(fault.code, fault.message, fault.hint, start=start, end=end)


def _find_too_deep(tokens: list[Token]) -> Diagnostic | None:
    """A fault at the bracket that opens one level too many, before any parser sees it."""
    depth = 0
    for token in tokens:
        if token.type in {"LPAR", "LSQB", "LBRACE"}:
            depth += 1
            if depth > MAX_DEPTH:
                start = token.start_pos or 0
                return _place(too_deep(), start, start + 1)
        elif token.type in {"RPAR", "RSQB", "RBRACE"}:
            depth -= 1
    return None


def too_deep() -> Diagnostic:
    """The fault of a text that nests too deeply."""
    return Diagnostic(
        "text.too_deep",
        f"the text nests more than {MAX_DEPTH} levels",
        "split it into metrics of their own",
    )


def _mark_reversed_brackets(tokens: list[Token]) -> Iterator[Token]:
    """Give `]` that opens and `[` that closes a range types of their own.

    A `]` where an operand must start opens a range, except in the filter of an empty list, `[][1]`. A `[`
    after the `..` of its own level closes one, unless an operand follows (then it filters the upper end).
    """
    in_range = [False]
    for index, token in enumerate(tokens):
        after = tokens[index + 1].type if index + 1 < len(tokens) else "END"
        before = tokens[index - 1].type if index else "START"
        kind = token.type
        empty_list = before == after == "LSQB"
        if kind == "RSQB" and not empty_list and before not in _OPERAND_ENDS and after in _OPERAND_STARTS:
            kind = "OPEN_RANGE"
        elif kind == "LSQB" and in_range[-1] and before in _OPERAND_ENDS and after not in _OPERAND_STARTS:
            kind = "CLOSE_RANGE"
        if kind in {"LPAR", "LSQB", "LBRACE", "OPEN_RANGE"}:
            in_range.append(False)
        elif kind in {"RPAR", "RSQB", "RBRACE", "CLOSE_RANGE"} and len(in_range) > 1:
            in_range.pop()
        elif kind == "RANGE":
            in_range[-1] = True
        yield token if kind == token.type else Token.new_borrow_pos(kind, token.value, token)


def split_number(text: str) -> tuple[str, str]:
    """Split a number token into digits and unit word: `"5bps"` gives `("5", "bps")`."""
    match = re.match(r"(\d+(?:\.\d+)?|\.\d+)([eE][+-]?\d+)?", text)
    digits = match.group() if match else ""
    return digits, text[len(digits) :]
