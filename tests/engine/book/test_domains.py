from __future__ import annotations

from dataclasses import replace

import pytest

from engine.book.compile import CompiledBook, compile_book
from engine.book.domains import read_domains
from engine.book.load import load_book
from engine.operations.lint import lint_book
from engine.operations.starter import find_starter
from engine.tables.checked import CheckedTable
from engine.tables.compile import check_table
from engine.tables.lint.finding import FindingKind
from engine.tables.read import parse_table


def compile_starter(name: str = "vol", minimum: str = "", maximum: str = "") -> CompiledBook:
    """The starter book with other bounds of one metric."""
    book = load_book(find_starter())
    metrics = tuple(
        replace(metric, minimum=minimum, maximum=maximum) if metric.name == name else metric
        for metric in book.metrics
    )
    return compile_book(replace(book, metrics=metrics))


@pytest.mark.parametrize(
    ("metric", "minimum", "maximum", "bounds"),
    [
        ("vol", "0", "", (0.0, None)),
        ("vol", "0%", "50%", (0.0, 0.5)),
        ("spread", "5bps", "0.01", (0.0005, 0.01)),
        ("break_even_days", "12h", "2w", (0.5, 14.0)),
        ("net_apr", "-100%", "300%", (-1.0, 3.0)),
        ("volume_usd", "", "20M", (None, 20e6)),
    ],
)
def test_bounds_are_counted_in_the_unit_of_their_metric(
    metric: str, minimum: str, maximum: str, bounds: tuple[float | None, float | None]
) -> None:
    name = read_domains(compile_starter(metric, minimum, maximum)).find(metric)
    assert name is not None
    assert (name.minimum, name.maximum) == bounds


def test_lint_of_a_book_knows_the_domains_of_metrics() -> None:
    gaps = [
        [found.message for found in lint_book(compile_starter("vol", "0", top), ["entry"])]
        for top in ("", "120%")
    ]
    assert "no rule accepts vol > 120%" in gaps[0]
    assert not any("vol >" in message for message in gaps[1])


def test_churn_of_a_book_between_entry_and_exit() -> None:
    compiled = compile_starter()
    text = "id,net_apr,then keep\nX1,< strong_net_apr,0\n"
    leave = check_table(parse_table(text, name="exit", hit_policy="FIRST"), compiled.scope)
    assert isinstance(leave, CheckedTable)
    book = replace(compiled, tables={**compiled.tables, "exit": leave})
    churn = [found for found in lint_book(book, book.tables) if found.kind is FindingKind.CHURN]
    assert [found.rules for found in churn] == [("E2", "X1")]
