from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from engine.book.bind import BoundBook
from engine.book.compile import compile_book
from engine.book.load import load_book
from engine.book.values import take_own_values
from engine.cycle import judge
from engine.operations.lint import lint_book
from engine.operations.run import run_book
from engine.operations.sources import GeneratedSource
from engine.operations.starter import find_starter
from engine.tables.bind import bind_table
from engine.tables.lint.finding import FindingKind, Severity
from engine.tables.lint.restriction import restrict_table

ROLES = ("universe", "entry", "exit", "sizing", "execution")


def find_churn(path: Path) -> list[str]:
    found = lint_book(compile_book(load_book(path)), ROLES)
    return [str(each) for each in found if each.kind is FindingKind.CHURN]


def test_lint_finds_nothing_worse_than_gaps_that_the_default_answers() -> None:
    found = list(lint_book(compile_book(load_book(find_starter())), ROLES))
    assert {each.severity for each in found} == {Severity.INFO}


def test_the_universe_keeps_a_pair_out_that_would_be_left_at_once(tmp_path: Path) -> None:
    draft = tmp_path / "draft"
    draft.mkdir()
    for file in (find_starter() / "draft").iterdir():
        (draft / file.name).write_bytes(file.read_bytes())
    assert find_churn(draft) == []
    universe = draft / "universe.csv"
    universe.write_text(universe.read_text().replace(">= 30d", "-"))
    (draft / "scenarios.csv").unlink()
    found = find_churn(draft)
    assert len(found) == 2
    assert all("X1 of exit.csv" in each for each in found)


def test_one_table_says_what_two_say_in_turn(starter: BoundBook) -> None:
    compiled = compile_book(load_book(find_starter()))
    both = restrict_table(compiled.tables["entry"], compiled.tables["universe"], "include")
    table = bind_table(both, take_own_values(compiled))
    source = GeneratedSource(3, datetime(2026, 1, 1, tzinfo=UTC), 2)
    for outcome in run_book(starter, source):
        said = table.evaluate(outcome.pairs)
        told = judge(starter, outcome.pairs).with_columns(joined=said["enter"])
        known = told.filter(pl.col("decision") != "unknown")
        assert known.height > 20
        assert (known["joined"] == (known["decision"] == "enter")).all()
