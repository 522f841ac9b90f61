"""What may be added, compared, multiplied and divided, and what comes out."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest

from engine.language.check import check_formula
from engine.language.metrics import Metric, check_metrics
from engine.language.names import Scope, build_scope
from engine.language.types import Name, Stage
from engine.market.catalogue import names_for
from engine.model import Leg

SCHEMA: dict[str, Any] = {
    "x": "number",
    "ratio": "ratio",
    "basis_bps": "bps",
    "net_apr": "apr",
    "age_hours": "hours",
    "listed_days": "days",
    "volume_usd": "usd",
    "bid": "price",
    "size": "quantity",
    "ts": "instant",
}
PARAMETERS = {"hold": "3d", "fee": "0.1%", "min_volume_usd": "20M"}


def check_unit(text: str) -> str | None:
    """The dimension and unit that come out, or None where the text is refused for its units."""
    checked = check_formula(text, build_scope(SCHEMA, PARAMETERS))
    if checked.core is not None:
        unit = checked.core.type.unit
        return f"{unit.dimension} {unit.name}" if unit.scale is not None else f"{unit.dimension} ?"
    assert {each.code for each in checked.diagnostics} == {"unit.mismatch"}, checked.diagnostics
    return None


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("ratio + ratio", "ratio ratio"),
        ("ratio + basis_bps", "ratio ratio"),
        ("basis_bps - ratio", "ratio bps"),
        ("age_hours + listed_days", "duration hours"),
        ("age_hours + 2d", "duration hours"),
        ("age_hours + hold", "duration hours"),
        ("hold + 2h", "duration s"),
        ("age_hours + 2", "duration hours"),
        ("net_apr + 5%", "rate per time apr"),
        ("volume_usd - min_volume_usd", "money usd"),
        ("bid + ratio", None),
        ("net_apr + ratio", None),
        ("volume_usd + bid", None),
        ("age_hours + volume_usd", None),
        ("net_apr + 2d", None),
        ("hold + 2", None),
        ("bid * size", "money usd"),
        ("volume_usd / bid", "quantity quantity"),
        ("volume_usd / size", "price price"),
        ("volume_usd / volume_usd", "ratio ratio"),
        ("(bid - bid) / bid", "ratio ratio"),
        ("age_hours / 1d", "number periods"),
        ("net_apr * (hold / 365d)", "ratio ratio"),
        ("ratio / (hold / 365d)", "rate per time apr"),
        ("fee * volume_usd", "money usd"),
        ("volume_usd * fee", "money usd"),
        ("net_apr * fee", "rate per time apr"),
        ("volume_usd * 2", "money usd"),
        ("age_hours * 2", "duration ?"),
        ("age_hours / 24", "duration ?"),
        ("basis_bps * 2", "ratio ?"),
        ("hold * 2", "duration s"),
        ("net_apr * 2", "number number"),
        ("bid * hold", None),
        ("hold / bid", None),
        ("2 ** hold", None),
        ("ts - ts", "duration s"),
        ("abs(age_hours)", "duration hours"),
        ("max(age_hours, listed_days)", "duration hours"),
        ("max(age_hours, volume_usd)", None),
        ("mean(basis_bps, 3bps)", "ratio bps"),
        ("if x > 1 then age_hours else 2d", "duration hours"),
        ("if x > 1 then age_hours else bid", None),
        ("sqrt(x)", "number number"),
        ("rolling_mean(net_apr, 3d)", "rate per time apr"),
        ("lag(bid, 1h) / bid", "ratio ratio"),
    ],
)
def test_units_of_sums_products_and_quotients(text: str, unit: str | None) -> None:
    assert check_unit(text) == unit


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("age_hours > 2d", True),
        ("age_hours > 48", True),
        ("age_hours > hold", True),
        ("age_hours > listed_days", True),
        ("age_hours / 24 > 2d", False),
        ("age_hours / 24 > 2", True),
        ("age_hours * 2 > listed_days", False),
        ("hold > 50", False),
        ("hold > 2d", True),
        ("hold > 0", True),
        ("net_apr > 5%", True),
        ("net_apr > ratio", False),
        ("ratio > 5bps", True),
        ("bid > volume_usd", False),
        ("volume_usd > 20M", True),
        ("volume_usd > 5%", False),
        ("volume_usd > 5h", False),
        ("age_hours in [1d..3d]", True),
        ("age_hours in [1d..3%]", False),
        ("age_hours between 1d and 3", True),
        ("ts - ts > 2d", True),
        ("ts - ts > 5", True),
        ("basis_bps in (5bps, 0.1%)", True),
        ("basis_bps in (5bps, 3h)", False),
    ],
)
def test_what_may_be_compared(text: str, accepted: bool) -> None:
    assert (check_unit(text) is not None) == accepted


def read_block(text: str, name: str) -> list[dict[str, str]]:
    """A table of the worked example, by the comment above it."""
    found = re.search(rf"# {re.escape(name)}[^\n]*\n(.*?)\n(?:#|```)", text, re.DOTALL)
    assert found is not None
    return list(csv.DictReader(io.StringIO(found.group(1))))


@pytest.fixture(scope="module")
def example(shared: Path) -> str:
    path = shared / "worked_example.md"
    if not path.exists():
        pytest.skip("needs ../shared/worked_example.md")
    return path.read_text(encoding="utf-8")


def catalogue_scope(parameters: dict[str, str]) -> Scope:
    legs = (Leg(name="spot", kind="spot", side="buy"), Leg(name="perp", kind="swap", side="sell"))
    schema = {
        entry.name: (entry.type, entry.unit) if entry.type == "number" else entry.type
        for entry in names_for(legs)
    }
    book = [Name("capital_per_notional", build_scope({"c": "ratio"}).names["c"].type, Stage.MARKET)]
    return build_scope(schema, parameters).with_names(book)


def test_the_metrics_of_the_worked_example_check(example: str) -> None:
    parameters = {row["name"]: row["value"] for row in read_block(example, "parameters.csv")}
    metrics = [
        Metric(row["name"], row["formula"], row["unit"], row=line)
        for line, row in enumerate(read_block(example, "metrics.csv"), 2)
    ]
    assert len(parameters) > 20
    assert len(metrics) > 15
    sheet = check_metrics(metrics, catalogue_scope(parameters))
    assert [str(each) for each in sheet.diagnostics] == []
    assert list(sheet.formulas) != []
