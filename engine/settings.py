"""Accounts as the settings of a workspace tell them: money at venues, and which book may use how much."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.book.toml_reader import TomlReader
from engine.language.quantities import Quantity, read_quantity
from engine.language.units import COLUMN_UNITS, RATIO, Unit

_ACCOUNT = "account."
_WHOLE, _DOLLARS = Decimal(1), COLUMN_UNITS["usd"]
_NAME = re.compile(r"\w[\w.-]*", re.ASCII)
"""Names of accounts are names of files too: of their locks."""


@dataclass(frozen=True, slots=True)
class Use:
    """What a book may use of an account.

    Attributes:
        book: Name of the book.
        share: Its share of the money, above 0 and at most 1.
        bases: Coins that it may trade there; empty means all.
    """

    book: str
    share: Decimal
    bases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """An account.

    Attributes:
        name: Its name.
        venue: Where it is.
        deposit_usd: Money that it begins with on paper.
        uses: Which books use it; empty means that the workspace's book has all of it.
    """

    name: str
    venue: str
    deposit_usd: Decimal
    uses: tuple[Use, ...] = ()

    def find_use(self, book: str, *, beside: bool = False) -> Use | None:
        """What a book may use of it; None for nothing.

        Args:
            book: Name of the book.
            beside: Whether it is not the workspace's own, and so uses only what names it.
        """
        if not self.uses:
            return None if beside else Use(book, _WHOLE)
        return next((use for use in self.uses if use.book == book), None)


def read_accounts(top: Mapping[str, Any], reader: TomlReader) -> tuple[AccountSettings, ...]:
    """The accounts of a settings file; faults go to the reader.

    Args:
        top: The file as read.
        reader: Collects faults.
    """
    rows = top.get("account", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        reader.refuse(
            "settings.account", "accounts are no tables", "begin each with `[[account]]`", "account"
        )
        return ()
    accounts = tuple(each for row in rows for each in _read_account(row, reader))
    names = [account.name for account in accounts]
    for name in sorted({name for name in names if names.count(name) > 1}):
        reader.refuse(
            "settings.account", f'the account "{name}" stands twice', "rename one", f"{_ACCOUNT}name"
        )
    return accounts


def _read_account(row: Mapping[str, Any], reader: TomlReader) -> Iterator[AccountSettings]:
    reader.check_keys(row, ("name", "venue", "deposit_usd", "reserved", "books"), _ACCOUNT)
    name, venue = reader.take(row, "name", str, _ACCOUNT), reader.take(row, "venue", str, _ACCOUNT)
    deposit = _read_amount(row.get("deposit_usd", 0), f"{_ACCOUNT}deposit_usd", reader)
    if "reserved" in row:
        hint = "take it out: an account on paper holds the dollars of its books and no coin beside them"
        reader.refuse("settings.reserved", "no coins are reserved on paper", hint, f"{_ACCOUNT}reserved")
    uses = tuple(use for each in _list_tables(row, "books", reader) for use in _read_use(each, reader))
    if name is not None and not _NAME.fullmatch(name):
        hint = "take letters, digits, `-`, `_` and `.`, such as `main`"
        reader.refuse("settings.account", f'the account is called "{name}"', hint, f"{_ACCOUNT}name")
    elif venue == "":
        hint = "name the venue that it is at"
        reader.refuse("settings.account", "the account has no venue", hint, f"{_ACCOUNT}venue")
    elif name and venue and deposit is not None:
        _check_uses(name, uses, reader)
        yield AccountSettings(name, venue, deposit, uses)


def _list_tables(row: Mapping[str, Any], key: str, reader: TomlReader) -> list[Mapping[str, Any]]:
    rows = row.get(key, [])
    if isinstance(rows, list) and all(isinstance(each, dict) for each in rows):
        return rows
    hint = 'write `[{ name = "funding-carry", share = "60%", bases = ["BTC"] }]`'
    reader.refuse("settings.account", f"{key} are no list of tables", hint, f"{_ACCOUNT}{key}")
    return []


def _read_amount(value: Any, column: str, reader: TomlReader) -> Decimal | None:
    """An amount of money, zero or above."""
    number = _read_number(column, value, _DOLLARS)
    if number is None or number < 0:
        reader.refuse("settings.amount", f"{value!r} is no amount", "write a number such as 2000", column)
        return None
    return number


def _read_use(row: Mapping[str, Any], reader: TomlReader) -> Iterator[Use]:
    column = f"{_ACCOUNT}books."
    reader.check_keys(row, ("name", "share", "bases"), column)
    name, share = reader.take(row, "name", str, column), row.get("share", "100%")
    number = _read_number("share", share, RATIO)
    if number is None or not 0 < number <= _WHOLE:
        reader.refuse(
            "settings.share", f"the share is {share!r}", "write one such as `60%`", f"{column}share"
        )
        return
    bases = row.get("bases", [])
    if not isinstance(bases, list) or not all(isinstance(base, str) for base in bases):
        reader.refuse("settings.account", "bases are no list of coins", 'write `["BTC"]`', f"{column}bases")
        return
    if name:
        yield Use(name, number, tuple(bases))


def _read_number(name: str, value: Any, unit: Unit) -> Decimal | None:
    """A number of a unit, written as a number or as a text; None if it is none."""
    if isinstance(value, bool):
        return None
    quantity = read_quantity(name, value if isinstance(value, str) else repr(value), unit.name)
    if not isinstance(quantity, Quantity) or not isinstance(quantity.value, Decimal):
        return None
    return quantity.count_in(unit) if quantity.type.unit.dimension is unit.dimension else None


def _check_uses(name: str, uses: Sequence[Use], reader: TomlReader) -> None:
    """Books that share an account trade different coins, and together no more than all of its money."""
    column = f"{_ACCOUNT}books"
    total = sum((use.share for use in uses), Decimal(0))
    if total > _WHOLE:
        message = f'the books of account "{name}" have {total * 100:f} % of it'
        reader.refuse("settings.share", message, "shares add up to at most 100 %", column)
    for place, use in enumerate(uses):
        for other in uses[place + 1 :]:
            if use.book == other.book:
                message = f'{use.book} stands twice in account "{name}"'
                reader.refuse("settings.account", message, "name all of its coins at once", column)
                continue
            common = set(use.bases) & set(other.bases)
            if not use.bases or not other.bases or common:
                coins = ", ".join(sorted(common)) or "the same coins"
                message = f'{use.book} and {other.book} both trade {coins} in account "{name}"'
                reader.refuse("settings.bases", message, "give each book coins of its own", column)
