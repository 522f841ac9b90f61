"""`carrybook eval`: one formula, tried with values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

import typer

from engine.cli.console import AsJson, show, show_json, tell

Text = Annotated[str, typer.Argument(help="The formula, such as 'min(a, b) > 5'.", show_default=False)]
Settings = Annotated[
    list[str] | None,
    typer.Option("--with", metavar="NAME=VALUE", help='A value: 5, true, "text", @"2025-01-31"; repeatable.'),
]


def evaluate(text: Text, *, settings: Settings = None, as_json: AsJson = False) -> None:
    """Evaluate one formula by the FEEL standard; why a value is null is said on standard error."""
    from engine.operations.evaluate import evaluate_text

    result = evaluate_text(text, settings or ())
    if as_json:
        show_json({"value": _to_plain(result.value), "diagnostics": list(result.diagnostics)})
        return
    show(_write(result.value))
    for reason in result.diagnostics:
        tell(str(reason), style="yellow")


def _to_plain(value: object) -> Any:
    """A value of the language as JSON has it; a number keeps every digit, as text if need be."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Decimal):
        return _to_number(value)
    if isinstance(value, (list, tuple)):
        return [_to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): _to_plain(item) for name, item in value.items()}
    return str(value)


def _to_number(value: Decimal) -> int | float | str:
    if value == value.to_integral_value() and value.adjusted() < 16:
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else str(value)


def _write(value: object) -> str:
    """A value in the language's own writing."""
    if isinstance(value, Decimal):
        short = value.normalize()
        return f"{short:f}" if -8 < short.adjusted() < 21 else str(short)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_write(item) for item in value)}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {_write(item)}' for name, item in value.items())}}}"
    plain = _to_plain(value)
    return json.dumps(plain, ensure_ascii=False) if plain is value else str(plain)
