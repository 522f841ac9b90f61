"""The manifest of a book: what stands in `book.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, time, timedelta
from typing import Any, cast

from engine.book.legs import read_legs, read_pairing
from engine.book.roles import CONTRACTS
from engine.book.toml_reader import TomlReader, parse_toml
from engine.errors import Diagnostic
from engine.language.names import suggest
from engine.model import Pairing
from engine.tables.model import HitPolicy
from engine.tables.read import read_hit_policy

FILE = "book.toml"
NO_TOML = "manifest.toml"
"""Code of the fault of a manifest that cannot be read at all."""

KEYS = (
    *("name", "title", "market", "currency", "day_starts", "cycle", "history", "legs", "pairing"),
    *("rank_by", "shortlist", "words", "hit_policy", "default"),
)
WORD_KINDS = ("venue", "coin")

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9/:._-]*")
_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):([0-5]\d)Z")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a book is about, and how its tables are read.

    Attributes:
        name: Short name, for folders and reports.
        title: One line for people.
        market: Kind of market, such as `crypto`.
        currency: What money is counted in.
        day_starts: Time of day, UTC, at which daily figures begin anew.
        cycle: Time between two decisions when live.
        history: How far back formulas may look; a live cycle sees this much.
        pairing: Legs, and what must be equal or different on them.
        capitals: Of each leg, the formula of the equity that it ties up per unit of notional.
        weights: Of each leg, the formula of its quantity beside that of the others.
        rank_by: Column that ranks equal priorities, the largest first.
        shortlist: For how many pairs order books are fetched.
        words: Venues and coins that cells may name without quotes, besides those that are known.
        hit_policies: Hit policy by table.
        defaults: Outputs where no rule fires, by table and output.
    """

    name: str
    title: str
    market: str
    currency: str
    day_starts: time
    cycle: timedelta
    history: timedelta
    pairing: Pairing
    capitals: tuple[str, ...]
    weights: tuple[str, ...]
    rank_by: str
    shortlist: int
    words: Mapping[str, frozenset[str]]
    hit_policies: Mapping[str, HitPolicy]
    defaults: Mapping[str, Mapping[str, Any]]


def read_manifest(text: str) -> tuple[Manifest | None, tuple[Diagnostic, ...]]:
    """Read the text of `book.toml`.

    Returns:
        The manifest, or None if it has faults; and the faults.
    """
    reader = TomlReader(FILE, text)
    top = parse_toml(text, FILE, NO_TOML)
    if isinstance(top, Diagnostic):
        return None, (top,)
    reader.check_keys(top, KEYS)
    manifest = _read_keys(top, reader)
    return (None if reader.faults else manifest), tuple(reader.faults)


def _read_keys(top: Mapping[str, Any], reader: TomlReader) -> Manifest:
    words = {key: reader.take(top, key, str) for key in ("name", "title", "market", "currency", "rank_by")}
    shortlist = reader.take(top, "shortlist", int)
    if shortlist is not None and shortlist < 1:
        message, hint = '"shortlist" is below one', "only pairs of the short list can be entered"
        reader.refuse("manifest.value", message, hint, "shortlist")
    legs = read_legs(top, reader)
    return Manifest(
        **words,
        shortlist=shortlist,
        cycle=cast("timedelta", reader.take_duration(top, "cycle")),
        history=cast("timedelta", reader.take_duration(top, "history")),
        day_starts=_read_time_of_day(top, reader),
        pairing=read_pairing(top, tuple(each.leg for each in legs), reader),
        capitals=tuple(each.capital for each in legs),
        weights=tuple(each.weight for each in legs),
        words=_read_words(top, reader),
        hit_policies=_read_policies(top, reader),
        defaults=_read_defaults(top, reader),
    )


def _read_time_of_day(top: Mapping[str, Any], reader: TomlReader) -> time:
    text = reader.take(top, "day_starts", str)
    found = None if text is None else _TIME_OF_DAY.fullmatch(text)
    if found is None:
        if text is not None:
            message, hint = f'"day_starts" is no time of day: "{text}"', "write one in UTC, as `00:00Z`"
            reader.refuse("manifest.value", message, hint, "day_starts")
        return time(tzinfo=UTC)
    return time(int(found[1]), int(found[2]), tzinfo=UTC)


def _read_words(top: Mapping[str, Any], reader: TomlReader) -> dict[str, frozenset[str]]:
    """Words that the book adds, by the kind of text."""
    words = {}
    for kind, listed in reader.take_table(top, "words").items():
        path = f"words.{kind}"
        wrong = [word for word in listed if not _is_word(word)] if isinstance(listed, list) else [listed]
        if kind not in WORD_KINDS:
            reader.refuse("manifest.key", f'there are no words for "{kind}"', suggest(kind, WORD_KINDS), path)
        elif wrong:
            hint = 'words are letters, digits and `/:._-`: { coin = ["NEWCOIN"] }'
            reader.refuse("manifest.value", f'"{wrong[0]}" is no list of words', hint, path)
        else:
            words[kind] = frozenset(listed)
    return words


def _is_word(word: object) -> bool:
    return isinstance(word, str) and _WORD.fullmatch(word) is not None


def _read_policies(top: Mapping[str, Any], reader: TomlReader) -> dict[str, HitPolicy]:
    policies = {}
    for role, word in _list_roles(top, "hit_policy", reader):
        wrong: list[Diagnostic] = []
        policies[role] = read_hit_policy(word, None, wrong)[0]
        taken = CONTRACTS[role].policies
        if not wrong and policies[role] not in taken:
            message = f"{role} needs one result a row, which {policies[role]} does not give here"
            wrong.append(Diagnostic("policy.role", message, f"take {', '.join(taken)}"))
        for fault in wrong:
            reader.refuse(fault.code, fault.message, fault.hint, f"hit_policy.{role}")
    return policies


def _read_defaults(top: Mapping[str, Any], reader: TomlReader) -> dict[str, dict[str, Any]]:
    defaults = {}
    for role, outputs in _list_roles(top, "default", reader):
        known = [term.name for term in CONTRACTS[role].outputs]
        if isinstance(outputs, dict):
            reader.check_keys(outputs, known, f"default.{role}.")
            defaults[role] = dict(outputs)
        else:
            reader.refuse(
                "manifest.value", f'"default.{role}" is no table', "{ enter = false }", f"default.{role}"
            )
    return defaults


def _list_roles(top: Mapping[str, Any], key: str, reader: TomlReader) -> Iterable[tuple[str, Any]]:
    """The entries of a key that is a table by role; others are refused."""
    for role, value in reader.take_table(top, key).items():
        path = f"{key}.{role}"
        if role in CONTRACTS:
            yield role, value
        else:
            reader.refuse("manifest.key", f'unknown table "{role}"', suggest(role, CONTRACTS), path)
