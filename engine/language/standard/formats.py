"""Values as text, as the function `string` gives them."""

from __future__ import annotations

import re
from decimal import Decimal

from engine.language.standard.decimals import spell
from engine.language.standard.values import Function, Range

_PLAIN_KEY = re.compile(r"[^\W\d]\w*(?: \w+)*")


def format_value(value: object) -> str:
    """The text of a value: texts as they are, numbers as plain digits, the rest as one would write it."""
    return value if isinstance(value, str) else _format_inner(value)


def _format_inner(value: object) -> str:
    """The text of a value inside another: texts are quoted."""
    if isinstance(value, str):
        return _quote(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Decimal):
        return spell(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_format_inner, value))}]"
    if isinstance(value, dict):
        entries = (f"{_format_key(key)}: {_format_inner(item)}" for key, item in value.items())
        return f"{{{', '.join(entries)}}}"
    if isinstance(value, Range):
        return _format_range(value)
    return value.title if isinstance(value, Function) else str(value)


def _format_range(value: Range) -> str:
    if value.sign:
        return f"({value.sign} {_format_inner(value.high if value.low is None else value.low)})"
    opening, closing = "[" if value.low_closed else "(", "]" if value.high_closed else ")"
    return f"{opening}{_format_inner(value.low)}..{_format_inner(value.high)}{closing}"


def _format_key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else _quote(key)


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return '"' + escaped.replace("\t", "\\t") + '"'
