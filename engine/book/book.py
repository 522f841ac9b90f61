"""A rule book as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.book.allocation import Bucket
from engine.book.limits import Limit
from engine.book.manifest import Manifest
from engine.book.parameters import Parameter
from engine.book.scenarios.sheet import ScenarioSheet
from engine.book.targets import Target
from engine.language.metrics import Metric
from engine.tables.model import Table


@dataclass(frozen=True, slots=True)
class Book:
    """One version of a rule book.

    Attributes:
        version: `draft`, or the name of the published version.
        fingerprint: Changes with any character of any file.
        manifest: What stands in `book.toml`.
        parameters: Parameters, in the order of the sheet.
        metrics: Metrics, in the order of the sheet.
        tables: Decision tables by role.
        limits: Limits, in the order of the sheet.
        allocation: Buckets, in the order of the sheet.
        targets: Targets, in the order of the sheet.
        scenarios: The book's own tests.
    """

    version: str
    fingerprint: str
    manifest: Manifest
    parameters: tuple[Parameter, ...] = field(repr=False)
    metrics: tuple[Metric, ...] = field(repr=False)
    tables: Mapping[str, Table] = field(repr=False)
    limits: tuple[Limit, ...] = field(repr=False)
    allocation: tuple[Bucket, ...] = field(repr=False)
    targets: tuple[Target, ...] = field(repr=False)
    scenarios: ScenarioSheet = field(repr=False)
