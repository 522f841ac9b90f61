"""How a standard function is declared, and how a call finds its parameters.

A declaration is one decorator over one Python function:

    @declare("substring(string: string, start position: number, length: number?)", "The part of a text …")
    def cut_text(text: str, start: Decimal, length: Decimal | None = None) -> str: …

`?` marks a parameter that may be left out, `...` one that takes all further arguments; kinds are separated
by `|`, `any` takes every value, `point` what can be the end of a range, and `null` allows for null.
Declaring a name again adds a further form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from engine.language.standard.faults import NoValueError
from engine.language.standard.temporal import Date, DateTime, Time
from engine.language.standard.values import Function, name_kind
from engine.language.standard.zones import UTC

F = TypeVar("F", bound=Callable[..., object])

_DURATIONS = ("days and time duration", "years and months duration")
_ALIASES = {
    "point": ("number", "string", "date", "time", "date and time", *_DURATIONS),
    "duration": _DURATIONS,
}
"""Words for several kinds at once."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a standard function.

    Attributes:
        name: Its name, by which it can be passed.
        kinds: Names of the kinds of value it takes; empty for every kind.
        optional: Whether it may be left out.
        variadic: Whether it takes all further arguments, as a list.
    """

    name: str
    kinds: frozenset[str]
    optional: bool = False
    variadic: bool = False

    def accept(self, value: object) -> object:
        """The value as this parameter takes it: a list of one item stands for the item, an item for its list.

        Raises:
            NoValueError: The value is of another kind.
        """
        kind = name_kind(value)
        if not self.kinds or kind in self.kinds:
            return value
        if "list" in self.kinds and value is not None:
            return [value]
        if isinstance(value, list) and len(value) == 1 and name_kind(value[0]) in self.kinds:
            return value[0]
        if isinstance(value, Date) and "date and time" in self.kinds:
            return DateTime(value, Time(0, UTC))
        wanted = " or ".join(sorted(self.kinds - {"null"}))
        raise NoValueError("argument.kind", f"`{self.name}` is a {kind}, not a {wanted}")


@dataclass(frozen=True, slots=True)
class Form:
    """One way to call a function.

    Attributes:
        text: Its parameters as declared.
        parameters: The parameters, in order.
        function: The Python function.
        needs_run: Whether the function takes the run as its first argument.
    """

    text: str
    parameters: tuple[Parameter, ...]
    function: Callable[..., object]
    needs_run: bool

    def order(self, named: Mapping[str, object]) -> list[object]:
        """Arguments passed by name, in order of the parameters."""
        known = [parameter.name for parameter in self.parameters]
        for name in named:
            if name not in known:
                raise NoValueError(
                    "argument.unknown", f"there is no parameter `{name}`", f"write {self.text}"
                )
        arguments: list[object] = []
        for parameter in self.parameters:
            if parameter.name not in named and not parameter.optional:
                raise NoValueError("argument.missing", f"`{parameter.name}` is missing", f"write {self.text}")
            arguments.append(named.get(parameter.name))
        while arguments and known[len(arguments) - 1] not in named:
            arguments.pop()
        return arguments

    def bind(self, arguments: Sequence[object]) -> list[object]:
        """The arguments as the Python function takes them.

        Raises:
            NoValueError: There are too few or too many, or one is of a wrong kind.
        """
        last = self.parameters[-1] if self.parameters else None
        needed = sum(not parameter.optional for parameter in self.parameters)
        variadic = last is not None and last.variadic
        if len(arguments) < needed or (len(arguments) > len(self.parameters) and not variadic):
            raise NoValueError(
                "argument.count", f"{len(arguments)} arguments do not fit", f"write {self.text}"
            )
        if last is None or not variadic:
            return [
                parameter.accept(value) for parameter, value in zip(self.parameters, arguments, strict=False)
            ]
        fixed = len(self.parameters) - 1
        head = [
            parameter.accept(value)
            for parameter, value in zip(self.parameters, arguments[:fixed], strict=False)
        ]
        return [*head, [last.accept(value) for value in arguments[fixed:]]]


@dataclass(frozen=True, slots=True)
class Declaration(Function):
    """A standard function.

    Attributes:
        name: Its name.
        meaning: What it gives, in one line.
        forms: The ways to call it.
        steps: What a call costs, in steps of a run.
    """

    name: str
    meaning: str
    forms: tuple[Form, ...]
    steps: int

    @property
    def title(self) -> str:
        """How it reads as a value."""
        return self.name

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the parameters of its first form."""
        return tuple(parameter.name for parameter in self.forms[0].parameters)

    @property
    def signatures(self) -> tuple[str, ...]:
        """The forms as one writes them, each parameter with its kinds."""
        return tuple(form.text for form in self.forms)

    def call(self, arguments: Sequence[object] | Mapping[str, object], run: Any) -> object:
        """The function's value for arguments by position or by name.

        Raises:
            NoValueError: No form takes these arguments, or there is no value for them.
        """
        reasons = []
        for form in self.forms:
            try:
                ordered = form.order(arguments) if isinstance(arguments, Mapping) else arguments
                bound = form.bind(ordered)
            except NoValueError as reason:
                reasons.append(reason)
                continue
            return form.function(run, *bound) if form.needs_run else form.function(*bound)
        # The form that came furthest tells best what is wrong.
        raise max(reasons, key=lambda reason: reason.code == "argument.kind")


_DECLARED: dict[str, Declaration] = {}


def declare(signature: str, meaning: str, *, needs_run: bool = False, steps: int = 5) -> Callable[[F], F]:
    """Make a Python function a standard function, or a further form of one.

    Args:
        signature: Name and parameters, as the module's text describes.
        meaning: What it gives, in one line.
        needs_run: Whether it takes the `Run` before its arguments.
        steps: What a call costs, besides looking at its arguments.
    """
    name, _, rest = signature.partition("(")
    parameters = tuple(_read_parameter(part) for part in rest.removesuffix(")").split(",") if part.strip())

    def register(function: F) -> F:
        before = _DECLARED.get(name)
        form = Form(signature, parameters, function, needs_run)
        forms = (*before.forms, form) if before is not None else (form,)
        _DECLARED[name] = Declaration(name, meaning if before is None else before.meaning, forms, steps)
        return function

    return register


def list_declarations() -> dict[str, Declaration]:
    """Every function declared so far, by name."""
    return dict(sorted(_DECLARED.items()))


def _read_parameter(text: str) -> Parameter:
    name, _, kinds = text.strip().partition(": ")
    variadic, optional = kinds.endswith("..."), kinds.endswith("?")
    words = [kind.strip() for kind in kinds.removesuffix("...").removesuffix("?").split("|")]
    names = frozenset(kind for word in words for kind in _ALIASES.get(word, (word,)))
    return Parameter(name, frozenset() if "any" in names else names, optional, variadic)
