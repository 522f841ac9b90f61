"""Functions of contexts."""

from __future__ import annotations

from typing import Any

from engine.language.standard.declaration import declare
from engine.language.standard.faults import NoValueError
from engine.language.standard.values import name_kind

Context = dict[str, Any]


@declare(
    "get value(m: context, key: string)",
    "The value of an entry; with several keys, of the entry inside the entry.",
)
def read_entry(context: Context, key: str) -> object:
    """See the declaration."""
    if key not in context:
        raise NoValueError("member.unknown", f'the context has no "{key}"')
    return context[key]


@declare("get value(m: context, keys: list)", "")
def read_nested(context: Context, keys: list[Any]) -> object:
    """See the declaration."""
    value: object = context
    for key in _require_keys(keys):
        if not isinstance(value, dict):
            raise NoValueError("member.unknown", f'a {name_kind(value)} has no "{key}"')
        value = read_entry(value, key)
    return value


@declare("get entries(m: context)", "The entries as contexts of `key` and `value`.")
def list_entries(context: Context) -> list[Context]:
    """See the declaration."""
    return [{"key": key, "value": value} for key, value in context.items()]


@declare("context(entries: list)", "The context of entries given as contexts of `key` and `value`.")
def build_context(entries: list[Any]) -> Context:
    """See the declaration."""
    built: Context = {}
    for entry in entries:
        if (
            not isinstance(entry, dict)
            or not {"key", "value"} <= entry.keys()
            or not isinstance(entry["key"], str)
        ):
            raise NoValueError("argument.kind", "an entry is a context of `key`, a text, and `value`")
        if entry["key"] in built:
            raise NoValueError(
                "context.twice", f'there are two entries "{entry["key"]}"', "rename one of them"
            )
        built[entry["key"]] = entry["value"]
    return built


@declare(
    "context put(context: context, key: string, value: any)", "The context with an entry added or replaced."
)
def put_entry(context: Context, key: str, value: object) -> Context:
    """See the declaration."""
    return {**context, key: value}


@declare("context put(context: context, keys: list, value: any)", "")
def put_nested(context: Context, keys: list[Any], value: object) -> Context:
    """See the declaration."""
    first, *rest = _require_keys(keys)
    if not rest:
        return put_entry(context, first, value)
    inner = context.get(first)
    if not isinstance(inner, dict):
        raise NoValueError("member.unknown", f'"{first}" is no context to put an entry into')
    return put_entry(context, first, put_nested(inner, rest, value))


@declare(
    "context merge(contexts: list)", "The entries of all contexts in one; of equal keys the last counts."
)
def merge_contexts(contexts: list[Any]) -> Context:
    """See the declaration."""
    merged: Context = {}
    for context in contexts:
        if not isinstance(context, dict):
            raise NoValueError("argument.kind", f"a {name_kind(context)} is no context")
        merged |= context
    return merged


def _require_keys(keys: list[Any]) -> list[str]:
    if not keys or not all(isinstance(key, str) for key in keys):
        raise NoValueError("argument.kind", "keys are a list of texts, one at least")
    return keys
