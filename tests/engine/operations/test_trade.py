"""Trading on paper in a workspace: money that comes and goes, limits by hand, and what is refused."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.book.bind import BoundBook
from engine.errors import BookErrors, LedgerError, RecordingError, RequestError, UsageError
from engine.ledger.balances import Purse
from engine.ledger.store import open_store
from engine.operations import trade
from engine.portfolio.memory import read_memory

ACCOUNT = '[[account]]\nname = "main"\nvenue = "binance"\ndeposit_usd = 2000\n'
BEFORE = 6
"""Cycles after which two positions are held, and an order that closes one waits."""


@pytest.fixture
def desk(paper: Any, small_history: Path, tmp_path: Path) -> Path:
    """A new workspace over the small market, with an account of its own."""
    folder = tmp_path / "desk"
    paper.make_desk(folder, small_history, ACCOUNT)
    return folder


@pytest.fixture
def run(paper: Any, desk: Path, starter: BoundBook) -> Callable[..., list[Any]]:
    """Trades so many cycles of that workspace, or all that are left."""
    return lambda cycles=None: list(paper.trade(desk, starter, cycles))


@pytest.fixture
def edit(paper: Any, desk: Path) -> Callable[..., BoundBook]:
    """Changes a file of the book in that workspace, and binds it again."""

    def change(name: str, old: str, new: str) -> BoundBook:
        path = desk / "rules" / paper.BOOK / "draft" / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        bound: BoundBook = paper.bind_book(desk)
        return bound

    return change


def set_settings(desk: Path, old: str, new: str) -> None:
    path = desk / "settings.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def list_files(desk: Path, folder: str) -> list[str]:
    return sorted(path.name for path in (desk / "requests" / folder).glob("*") if path.is_file())


def test_money_that_comes_and_goes_is_no_profit(
    paper: Any, desk: Path, run: Callable[..., list[Any]]
) -> None:
    run(2)
    twin = Path(shutil.copytree(desk, desk.with_name("twin")))
    paper.ask(desk, "deposit", 1, account="main", amount_usd=Decimal("500.10"))
    paper.ask(desk, "withdrawal", 2, account="main", amount_usd=Decimal("700.3"))
    (cycle,) = run(1)
    (usual,) = paper.trade(twin, paper.bind_book(twin), 1)
    books = [each.traded.book.row(0, named=True) for each in (cycle, usual)]
    assert books[0]["equity_usd"] - books[1]["equity_usd"] == pytest.approx(500.10 - 700.3, abs=1e-9)
    for name in ("unit", "peak"):
        ours, theirs = (each.traded.memory.book[name] for each in (cycle, usual))
        assert ours == pytest.approx(theirs, rel=1e-12)
    told = [e.event for e in paper.tell(desk)["entries"] if e.event.KIND in ("deposit", "withdrawal")]
    assert [(event.KIND, event.amount) for event in told[1:]] == [
        ("deposit", Decimal("500.10")),
        ("withdrawal", Decimal("700.3")),
    ]
    (day,) = paper.tell(desk)["days"]
    assert (day.deposits, day.withdrawals) == (Decimal("2500.10"), Decimal("700.3"))
    assert len(list_files(desk, "done")) == 2
    assert [each.taken for each in run(1)] == [()]


def test_more_than_is_free_is_refused_and_no_wallet_falls_below_zero(
    paper: Any, desk: Path, run: Callable[..., list[Any]]
) -> None:
    (first,) = run(1)
    orders = first.traded.verdicts.filter(verdict="approved").height
    assert orders > 0
    paper.ask(desk, "withdrawal", 1, account="main", amount_usd=Decimal(1_900))
    paper.ask(desk, "withdrawal", 2, account="main", amount_usd=Decimal(600))
    paper.ask(desk, "withdrawal", 3, account="else", amount_usd=Decimal(1))
    (cycle,) = run(1)
    assert [request.amount_usd for request in cycle.taken] == [600]
    reasons = [refusal.reason for refusal in cycle.refused]
    assert "1900 USD are more than is free in account main: 6" in reasons[0]
    assert 'funding-carry has no account "else"; it has main' in reasons[1]
    assert cycle.traded.events.filter(kind="fill").height == 2 * orders
    assert 0 <= cycle.traded.memory.wallets["main"] < 100
    wallets = paper.tell(desk)["standing"].holdings.wallets
    assert wallets[Purse("main", "binance:spot", "USD")] >= 0
    names = list_files(desk, "refused")
    assert [name[-4:] for name in names] == ["json", ".txt"] * 2
    assert (desk / "requests" / "refused" / names[1]).read_text() == f"{reasons[0]}\n"
    assert [each.refused for each in run(1)] == [()]


def test_a_limit_that_is_released_begins_again_if_it_is_still_breached(
    paper: Any, desk: Path, run: Callable[..., list[Any]]
) -> None:
    acting = {latch.limit: latch for latch in run(3)[-1].traded.memory.latches}
    paper.ask(desk, "release", 1, limit="corr")
    paper.ask(desk, "release", 2, limit="corr", entity="binance")
    (cycle,) = run(1)
    again = {latch.limit: latch for latch in cycle.traded.memory.latches}
    assert again["corr"].active > acting["corr"].active
    assert cycle.traded.changes.filter(limit="corr")["change"].to_list() == ["begins"]
    assert [refusal.reason for refusal in cycle.refused] == [
        "corr does not act on binance: there is nothing to release"
    ]


def test_a_request_that_was_taken_in_and_not_put_away_is_put_away_later(
    paper: Any, desk: Path, run: Callable[..., list[Any]]
) -> None:
    run(1)
    paper.ask(desk, "deposit", 1, account="main", amount_usd=Decimal(5))
    run(1)
    (done,) = (desk / "requests" / "done").iterdir()
    done.rename(desk / "requests" / done.name)
    assert [each.taken for each in run(2)] == [(), ()]
    assert list_files(desk, "done") == [done.name]
    assert list_files(desk, ".") == []


@pytest.mark.parametrize(
    "told", ["{", "[]", '{"id": "x"}', {"wish": "dance"}, {"amount_usd": "-5"}, {"at": "soon"}, {"id": "x"}]
)
def test_a_file_that_holds_no_request_is_named(
    paper: Any, desk: Path, run: Callable[..., list[Any]], told: str | dict[str, str]
) -> None:
    paper.ask(desk, "deposit", 1, account="main", amount_usd=Decimal(5))
    (path,) = (desk / "requests").glob("*.json")
    whole = json.loads(path.read_text())
    path.write_text(told if isinstance(told, str) else json.dumps({**whole, **told}))
    with pytest.raises(RequestError, match=f"{path.name} holds no request"):
        run(1)
    path.unlink()
    assert [cycle.late for cycle in run(1)] == [True, False]


def test_an_order_is_filled_although_the_rule_that_made_it_is_gone(
    paper: Any, desk: Path, run: Callable[..., list[Any]], edit: Callable[..., BoundBook]
) -> None:
    run(BEFORE)
    with pytest.raises(BookErrors, match="nothing that the table can say"):
        edit("exit.csv", "X2,", "X9,")
    bound = edit("scenarios.csv", "X2", "X9")
    (cycle,) = paper.trade(desk, bound, 1)
    fills = cycle.traded.events.filter(kind="fill")
    assert fills["purpose"].to_list() == ["urgent"] * 2
    assert fills["rule"].to_list() == [None] * 2


def test_a_rule_that_moved_is_still_the_one_that_an_order_names(
    paper: Any, desk: Path, run: Callable[..., list[Any]], edit: Callable[..., BoundBook]
) -> None:
    run(BEFORE)
    bound = edit("exit.csv", "X1,", "X0,-,-,-,-,-,<= 1h,0%,true,\nX1,")
    (cycle,) = paper.trade(desk, bound, 1)
    assert cycle.traded.events.filter(kind="fill")["rule"].to_list() == ["X2"] * 2


def test_a_cycle_is_caught_up_by_the_version_that_decided_it(
    paper: Any, desk: Path, starter: BoundBook, edit: Callable[..., BoundBook], tmp_path: Path
) -> None:
    list(paper.trade(desk, starter, BEFORE - 1))
    whole = Path(shutil.copytree(desk, tmp_path / "whole"))
    list(paper.trade(whole, starter, 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trade.Trader, "_enter", lambda *_: (_ for _ in ()).throw(paper.Crash))
        with pytest.raises(paper.Crash):
            list(paper.trade(desk, starter, 1))
    assert paper.count_cycles(desk) == BEFORE - 1
    bound = edit("exit.csv", ",true,we pay: out at once", ",false,we pay")
    late, ahead = paper.trade(desk, bound, 1)
    assert (late.late, ahead.late) == (True, False)
    assert late.traded.acts["act"].to_list() == ["urgent"]
    ours, wanted = paper.tell(desk), paper.tell(whole)
    assert ours["cycles"][:BEFORE] == wanted["cycles"]
    versions = [entry.event.version for entry in ours["entries"] if entry.event.at == ahead.outcome.at]
    assert set(versions) == {f"draft {bound.book.fingerprint}"}


def test_a_workspace_that_recorded_and_kept_no_store_goes_on(
    paper: Any, desk: Path, run: Callable[..., list[Any]]
) -> None:
    run(3)
    for path in desk.glob("store.sqlite*"):
        path.unlink()
    (cycle,) = run(1)
    assert cycle.outcome.at == paper.START + 3 * paper.STEP
    assert paper.count_cycles(desk) == 1


def test_cycles_of_another_book_are_not_traded(
    paper: Any, desk: Path, run: Callable[..., list[Any]], edit: Callable[..., BoundBook]
) -> None:
    run(2)
    other = edit("book.toml", 'name = "funding-carry"', 'name = "other-carry"')
    list(paper.trade(desk, other, 2))
    edit("book.toml", 'name = "other-carry"', 'name = "funding-carry"')
    (cycle,) = run(1)
    assert (cycle.late, cycle.outcome.at) == (False, paper.START + 4 * paper.STEP)
    assert [paper.count_cycles(desk, name) for name in ("funding-carry", "other-carry")] == [3, 2]
    funding = cycle.traded.events.filter(kind="funding")
    assert funding.height == 3 * cycle.traded.book["positions"][0]


def test_another_market_is_refused(paper: Any, desk: Path, run: Callable[..., list[Any]]) -> None:
    run(1)
    set_settings(desk, 'source = "history"', 'source = "made"\nseed = 3\n[spare]')
    settings = (desk / "settings.toml").read_text()
    (desk / "settings.toml").write_text(settings.partition("[spare]")[0] + ACCOUNT)
    with pytest.raises(LedgerError, match="are in the market history-market, and the settings say made-3"):
        run(1)
    assert paper.count_cycles(desk) == 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            'name = "main"',
            'name = "else"',
            r"the account main at binance; its position in binance:\w+/USDT:USDT there",
        ),
        ('venue = "binance"', 'venue = "okx"', "the money in the account main at binance"),
        (
            "deposit_usd",
            'books = [{ name = "funding-carry", bases = ["ETH"] }]\ndeposit_usd',
            "its position in binance:BTC/USDT:USDT",
        ),
        (ACCOUNT, "", "the money in the account main at binance"),
    ],
)
def test_accounts_that_no_longer_reach_what_is_held_are_refused(
    desk: Path, run: Callable[..., list[Any]], old: str, new: str, says: str
) -> None:
    run(2)
    set_settings(desk, old, new)
    with pytest.raises(LedgerError, match=f"by settings.toml funding-carry no longer reaches .*{says}"):
        run(1)


def test_an_account_that_is_added_brings_its_money_once(
    desk: Path, run: Callable[..., list[Any]], paper: Any
) -> None:
    run(2)
    set_settings(desk, ACCOUNT, ACCOUNT + ACCOUNT.replace("main", "second").replace("2000", '"333.33"'))
    before, after = run(2)
    assert before.traded.memory.wallets["second"] == after.traded.memory.wallets["second"] == 333.33
    deposits = [e.event.amount for e in paper.tell(desk)["entries"] if e.event.KIND == "deposit"]
    assert deposits == [2000, Decimal("333.33")]


def test_coins_are_traded_in_the_account_that_may_have_them(
    paper: Any, small_history: Path, starter: BoundBook, tmp_path: Path
) -> None:
    names = {"one": ["SOL"], "two": ["BTC", "ETH"]}
    accounts = "".join(
        ACCOUNT.replace("main", name).replace("2000", "1000")
        + f'books = [{{ name = "{paper.BOOK}", bases = {json.dumps(bases)} }}]\n'
        for name, bases in names.items()
    )
    paper.make_desk(tmp_path / "desk", small_history, accounts)
    list(paper.trade(tmp_path / "desk", starter, 2))
    held = paper.tell(tmp_path / "desk")["standing"].holdings
    assert {(leg.instrument.base, key.account) for key, leg in held.legs.items()} == {
        ("SOL", "one"),
        ("BTC", "two"),
    }
    assert all(amount >= 0 for purse, amount in held.wallets.items() if purse.coin == "USD")


def test_a_change_of_legs_is_refused_while_positions_are_open(
    desk: Path, run: Callable[..., list[Any]], edit: Callable[..., BoundBook], paper: Any
) -> None:
    run(2)
    book = desk / "rules" / paper.BOOK / "draft" / "book.toml"
    lines = book.read_text().splitlines(keepends=True)
    spot, perp = (next(line for line in lines if f'{{ name = "{name}"' in line) for name in ("spot", "perp"))
    bound = edit("book.toml", spot + perp, perp + spot)
    with pytest.raises(
        LedgerError, match="the legs of funding-carry changed while positions are open: binance:"
    ):
        list(paper.trade(desk, bound, 1))
    assert len(paper.tell(desk)["cycles"]) == 2
    bound = edit("book.toml", perp + spot, spot + perp)
    assert len(list(paper.trade(desk, bound, 1))) == 1


def test_a_ledger_that_does_not_agree_is_not_written_to(
    paper: Any, desk: Path, run: Callable[..., list[Any]]
) -> None:
    run(2)
    with closing(sqlite3.connect(desk / "store.sqlite")) as connection, connection:
        ((state,),) = connection.execute("SELECT state FROM standings").fetchall()
        memory = read_memory(state)
        more = {name: amount + 0.01 for name, amount in memory.wallets.items()}
        connection.execute("UPDATE standings SET state = ?", (replace(memory, wallets=more).write(),))
    for _ in range(2):
        with pytest.raises(LedgerError, match=r"equity is 19.* USD by the ledger and 19.* by the loop"):
            run(1)
        assert paper.count_cycles(desk) == 2


@pytest.mark.parametrize(
    ("table", "column", "value", "says"),
    [
        ("standings", "state", b"{}", "what the store remembers of funding-carry cannot be read"),
        ("standings", "state", b"\xff", "what the store remembers of funding-carry cannot be read"),
        ("standings", "holdings", "no JSON", "store.sqlite is damaged"),
        ("standings", "marks", "{}", "store.sqlite is damaged"),
        ("standings", "at", "soon", "store.sqlite is damaged"),
    ],
)
def test_a_store_with_a_damaged_row_is_named(
    desk: Path, run: Callable[..., list[Any]], table: str, column: str, value: str | bytes, says: str
) -> None:
    run(1)
    with closing(sqlite3.connect(desk / "store.sqlite")) as connection, connection:
        connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
    with pytest.raises(LedgerError, match=says):
        run(1)


def test_a_store_that_is_none_is_named(desk: Path, run: Callable[..., list[Any]]) -> None:
    (desk / "store.sqlite").write_bytes(b"no database" * 500)
    with pytest.raises(LedgerError, match=r"store\.sqlite cannot be opened as a store"):
        run(1)


def test_one_engine_runs_a_book(paper: Any, desk: Path, starter: BoundBook) -> None:
    with closing(paper.trade(desk, starter)) as first:
        next(first)
        with pytest.raises(
            RecordingError, match=r"the book funding-carry is run by process \d+; stop that one"
        ):
            next(paper.trade(desk, starter))
    assert len(list(paper.trade(desk, starter, 1))) == 1


def test_a_book_without_an_account_is_told(desk: Path, run: Callable[..., list[Any]]) -> None:
    set_settings(desk, "deposit_usd", 'books = [{ name = "reverse-carry" }]\ndeposit_usd')
    with pytest.raises(UsageError, match=r"no account of settings\.toml names funding-carry among its books"):
        run(1)


def test_a_store_keeps_where_the_ledger_of_a_book_begins(paper: Any, tmp_path: Path) -> None:
    with open_store(tmp_path / "store.sqlite") as store:
        assert store.begin("one", paper.START) == paper.START
        assert store.begin("two", None) is None
        assert store.begin("one", None) == store.begin("one", paper.NOW) == paper.START
        assert store.begin("two", paper.START) is None
