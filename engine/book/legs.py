"""The part of a manifest that says which instruments make a candidate: legs, and how they are paired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from engine.book.toml_reader import TomlReader
from engine.language.names import suggest
from engine.model import KINDS, PICKS, SIDES, Kind, Leg, Pairing, Pick, Side

PAIRING_KEYS = ("venue", "base", "quote", "settle")
"""Columns of a quote that pairs can be made by."""

PAIRING_TERMS = ("keys", "equivalent", "differ")
LEG_KEYS = ("name", "kind", "side", "capital", "weight", "pick")

_OWN_WEIGHT, _OWN_PICK = "1", "all"
_AT = "pairing"


@dataclass(frozen=True, slots=True)
class WrittenLeg:
    """A leg with its formulas.

    Attributes:
        leg: The leg.
        capital: Formula of the equity that it ties up per unit of notional.
        weight: Formula of its quantity beside that of the others.
    """

    leg: Leg
    capital: str
    weight: str


def read_legs(top: Mapping[str, Any], reader: TomlReader) -> tuple[WrittenLeg, ...]:
    """The legs of a manifest; faults are kept by the reader."""
    legs: list[WrittenLeg] = []
    for place, entry in enumerate(reader.take(top, "legs", list) or []):
        inside = f"legs.{place + 1}."
        if not isinstance(entry, dict):
            reader.refuse("manifest.value", f'"legs.{place + 1}" is no table', '{ name = "spot", … }', "legs")
            continue
        read = _read_leg(entry, reader, inside)
        if read is None:
            continue
        name = read.leg.name
        if not name.isidentifier() or name in [each.leg.name for each in legs]:
            message, hint = f'"{name}" cannot name a leg', "give each leg a name of letters of its own"
            reader.refuse("manifest.value", message, hint, f"{inside}name")
        legs.append(read)
    if not legs and not reader.faults:
        reader.refuse("manifest.value", '"legs" is empty', "a trade has at least one leg", "legs")
    return tuple(legs)


def _read_leg(entry: Mapping[str, Any], reader: TomlReader, inside: str) -> WrittenLeg | None:
    reader.check_keys(entry, LEG_KEYS, inside)
    whole = {"weight": _OWN_WEIGHT, "pick": _OWN_PICK, **entry}
    name = reader.take(whole, "name", str, inside)
    kind = reader.choose(whole, "kind", KINDS, inside)
    side = reader.choose(whole, "side", SIDES, inside)
    capital = reader.take(whole, "capital", str, inside)
    weight = reader.take(whole, "weight", str, inside)
    pick = reader.choose(whole, "pick", PICKS, inside)
    if name is None or kind is None or side is None or capital is None or weight is None or pick is None:
        return None
    leg = Leg(name, cast("Kind", kind), cast("Side", side), cast("Pick", pick))
    return WrittenLeg(leg, capital, weight)


def read_pairing(top: Mapping[str, Any], legs: tuple[Leg, ...], reader: TomlReader) -> Pairing:
    """How the legs are paired: a list of keys, or a table of keys, equivalent words, and what differs.

    Faults are kept by the reader.
    """
    value = top.get(_AT)
    if not isinstance(value, dict):
        return Pairing(legs, _check_columns(reader.take(top, _AT, list) or [], _AT, reader))
    reader.check_keys(value, PAIRING_TERMS, f"{_AT}.")
    keys = _check_columns(reader.take(value, "keys", list, f"{_AT}.") or [], f"{_AT}.keys", reader)
    differ: list[Any] = []
    if "differ" in value:
        differ = reader.take(value, "differ", list, f"{_AT}.") or []
    equivalent = _read_equivalent(value, reader)
    pairing = Pairing(legs, keys, equivalent, _check_columns(differ, f"{_AT}.differ", reader))
    for path, message, hint in _find_contradictions(pairing):
        reader.refuse("manifest.pairing", message, hint, path)
    return pairing


def _check_columns(columns: list[Any], path: str, reader: TomlReader) -> tuple[str, ...]:
    """The columns that pairs can be made by; others are refused."""
    for column in columns:
        if column not in PAIRING_KEYS:
            hint = suggest(str(column), PAIRING_KEYS) or f"keys are {', '.join(PAIRING_KEYS)}"
            reader.refuse("manifest.value", f'pairs cannot be made by "{column}"', hint, path)
    return tuple(column for column in columns if column in PAIRING_KEYS)


def _read_equivalent(value: Mapping[str, Any], reader: TomlReader) -> dict[str, frozenset[str]]:
    inside = f"{_AT}.equivalent"
    listed: Any = reader.take(value, "equivalent", dict, f"{_AT}.") if "equivalent" in value else None
    equivalent = {}
    for column, words in (listed or {}).items():
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            hint = '{ quote = ["USDT", "USD"] }'
            reader.refuse(
                "manifest.value", f'"{inside}.{column}" is no list of words', hint, f"{inside}.{column}"
            )
        else:
            equivalent[column] = frozenset(words)
    _check_columns(list(equivalent), inside, reader)
    return {column: words for column, words in equivalent.items() if column in PAIRING_KEYS}


def _find_contradictions(pairing: Pairing) -> Iterator[tuple[str, str, str]]:
    """Where a pairing says what cannot be, or what means nothing: the key, what is wrong, what to do."""
    for column in pairing.differ:
        if column in pairing.keys:
            message = f'legs cannot be equal and different in "{column}"'
            yield f"{_AT}.differ", message, "take it out of `keys` or of `differ`"
    if pairing.differ and len(pairing.legs) == 1:
        yield f"{_AT}.differ", "a trade of one leg has no other to differ from", "take `differ` out"
    for column, words in pairing.equivalent.items():
        path = f"{_AT}.equivalent.{column}"
        if column not in pairing.keys:
            yield path, f'"{column}" is no key, so that its words need not be equivalent', "add it to `keys`"
        elif len(words) < 2:
            yield path, "one word alone is equivalent to no other", "list at least two"
