"""What commands say: data on standard output, messages on standard error, faults in one form.

Colour follows the terminal and the variable NO_COLOR. Text is printed as it is: square brackets, which name
the column of a fault, are never markup.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import textwrap
from datetime import date
from enum import IntEnum
from typing import Annotated, Any, TextIO

import typer
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from engine.errors import BookErrors, CarrybookError, Diagnostic, UsageError

_PIPED_WIDTH_CHARACTERS = 240
_GLUE = "\N{NO-BREAK SPACE}"
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=[^\W\d]|%)|(?<=\d [kMB]) (?=usd)")
_AS_JSON = "carrybook.as_json"


class ExitCode(IntEnum):
    """What the exit status of a command means."""

    OK = 0
    FAULT = 1
    USAGE = 2
    INTERRUPTED = 130


def _remember_as_json(context: typer.Context, value: bool) -> bool:
    context.meta[_AS_JSON] = value
    return value


AsJson = Annotated[
    bool,
    typer.Option(
        "--json",
        callback=_remember_as_json,
        help="Print JSON on standard output; a fault too, with exit code 1.",
    ),
]
"""The option `--json` of every command that reads: annotate a parameter `as_json` with it."""


def show(data: RenderableType, *, style: str = "") -> None:
    """Print data for people: a line, or a Rich table. Long lines are not broken, piped tables not cut."""
    _console(stderr=False).print(data, style=style, soft_wrap=isinstance(data, str))


def show_wrapped(line: str) -> None:
    """Print one line of data; where the width is known, broken between words, with what follows indented."""
    width = _find_width(sys.stdout)
    if width is None or len(line) <= width:
        show(line)
        return
    before = len(line) - len(line.lstrip())
    indent = " " * (before + 4)
    glued = _BEFORE_UNIT.sub(_GLUE, line)
    for each in textwrap.wrap(
        glued, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ):
        show(each.replace(_GLUE, " "))


def show_json(value: Any) -> None:
    """Print data for programs: one line of JSON, at once; dates and times in ISO 8601.

    Args:
        value: Dictionaries, lists, text, numbers, booleans, None, dates, times and diagnostics.

    Raises:
        TypeError: A value has no form in JSON.
        ValueError: A number is not finite; an unknown value is None.
    """
    sys.stdout.write(json.dumps(value, allow_nan=False, default=_plain, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def fits(table: Table) -> bool:
    """Whether a table can be shown without cutting a cell."""
    console = _console(stderr=False)
    return Measurement.get(console, console.options.update(max_width=10_000), table).maximum <= console.width


def tell(message: str, *, style: str = "") -> None:
    """Say something about the work that is not its result: on standard error, so that data stay clean."""
    _console(stderr=True).print(Text(message, style=style), soft_wrap=True)


def show_faults(faults: list[Diagnostic]) -> None:
    """Print each fault as one line of data, for a command that was asked for them."""
    for fault in faults:
        show(str(fault))


def report_error(error: CarrybookError, *, as_json: bool) -> ExitCode:
    """Say why a command failed, and with what exit code it ends.

    As JSON it is one object on standard output: `error`, a sentence, and `diagnostics`, the faults of a book,
    empty for other errors. Otherwise one line for each fault on standard error.
    """
    diagnostics = error.diagnostics if isinstance(error, BookErrors) else ()
    if as_json:
        show_json({"error": _summary(error), "diagnostics": list(diagnostics)})
    else:
        for line in [str(diagnostic) for diagnostic in diagnostics] or [str(error)]:
            tell(line, style="red")
    return ExitCode.USAGE if isinstance(error, UsageError) else ExitCode.FAULT


def wants_json(context: typer.Context) -> bool:
    """Whether the command was called with `--json`; known also after the command has failed."""
    return bool(context.meta.get(_AS_JSON, False))


def _summary(error: CarrybookError) -> str:
    if not isinstance(error, BookErrors):
        return str(error)
    count = len(error.diagnostics)
    return "1 fault" if count == 1 else f"{count} faults"


def _plain(value: object) -> object:
    if isinstance(value, Diagnostic):
        return value.as_dict()
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    raise TypeError(f"a value of type {type(value).__name__} has no form in JSON")


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = _PIPED_WIDTH_CHARACTERS if _find_width(stream) is None else None
    return Console(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)


def _find_width(stream: TextIO) -> int | None:
    """How many characters a line may have; None where what is printed goes to a file or a program."""
    if not stream.isatty() and "COLUMNS" not in os.environ:
        return None
    return shutil.get_terminal_size().columns
