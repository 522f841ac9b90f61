"""The values that a book's texts are bound to: its parameters, and the capital that its legs tie up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from engine.book import manifest
from engine.book.allocation import check_shares
from engine.book.catalogue import CAPITAL_PER_NOTIONAL
from engine.book.compile import CompiledBook
from engine.errors import Diagnostic
from engine.language.bind import bind
from engine.language.core import Constant, Core
from engine.language.quantities import Quantity
from engine.language.types import Value


def settle_values(compiled: CompiledBook, parameters: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """A value for every name that is known before any market is seen.

    Args:
        compiled: The book.
        parameters: A value for each parameter.

    Returns:
        The parameters and `capital_per_notional`: the sum of what the legs tie up.
    """
    tied = (each for each in list_capitals(compiled, parameters) if each is not None)
    total = sum((Decimal(repr(each)) for each in tied), Decimal(0))
    return {**parameters, CAPITAL_PER_NOTIONAL.name: Quantity(total, CAPITAL_PER_NOTIONAL.type)}


def take_own_values(compiled: CompiledBook) -> dict[str, Quantity]:
    """The same with the values that stand in the book."""
    return settle_values(
        compiled, {parameter.name: parameter.value for parameter in compiled.book.parameters}
    )


def check_values(compiled: CompiledBook, parameters: Mapping[str, Quantity]) -> Iterator[Diagnostic]:
    """Faults that show only once parameters have values: of capitals and weights of legs, and of shares.

    Args:
        compiled: The book.
        parameters: A value for each parameter.
    """
    legs = compiled.book.manifest.pairing.legs
    for place, capital in enumerate(list_capitals(compiled, parameters)):
        if capital is None or capital <= 0:
            told = "unknown" if capital is None else f"{capital:.6g}"
            message = f"the capital of leg {legs[place].name} is {told}"
            hint = "it is the equity per unit of notional, above 0: `1` for a bought coin"
            column = f"legs.{place + 1}.capital"
            yield Diagnostic("manifest.capital", message, hint, manifest.FILE, None, column)
    for place, weight in enumerate(_list_fixed(compiled.weights, parameters)):
        if weight is None or (isinstance(weight, float) and weight <= 0):
            told = "unknown" if weight is None else f"{weight:.6g}"
            message = f"the weight of leg {legs[place].name} is {told}"
            hint = "it is a quantity beside that of the other legs, above 0: `1` for as much"
            yield Diagnostic(
                "manifest.weight", message, hint, manifest.FILE, None, f"legs.{place + 1}.weight"
            )
    yield from check_shares(compiled.book.allocation, compiled.shares, parameters)


def _list_fixed(weights: Iterable[Core], parameters: Mapping[str, Quantity]) -> list[Value | Core]:
    """The value of each weight that parameters alone decide, and the formula of each other."""
    bound = [bind(weight, parameters) for weight in weights]
    return [each.value if isinstance(each, Constant) else each for each in bound]


def list_capitals(compiled: CompiledBook, parameters: Mapping[str, Quantity]) -> list[float | None]:
    """The equity that each leg ties up per unit of notional; None where it is unknown."""
    return _count_all(compiled.capitals, parameters)


def list_shares(compiled: CompiledBook, parameters: Mapping[str, Quantity]) -> list[float | None]:
    """The share of each bucket; None where it is unknown."""
    return _count_all(compiled.shares, parameters)


def _count_all(cores: Sequence[Core], parameters: Mapping[str, Quantity]) -> list[float | None]:
    bound = [bind(core, parameters) for core in cores]
    return [
        each.value if isinstance(each, Constant) and isinstance(each.value, float) else None for each in bound
    ]
