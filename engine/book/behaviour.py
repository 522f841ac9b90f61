"""The behaviour of a book: what it decides, whatever its notes, its layout and the order of equals."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from engine.book.compile import CompiledBook
from engine.book.fingerprint import SHOWN_CHARACTERS
from engine.book.parameters import Parameter
from engine.language.check.comparisons import TRUE
from engine.language.core import Apply, Column, Constant, Core
from engine.language.core import Parameter as ParameterNode
from engine.language.quantities import Quantity
from engine.tables.checked import CheckedTable
from engine.tables.model import HitPolicy

_IN_ORDER = (HitPolicy.FIRST, HitPolicy.PRIORITY, HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER)
"""Hit policies whose results depend on the order of the rules."""


def compute_behaviour(compiled: CompiledBook) -> str:
    """A short hash of what a book does: of its checked texts, not of the way they are written.

    Notes, titles, scenarios, spaces, the order of columns, of parameters, metrics, limits, buckets and
    targets, and the order of rules where the hit policy asks for none, do not change it. Rule ids do, as
    decisions name them; so do targets, as reports judge by them.
    """
    digests = _Digests()
    manifest = compiled.book.manifest
    told = {
        "market": [manifest.market, manifest.currency, str(manifest.day_starts)],
        "time": [manifest.cycle.total_seconds(), manifest.history.total_seconds()],
        "pairs": [*_tell_pairing(compiled, digests), manifest.rank_by, manifest.shortlist],
        "parameters": sorted(map(_tell_parameter, compiled.book.parameters)),
        "metrics": {name: digests.of(core) for name, core in compiled.sheet.formulas.items()},
        "tables": {role: _tell_table(table, digests) for role, table in compiled.tables.items()},
        "limits": sorted(_tell_limits(compiled, digests)),
        "allocation": sorted(
            (bucket.use, digests.of(share))
            for bucket, share in zip(compiled.book.allocation, compiled.shares, strict=True)
        ),
        "targets": sorted(
            (target.kpi, str(target.over), digests.of(test))
            for target, test in zip(compiled.book.targets, compiled.targets, strict=True)
        ),
    }
    text = json.dumps(told, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:SHOWN_CHARACTERS]


def _tell_pairing(compiled: CompiledBook, digests: _Digests) -> Iterable[Any]:
    pairing = compiled.book.manifest.pairing
    yield [
        (leg.name, leg.kind, leg.side, leg.pick, digests.of(capital), digests.of(weight))
        for leg, capital, weight in zip(pairing.legs, compiled.capitals, compiled.weights, strict=True)
    ]
    yield sorted(pairing.keys)
    yield {column: sorted(words) for column, words in pairing.equivalent.items()}
    yield sorted(pairing.differ)


def _tell_parameter(parameter: Parameter) -> tuple[str, ...]:
    return (parameter.name, *map(_tell_quantity, (parameter.value, parameter.minimum, parameter.maximum)))


def _tell_quantity(quantity: Quantity | None) -> str:
    if quantity is None:
        return ""
    unit = quantity.type.unit
    if isinstance(quantity.value, Decimal) and unit.scale is not None:
        return f"{(quantity.value * unit.scale).normalize()} {unit.dimension}"
    return f"{quantity.value} {quantity.type}"


def _tell_table(table: CheckedTable, digests: _Digests) -> Any:
    names = [output.name for output in table.table.outputs]
    rules = [
        [
            rule.id,
            sorted(
                f"{digests.of(subject)} {digests.of(test)}"
                for subject, test in zip(table.subjects, tests, strict=True)
                if test != TRUE
            ),
            _tell_results(names, results, digests),
        ]
        for rule, tests, results in zip(table.table.rules, table.tests, table.results, strict=True)
    ]
    policy = table.table.hit_policy
    lists = policy is HitPolicy.COLLECT and table.table.aggregation is None
    ordered = rules if policy in _IN_ORDER or lists else sorted(rules, key=lambda rule: str(rule[0]))
    return [policy, table.table.aggregation, ordered, _tell_results(names, table.default, digests)]


def _tell_results(names: Iterable[str], results: Iterable[Core], digests: _Digests) -> Mapping[str, str]:
    return {name: digests.of(result) for name, result in zip(names, results, strict=True)}


def _tell_limits(compiled: CompiledBook, digests: _Digests) -> Iterable[tuple[str, ...]]:
    for each in compiled.limits:
        limit = each.limit
        until = limit.until if each.release is None else digests.of(each.release)
        tests = digests.of(each.measure), digests.of(each.test)
        yield limit.id, limit.scope, *tests, str(limit.hold), limit.otherwise, until


class _Digests:
    """Hashes of checked texts; what is shared below several is hashed once."""

    def __init__(self) -> None:
        self._known: dict[Core, str] = {}

    def of(self, core: Core) -> str:
        """The hash of a text: equal for texts that say the same in the same form."""
        if core not in self._known:
            self._known[core] = hashlib.sha256(self._write(core).encode()).hexdigest()
        return self._known[core]

    def _write(self, core: Core) -> str:
        unit = f"{core.type.kind} {core.type.unit.dimension} {core.type.unit.scale}"
        match core:
            case Constant(value=value):
                return f"constant {unit} {value!r}"
            case ParameterNode(name=name) | Column(name=name):
                return f"{type(core).__name__} {unit} {name}"
            case Apply(function=function, arguments=arguments):
                below = " ".join(self.of(argument) for argument in arguments)
                return f"{function.scope} {function.name} {unit} ({below})"
