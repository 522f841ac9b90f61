"""The engine ends at every step of what it brings to the disk, and goes on as if it had not."""

from __future__ import annotations

import shutil
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.book.bind import BoundBook

BEFORE = 6
"""Cycles after which a desk holds two positions, and an order that closes one waits."""


def ask_for_much(paper: Any, desk: Path) -> None:
    """Money in and out, more than there is, and limits released that act and that do not."""
    paper.ask(desk, "deposit", 1, account="binance", amount_usd=Decimal("100.25"))
    paper.ask(desk, "withdrawal", 2, account="binance", amount_usd=Decimal("40.125"))
    paper.ask(desk, "withdrawal", 3, account="binance", amount_usd=Decimal(100_000))
    paper.ask(desk, "release", 4, limit="corr")
    paper.ask(desk, "release", 5, limit="drawdown")


def end_at(paper: Any, step: int, desk: Path, bound: BoundBook, cycles: int | None = None) -> bool:
    """Trade there until the process ends at a step; whether it did."""
    with pytest.MonkeyPatch.context() as patch:
        paper.Pretence(step).light(patch.setattr)
        try:
            list(paper.trade(desk, bound, cycles))
        except paper.Crash:
            return True
    return False


def go_on(paper: Any, desk: Path, bound: BoundBook, until: int) -> None:
    """Trade there until so many cycles are in the ledger."""
    done = paper.count_cycles(desk)
    with closing(paper.trade(desk, bound)) as cycles:
        while done < until:
            done += next(cycles) is not None


@pytest.fixture
def half(paper: Any, small_history: Path, starter: BoundBook, tmp_path: Path) -> Path:
    """A desk in the middle of its days, of whose engine much is asked."""
    desk = tmp_path / "half"
    paper.make_desk(desk, small_history)
    list(paper.trade(desk, starter, BEFORE))
    ask_for_much(paper, desk)
    return desk


@pytest.mark.parametrize("stride", [5, pytest.param(1, marks=pytest.mark.slow, id="every")])
def test_a_cycle_ends_the_same_wherever_it_was_cut(
    paper: Any, half: Path, starter: BoundBook, tmp_path: Path, stride: int
) -> None:
    whole = Path(shutil.copytree(half, tmp_path / "whole"))
    list(paper.trade(whole, starter, 2))
    wanted, step, ended = paper.tell(whole), 1, True
    while ended:
        cut = Path(shutil.copytree(half, tmp_path / f"cut-{step}"))
        ended = end_at(paper, step, cut, starter, 2)
        go_on(paper, cut, starter, BEFORE + 2)
        assert paper.tell(cut) == wanted, step
        shutil.rmtree(cut)
        step += stride
    assert step > 60


@pytest.mark.parametrize("stride", [9, pytest.param(1, marks=pytest.mark.slow, id="every")])
def test_the_first_cycle_is_traded_wherever_it_was_cut(
    paper: Any, small_history: Path, starter: BoundBook, tmp_path: Path, stride: int
) -> None:
    whole = tmp_path / "whole"
    paper.make_desk(whole, small_history)
    list(paper.trade(whole, starter, 1))
    wanted, step, ended = paper.tell(whole), 0, True
    while ended:
        cut = tmp_path / f"cut-{step}"
        paper.make_desk(cut, small_history)
        ended = end_at(paper, step, cut, starter, 1)
        go_on(paper, cut, starter, 1)
        assert paper.tell(cut) == wanted, step
        step += stride
    assert step > 80


def test_a_life_that_is_cut_ever_later_is_the_life_that_was_not(
    paper: Any, small_history: Path, starter: BoundBook, tmp_path: Path
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    for desk in (whole, cut):
        paper.make_desk(desk, small_history)
        list(paper.trade(desk, starter, 1))
        ask_for_much(paper, desk)
    list(paper.trade(whole, starter))
    step = 8
    while end_at(paper, step, cut, starter):
        step += 3
    assert paper.tell(cut) == paper.tell(whole)
    assert len(paper.tell(cut)["cycles"]) == paper.CYCLES
    assert step > 30
