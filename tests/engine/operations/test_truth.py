"""Paper trading over recorded history, held against an account that is kept apart from the engine.

The programs in `recount/` import nothing of the engine: they read the raw files, and count from what a run
told what each lot, payment, margin, limit and day has to be.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from engine.book.bind import bind
from engine.book.compile import compile_book
from engine.book.load import load_book
from engine.ledger.attribution import Standing
from engine.ledger.days import Day
from engine.ledger.store import open_store
from engine.operations.run import run_blocks
from engine.operations.sources import RecordedSource
from engine.operations.starter import find_starter
from engine.operations.trade import TradedCycle, Trader, trade_run
from engine.portfolio.program import build_program
from engine.portfolio.signals import Account
from engine.recording.history import open_history

VENUE, COINS = "binance", ["BTC", "ETH", "XRP"]
LOOSE = {
    "entry_net_apr": "0%",
    "strong_net_apr": "0%",
    "max_entry_basis": "2%",
    "max_vol": "500%",
    "min_hold": "0d",
    "reentry_wait": "0h",
    "min_volume_usd": "0",
    "min_depth_usd": "0",
    "convergence_gain": "0.1%",
    "expected_hold": "365d",
}
LOOSE_NUMBERS = {"entry_net_apr": 0.0, "min_hold": 0.0, "min_depth": 0.0, "convergence": 0.001}


MUCH = {"capital": 2e5, "exit_apr": 0.12, "entry_net_apr": 0.5, "one_coin": 0.2, "convergence": 0.02}


@dataclass(frozen=True)
class Case:
    """A stretch of history, and a book.

    Attributes:
        start: First day.
        end: Last day, itself left out.
        shows: What has to happen, or the stretch shows nothing.
        parameters: Of the book, where they are not the starter's.
        numbers: The same for the recount.
        cells: Cells of `limits.csv` that are not the starter's, by limit and column.
    """

    start: datetime
    end: datetime
    shows: set[str]
    parameters: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, Any] = field(default_factory=dict)
    cells: Mapping[tuple[str, str], str] = field(default_factory=dict)


CASES = {
    "the starter book as it is, and a forced close": Case(
        datetime(2021, 1, 1, tzinfo=UTC),
        datetime(2021, 1, 8, tzinfo=UTC),
        {
            "fill liquidation",
            "dust urgent",
            "top up by leverage",
            "naked-usd begins",
            "filled at another price",
        },
    ),
    "a crash with low bounds: exits of every kind": Case(
        datetime(2021, 5, 16, tzinfo=UTC),
        datetime(2021, 5, 27, tzinfo=UTC),
        {"urgent by X2", "exit by X3", "exit by X4", "top up by leverage", "funding", "dust exit"},
        {**LOOSE, "depth_share": "0.01%"},
        {**LOOSE_NUMBERS, "depth_share": 0.0001},
    ),
    "much money in a rise: halves, reductions and the share of a coin": Case(
        datetime(2021, 4, 20, tzinfo=UTC),
        datetime(2021, 5, 1, tzinfo=UTC),
        {"exit by X5", "clipped by one-coin", "reduce by liq-near", "margin exit"},
        {**LOOSE, "capital_usd": "200k", "exit_apr": "12%", "entry_net_apr": "50%", "convergence_gain": "2%"},
        {**LOOSE_NUMBERS, **MUCH},
        {("one-coin", "must be"): "<= 20%"},
    ),
    "an entry beside a top-up, which has the money first": Case(
        datetime(2021, 2, 1, tzinfo=UTC),
        datetime(2021, 2, 4, tzinfo=UTC),
        {"top up by leverage"},
        {**LOOSE, "capital_usd": "200k", "exit_apr": "12%", "entry_net_apr": "50%", "convergence_gain": "2%"},
        {**LOOSE_NUMBERS, **MUCH},
        {("one-coin", "must be"): "<= 20%"},
    ),
}


@pytest.fixture(scope="module")
def modules(load_module: Callable[[Path, str], ModuleType]) -> dict[str, ModuleType]:
    folder = Path(__file__).with_name("recount")
    return {
        name: load_module(folder / f"{name}.py", f"recount_{name}")
        for name in ("raw", "money", "deciding", "recount")
    }


def edit_limits(folder: Path, cells: Mapping[tuple[str, str], str]) -> Path:
    """A copy of the starter book with other cells of its limits."""
    shutil.copytree(find_starter() / "draft", folder)
    file = folder / "limits.csv"
    header, *rows = csv.reader(file.read_text(encoding="utf-8").splitlines())
    told = [[cells.get((row[0], name), cell) for name, cell in zip(header, row, strict=True)] for row in rows]
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([header, *told])
    return folder


def tell(recount: ModuleType, cycle: TradedCycle) -> Any:
    """What a cycle told, as plain rows."""
    traded = cycle.traded
    held = {pair: told for pair, told in traded.memory.pairs.items() if any(told["units"])}
    return recount.Told(
        cycle.outcome.at,
        *(frame.to_dicts() for frame in (traded.events, traded.verdicts, traded.acts, traded.changes)),
        traded.book.to_dicts()[0],
        sum(traded.memory.wallets.values()),
        {pair: told["margin"][1] for pair, told in held.items()},
    )


def compare_days(days: tuple[Day, ...], counted: Mapping[str, Any]) -> None:
    """The ledger's days against those that were counted, by cause."""
    assert [day.day.isoformat() for day in days] == list(counted)
    for day in days:
        other, told = counted[day.day.isoformat()], day.total
        total = other.end - other.start - other.flows
        causes = {**other.causes, "basis": total - sum(other.causes.values()), "total": total}
        for cause, amount in {**causes, "slippage": 0, "borrow": 0, "currency": 0}.items():
            assert abs(getattr(told, cause) - amount) < Decimal("0.005"), (day.day, cause)
        assert abs(day.equity_end - other.end) < Decimal("0.005")


def compare_holdings(standing: Standing | None, purse: Any) -> None:
    """What the ledger says is held at the end against what was counted."""
    assert standing is not None
    money = {key.wallet: amount for key, amount in standing.holdings.wallets.items() if key.coin == "USD"}
    margins = sum(position.margin for position in purse.held.values())
    for wallet, counted in ((f"{VENUE}:spot", purse.wallet), (f"{VENUE}:futures", margins)):
        assert abs(money.get(wallet, Decimal(0)) - counted) < Decimal("0.005")
    legs = {(key.pair, key.leg): leg.quantity for key, leg in standing.holdings.legs.items()}
    spots = {(pair, "spot"): position.units[0] for pair, position in purse.held.items()}
    perps = {(pair, "perp"): -position.units[1] for pair, position in purse.held.items()}
    assert legs == {key: units for key, units in (spots | perps).items() if units}


@pytest.mark.parametrize("name", CASES)
def test_a_run_over_history_is_counted_again_from_the_raw_files(
    name: str, shared: Path, repository: Path, tmp_path: Path, modules: Mapping[str, ModuleType]
) -> None:
    case, data = CASES[name], shared / "data"
    bound = bind(compile_book(load_book(edit_limits(tmp_path / "book", case.cells))), case.parameters)
    history = open_history(data).select(venues=[VENUE], symbols=COINS)
    book = modules["deciding"].Book(**case.numbers)
    count = modules["recount"].Recount(
        book,
        modules["raw"].Raw(data, VENUE, COINS, case.start, case.end),
        (modules["money"], modules["deciding"]),
        modules["money"].Maintenance(repository / "engine" / "portfolio" / "paper_tiers.csv"),
        VENUE,
    )
    with open_store(tmp_path / "store.sqlite") as store:
        deposits = {VENUE: Decimal(int(book.capital))}
        trader = Trader(build_program(bound), (Account(VENUE, VENUE),), deposits, store)
        cycles = trade_run(trader, run_blocks(bound, RecordedSource(history, case.start, case.end)))
        for cycle in cycles:
            count.take(tell(modules["recount"], cycle))
        compare_days(store.read_days(bound.book.manifest.name), count.days)
        compare_holdings(store.read_standing(bound.book.manifest.name), count.purse)
    assert case.shows <= set(count.seen), f"this stretch no longer shows {case.shows - set(count.seen)}"
