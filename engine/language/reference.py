"""Writes the parts of the language reference that follow from the code: words, signs, units, functions.

A page holds a part between two comments, `<!-- generated: NAME -->` and `<!-- end: NAME -->`; `fill_page`
renews all of them. An example is written as `text` → `result` (a formula over columns) or as
`text` ⇒ `result` (by the standard, one value at a time).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from engine.language.check.forms import FORMS
from engine.language.functions import conversion, numeric, other_rows, temporal, text
from engine.language.functions.declaration import Argument, Function
from engine.language.lexing import KEYWORDS
from engine.language.standard import STANDARD_FUNCTIONS
from engine.language.types import Kind
from engine.language.units import COLUMN_UNITS, LITERAL_UNITS, Dimension, Unit

_BLOCK = re.compile(r"(<!-- generated: ([a-z ]+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)

KEYWORD_NOTES: Mapping[str, tuple[str, str]] = {
    "if": ("a choice; unknown if the condition is", '`if 2 > 1 then "a" else "b"` → `"a"`'),
    "then": ("the value where the condition holds", "`if 2 > 1 then 3 else 4` → `3`"),
    "else": ("the value where it does not; never left out", "`if 1 > 2 then 3 else 4` → `4`"),
    "and": ("both hold", "`2 > 1 and 1 > 2` → `false`"),
    "or": ("at least one holds", "`2 > 1 or 1 > 2` → `true`"),
    "in": ("is one of, lies in, or passes a test", "`5 in (1, [4..6])` → `true`"),
    "between": ("lies between two bounds, both included", "`5 between 1 and 5` → `true`"),
    "true": ("the condition that holds", "`true or false` → `true`"),
    "false": ("the condition that does not", "`true and false` → `false`"),
    "null": ("unknown", "`null + 1` → `unknown`"),
    "for": ("a list made of another; by the standard only", "`for i in 1..3 return i * i` ⇒ `[1, 4, 9]`"),
    "return": ("what such a list is made of", "`for i in [5, 6] return i + 1` ⇒ `[6, 7]`"),
    "some": (
        "whether any item passes; by the standard only",
        "`some i in [1, 2] satisfies i > 1` ⇒ `true`",
    ),
    "every": (
        "whether all items pass; by the standard only",
        "`every i in [1, 2] satisfies i > 1` ⇒ `false`",
    ),
    "satisfies": ("the test of `some` and `every`", "`some i in [1, 2] satisfies i > 2` ⇒ `false`"),
    "function": (
        "a function as a value; by the standard only",
        "`sort([1, 3, 2], function(a, b) a > b)` ⇒ `[3, 2, 1]`",
    ),
}
"""Meaning and example of every keyword."""

OPERATOR_NOTES: tuple[tuple[str, str, str], ...] = (
    ("`or`", "at least one holds", "`1 > 2 or 2 > 1` → `true`"),
    ("`and`", "both hold", "`1 > 2 and 2 > 1` → `false`"),
    (
        "`=` `!=` `<` `<=` `>` `>=` `in` `between`",
        "equal, not equal, less, at most, more, at least, and tests of membership",
        "`0.1 + 0.2 = 0.3` → `true`, `5 in [1..5)` → `false`",
    ),
    ("`+` `-`", "sum, difference; two texts joined with `+`", '`"BTC" + "/USDT"` → `"BTC/USDT"`'),
    ("`*` `/`", "product, quotient; divided by 0 it is unknown", "`1 / 0` → `unknown`"),
    ("`**`", "power, from left to right", "`2 ** 3 ** 2` → `64`"),
    ("`-`", "the other sign; binds tighter than a power", "`-2 ** 2` → `4`"),
    ("`.`", "a part of a date or time", '`@"2025-01-31".day` → `31`'),
)
"""Operators from the loosest to the tightest: how they are written, meaning, example."""

_EXAMPLES: Mapping[str, str] = {
    "lag": "`lag(x, 8h)`",
    **{name: f"`{name}(x, 3d)`" for name in ("rolling_sum", "rolling_mean", "rolling_median", "rolling_std")},
    **{name: f"`{name}(x, 3d)`" for name in ("rolling_min", "rolling_max")},
    **{name: f"`{name}(x)`" for name in ("rank", "percentile", "zscore")},
    "not": "`not(2 > 3)` → `true`",
    "date and time": '`date and time(date("2025-01-31")).hour` → `0`',
    "before": "`before([1..5), [5..9])` → `true`",
    "after": "`after(9, [1..5])` → `true`",
    "meets": "`meets([1..5], [5..9])` → `true`",
    "met by": "`met by([5..9], [1..5])` → `true`",
    "overlaps": "`overlaps([1..5], [4..9])` → `true`",
    "overlaps before": "`overlaps before([1..5], [4..9])` → `true`",
    "overlaps after": "`overlaps after([1..5], [4..9])` → `false`",
    "includes": "`includes([1..9], 5)` → `true`",
    "during": "`during(5, [1..9])` → `true`",
    "finishes": "`finishes(9, [1..9])` → `true`",
    "finished by": "`finished by([1..9], [4..9])` → `true`",
    "starts": "`starts([1..3], [1..9])` → `true`",
    "started by": "`started by([1..9], 1)` → `true`",
    "coincides": "`coincides([1..9], [1..9))` → `false`",
}
"""Examples of functions that are declared without one."""

_OF_SEVERAL = ("min", "max", "sum", "product", "mean", "median", "stddev", "all", "any", "not", "is")
_FROM_TEXT = ("date", "time", "date and time", "duration")

Row = tuple[str, ...]
"""A row of a generated table, in Markdown."""


def fill_page(page: str) -> str:
    """The page with every generated part renewed.

    Raises:
        KeyError: A part has a name that nothing is generated for.
    """
    return _BLOCK.sub(lambda found: f"{found[1]}\n{PARTS[found[2]]()}\n{found[3]}", page)


def _tabulate(header: Row, rows: Iterable[Row]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _list_keywords() -> str:
    return _tabulate(
        ("word", "meaning", "example"),
        ((f"`{word}`", *KEYWORD_NOTES[word]) for word in KEYWORDS),
    )


def _list_operators() -> str:
    return _tabulate(("operator", "meaning", "example"), OPERATOR_NOTES)


def list_unit_words() -> list[Row]:
    """Unit words that stand behind a number: the word, what it measures, an example."""
    return [
        (f"`{word}`", str(unit.dimension), f"`5{word}` → `{_write(unit)}`")
        for word, unit in LITERAL_UNITS.items()
    ]


def _tabulate_unit_words() -> str:
    return _tabulate(("behind a number", "measures", "example"), list_unit_words())


def _write(unit: Unit) -> str:
    """What five of a unit are in the base unit of its dimension."""
    five = f"{5 * (unit.scale or 0):f}"
    return five.rstrip("0").rstrip(".") if "." in five else five


_BASES = {
    Dimension.NUMBER: "",
    Dimension.RATIO: "ratio",
    Dimension.RATE: "ratio a year: 0.05 is 5 % a year",
    Dimension.DURATION: "s",
    Dimension.MONEY: "US dollar",
    Dimension.PRICE: "of the quote coin, for one of the base coin",
    Dimension.QUANTITY: "coin, contract or share",
}


def list_column_units() -> list[Row]:
    """Units that a column or parameter is declared with: the word, what it measures, what one of it is."""
    return [
        (f"`{word}`", str(unit.dimension), f"{unit.scale:,f} {_BASES[unit.dimension]}".strip())
        for word, unit in COLUMN_UNITS.items()
    ]


def _tabulate_column_units() -> str:
    return _tabulate(("declared as", "measures", "one of it is"), list_column_units())


def _show_argument(argument: Argument) -> str:
    kinds = ["duration"] if argument.unit is not None else [str(kind) for kind in argument.kinds]
    kind = "" if kinds == [str(Kind.NUMBER)] else f": {' or '.join(kinds)}"
    return f"{argument.name}{'' if argument.default is ... else '?'}{kind}"


def _show_function(function: Function) -> Row:
    arguments = ", ".join(map(_show_argument, function.arguments))
    return (
        f"`{function.name}({arguments})`",
        function.meaning,
        _show_example(function.name, function.examples),
    )


def _show_form(name: str) -> Row:
    form = FORMS[name]
    return (f"`{name}({form.parameters})`", form.meaning, _show_example(name, form.examples))


def _show_example(name: str, examples: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"`{example}` → `{result}`" for example, result in examples) or _EXAMPLES[name]


def list_functions() -> tuple[tuple[str, list[Row]], ...]:
    """Functions in groups with a title: how each is called, what it gives, an example."""
    ranges = [name for name in FORMS if name not in {*_OF_SEVERAL, *_FROM_TEXT}]
    return (
        ("Numbers", list(map(_show_function, numeric.FUNCTIONS))),
        ("Several values of one row", list(map(_show_form, _OF_SEVERAL))),
        ("Other rows", list(map(_show_function, other_rows.FUNCTIONS))),
        ("Texts", list(map(_show_function, text.FUNCTIONS))),
        (
            "Dates, times and durations",
            [*map(_show_form, _FROM_TEXT), *map(_show_function, temporal.FUNCTIONS)],
        ),
        ("Conversion", list(map(_show_function, conversion.FUNCTIONS))),
        ("Values and ranges", list(map(_show_form, ranges))),
    )


def _tabulate_functions() -> str:
    return "\n".join(
        f"**{title}**\n\n{_tabulate(('call', 'gives', 'example'), rows)}" for title, rows in list_functions()
    )


def _list_parts_of_time() -> str:
    return _tabulate(
        ("part", "of", "gives", "example"),
        (
            (
                f"`.{name}`",
                " or ".join(part.arguments[0].kinds),
                part.meaning,
                _show_example(name, part.examples),
            )
            for name, part in temporal.PARTS.items()
        ),
    )


def _list_fixed_arguments() -> str:
    fixed: dict[str, list[str]] = {}
    for family in (numeric, text, other_rows):
        for function in family.FUNCTIONS:
            for argument in function.arguments:
                if argument.constant:
                    fixed.setdefault(argument.name, []).append(f"`{function.name}`")
    return _tabulate(
        ("argument", "of"), ((f"`{name}`", ", ".join(functions)) for name, functions in fixed.items())
    )


def _list_standard_functions() -> str:
    rows = (
        (", ".join(f"`{form.replace(' | ', ' or ')}`" for form in function.signatures), function.meaning)
        for function in STANDARD_FUNCTIONS.values()
    )
    return _tabulate(("call", "gives"), rows)


PARTS: Mapping[str, Callable[[], str]] = {
    "keywords": _list_keywords,
    "operators": _list_operators,
    "unit words": _tabulate_unit_words,
    "column units": _tabulate_column_units,
    "functions": _tabulate_functions,
    "fixed arguments": _list_fixed_arguments,
    "parts of time": _list_parts_of_time,
    "standard functions": _list_standard_functions,
}
"""What writes each generated part, by its name."""
