"""Words that stand without quotes in the cells of a book."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.book.load import check_book
from engine.operations.starter import find_starter


def write_book(folder: Path, cells: tuple[str, str], words: str = "") -> Path:
    """The starter book with a column `base` in front of its conditions."""
    draft = Path(shutil.copytree(find_starter() / "draft", folder / "draft"))
    header, first, second = (draft / "entry.csv").read_text(encoding="utf-8").splitlines()[:3]
    added = [
        line.replace(",", f',"{cell}",', 1)
        for line, cell in zip((header, first, second), ("base", *cells), strict=True)
    ]
    (draft / "entry.csv").write_text("\n".join(added) + "\n", encoding="utf-8")
    with (draft / "book.toml").open("a", encoding="utf-8") as file:
        file.write(words)
    return folder


def test_known_coins_need_no_quotes(tmp_path: Path) -> None:
    assert check_book(write_book(tmp_path, ("BTC, 1INCH", "not(USDT, USDC)"))) == []


def test_a_mistyped_coin_is_a_fault(tmp_path: Path) -> None:
    (fault,) = check_book(write_book(tmp_path, ("BTC, EHT", "-")))
    assert str(fault) == 'entry.csv:2 [base] unknown word `EHT`; did you mean "ETH"?'


def test_a_book_adds_words_of_its_own(tmp_path: Path) -> None:
    book = write_book(tmp_path, ("NEWCOIN", "-"), '\n[words]\ncoin = ["NEWCOIN"]\n')
    assert check_book(book) == []


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ('coins = ["A"]', "manifest.key", 'did you mean "coin"?'),
        ('coin = "A"', "manifest.value", "NEWCOIN"),
        ('coin = ["A B"]', "manifest.value", "NEWCOIN"),
    ],
)
def test_wrong_words_are_faults(tmp_path: Path, words: str, code: str, says: str) -> None:
    (fault,) = check_book(write_book(tmp_path, ("-", "-"), f"\n[words]\n{words}\n"))
    assert (fault.code, fault.file) == (code, "book.toml")
    assert says in fault.hint
