"""Types of columns: decimals and times as text, so that no database rounds them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal as text, with all of its digits; refuses floats."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """The text of a decimal, without an exponent."""
        del dialect
        if value is None:
            return None
        if not isinstance(value, Decimal) or not value.is_finite():
            raise TypeError(f"{value!r} is no finite decimal; the ledger keeps no {type(value).__name__}")
        return f"{value:f}"

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """The decimal of a text."""
        del dialect
        return None if value is None else Decimal(value)


class Instant(TypeDecorator[datetime]):
    """An aware time as text in UTC, in microseconds, so that texts sort as times do."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """The text of a time."""
        del dialect
        if value is None:
            return None
        if value.utcoffset() is None:
            raise TypeError(f"{value} has no time zone")
        return datetime.strftime(value.astimezone(UTC), _FORM)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The time of a text, in UTC."""
        del dialect
        return None if value is None else datetime.strptime(value, _FORM).replace(tzinfo=UTC)
