from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.errors import BookErrors
from engine.operations.compare import compare_books
from engine.operations.starter import find_starter


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book whose draft differs from its active version in one parameter, and from an older one in two."""
    folder = tmp_path / "book"
    for version in ("draft", "published/0001-a", "published/0002-b"):
        shutil.copytree(find_starter() / "draft", folder / version)
    (folder / "ACTIVE").write_text("0002-b\n")
    change(folder / "draft", "max_vol,120%", "max_vol,130%")
    change(folder / "published" / "0001-a", "max_fee,0.2%", "max_fee,0.1%")
    return folder


def change(version: Path, old: str, new: str) -> None:
    file = version / "parameters.csv"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def tell(*paths: Path) -> list[str]:
    return [str(each) for each in compare_books(*paths).changes]


VOL = "parameters.csv max_vol [value]: 120% → 130%"


def test_a_book_alone_is_its_draft_against_what_is_in_force(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = compare_books(book)
    assert (compared.old, compared.new) == (book / "published" / "0002-b", book / "draft")
    assert [str(each) for each in compared.changes] == [VOL]
    assert compared.summary.endswith(": 1 change")
    assert tell(book / "draft") == [VOL]
    monkeypatch.chdir(book / "draft")
    assert tell(Path()) == [VOL]


def test_any_two_versions(book: Path) -> None:
    old = book / "published" / "0001-a"
    assert tell(old, book) == ["parameters.csv max_fee [value]: 0.1% → 0.2%", VOL]
    assert tell(book, old) == [
        "parameters.csv max_fee [value]: 0.2% → 0.1%",
        "parameters.csv max_vol [value]: 130% → 120%",
    ]
    assert tell(old, book / "published" / "0002-b") == ["parameters.csv max_fee [value]: 0.1% → 0.2%"]
    assert compare_books(book, book / "draft").summary.endswith(": no difference")


def test_changes_of_notes_are_counted(book: Path) -> None:
    change(book / "draft", "realised volatility a year", "a year")
    assert compare_books(book).summary.endswith(": 2 changes, 1 of them in notes only")
    change(book / "draft", "max_vol,130%", "max_vol,120%")
    assert compare_books(book).summary.endswith(": 1 change, in notes only")


def test_a_faulty_draft_is_compared(book: Path) -> None:
    change(book / "draft", "max_fee,0.2%", "max_fee,much")
    (book / "draft" / "metrics.csv").unlink()
    (book / "draft" / "entry.csv").write_bytes(b"\xff")
    assert tell(book) == [
        "parameters.csv max_fee [value]: 0.2% → much",
        VOL,
        "metrics.csv file removed",
        (
            "entry.csv cannot be compared; new: line 1: the file is not in UTF-8; "
            "save it in UTF-8; a spreadsheet calls that `CSV UTF-8`"
        ),
    ]


@pytest.mark.parametrize(
    ("lost", "paths", "code", "says"),
    [
        ("ACTIVE", ["."], "book.active", "has no published version that its draft could be compared with"),
        ("draft", ["."], "book.missing", "is no book with a draft"),
        ("published/0002-b", ["."], "book.active", 'names the version "0002-b", which is not there'),
        ("", ["published/0001-a"], "book.missing", "is no book with a draft"),
        ("", ["nowhere"], "book.missing", "is no book with a draft"),
        ("", ["draft", "nowhere"], "book.missing", "is no rule book"),
        ("", ["published", "draft"], "book.missing", "is no rule book"),
    ],
)
def test_what_cannot_be_compared(book: Path, lost: str, paths: list[str], code: str, says: str) -> None:
    if lost == "ACTIVE":
        (book / lost).unlink()
    elif lost:
        shutil.rmtree(book / lost)
    with pytest.raises(BookErrors) as raised:
        compare_books(*(book / path for path in paths))
    (fault,) = raised.value.diagnostics
    assert fault.code == code
    assert says in fault.message
    assert fault.hint
