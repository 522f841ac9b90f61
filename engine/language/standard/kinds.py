"""Types by name, for `instance of` and declared parameters (DMN 1.5, section 10.3.2.9)."""

from __future__ import annotations

from engine.language.standard.faults import NoValueError
from engine.language.standard.values import Function, Range, name_kind
from engine.language.syntax import TypeName

_KINDS = {
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "dateTime": "date and time",
    "days and time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "years and months duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
    "list": "list",
    "context": "context",
    "range": "range",
    "function": "function",
    "Null": "null",
}


def is_instance(value: object, wanted: TypeName) -> bool:
    """Whether a value is of a type; null is of no type but `Null`.

    Raises:
        NoValueError: There is no type of that name.
    """
    if wanted.name == "Any":
        return value is not None
    kind = _KINDS.get(wanted.name)
    if kind is None:
        raise NoValueError(
            "type.unknown", f"unknown type `{wanted.name}`", f"types are {', '.join(_KINDS)}, Any"
        )
    if name_kind(value) != kind:
        return False
    return _fits_arguments(value, wanted)


def conforms(value: object, wanted: TypeName | None) -> bool:
    """Whether a value may be passed where a type is declared: null may, everywhere."""
    return value is None or wanted is None or is_instance(value, wanted)


def _fits_arguments(value: object, wanted: TypeName) -> bool:
    """Whether the parts of a value are of the types named in `<…>`."""
    if not wanted.arguments and wanted.returns is None:
        return True
    if isinstance(value, list):
        return all(conforms(item, wanted.arguments[0]) for item in value)
    if isinstance(value, dict):
        keys = zip(wanted.keys, wanted.arguments, strict=True)
        return all(key in value and conforms(value[key], kind) for key, kind in keys)
    if isinstance(value, Range):
        return all(conforms(end, wanted.arguments[0]) for end in (value.low, value.high))
    return isinstance(value, Function) and len(value.parameter_names) == len(wanted.arguments)
