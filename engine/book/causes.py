"""Why a metric is unknown: the values at its bottom that are missing."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping

from engine.language.core import Apply, Column, Core


def find_causes(
    formulas: Mapping[str, Core], unknown: Container[str], names: Iterable[str]
) -> tuple[str, ...]:
    """What is missing, so that some names are unknown in a row.

    A metric is unknown because a name in its formula is, and so on down. A metric whose own names are all
    known is a cause itself: it divides by zero, or looks back over rows that are missing.

    Args:
        formulas: Bound formula of each metric.
        unknown: Names that are unknown in the row.
        names: The names asked about; each is unknown.

    Returns:
        The causes, each once, in the order of the formulas.
    """
    return tuple(dict.fromkeys(cause for name in names for cause in _trace(formulas, unknown, name)))


def _trace(formulas: Mapping[str, Core], unknown: Container[str], name: str) -> Iterator[str]:
    below = [below for below in _list_names(formulas[name]) if below in unknown] if name in formulas else []
    if not below:
        yield name
    for each in below:
        yield from _trace(formulas, unknown, each)


def _list_names(core: Core) -> Iterator[str]:
    """Names that a formula reads in its own row; what a window holds is not told by the row."""
    match core:
        case Column(name=name):
            yield name
        case Apply(function=function, arguments=arguments) if function.scope == "row":
            for argument in arguments:
                yield from _list_names(argument)
