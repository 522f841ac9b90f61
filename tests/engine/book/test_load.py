from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.book.folder import read_folder
from engine.book.load import check_book, load_book
from engine.errors import BookErrors


def codes(path: Path) -> list[str]:
    return [fault.code for fault in check_book(path)]


def publish(draft: Path, version: str) -> Path:
    """Put a version beside a draft and make it the active one."""
    folder = draft.parent / "published" / version
    shutil.copytree(draft, folder)
    (draft.parent / "ACTIVE").write_text(f"{version}\n", encoding="utf-8")
    return folder


def test_a_book_is_found_by_its_folder_its_draft_or_a_version(draft: Path) -> None:
    assert load_book(draft.parent).version == "draft"
    version = publish(draft, "0001-abc")
    parameters = draft / "parameters.csv"
    parameters.write_text(parameters.read_text().replace("max_vol,120%", "max_vol,130%"))
    assert load_book(draft.parent) == load_book(version)
    assert load_book(str(draft.parent)).version == "0001-abc"
    assert load_book(draft).fingerprint != load_book(version).fingerprint


def test_a_check_prefers_the_draft(draft: Path) -> None:
    version = publish(draft, "0001-abc")
    (draft / "entry.csv").unlink()
    assert codes(draft.parent)[0] == "file.missing"
    assert codes(version) == []
    assert load_book(draft.parent).version == "0001-abc"


def test_a_path_that_is_no_book(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(BookErrors, match=r"is no rule book; give the folder that holds `book.toml`"):
            load_book(path)
        assert codes(path) == ["book.missing"]


@pytest.mark.parametrize("name", ["0002-none", "../draft", ""])
def test_an_active_version_that_is_not_there(draft: Path, name: str) -> None:
    (draft.parent / "ACTIVE").write_text(name, encoding="utf-8")
    with pytest.raises(BookErrors) as raised:
        load_book(draft.parent)
    assert [fault.code for fault in raised.value.diagnostics] == ["book.active"]


def test_a_file_in_another_encoding(draft: Path) -> None:
    (draft / "metrics.csv").write_text("name,formula\nspread,1,ä\n", encoding="latin-1")
    (fault,) = check_book(draft)
    assert (fault.code, fault.row) == ("file.encoding", 2)
    assert "`CSV UTF-8`" in fault.hint


def test_files_for_people_are_left_alone(draft: Path) -> None:
    before = load_book(draft).fingerprint
    (draft / "README.md").write_text("what I was thinking")
    (draft / ".entry.csv.swp").write_text("an editor's file")
    assert load_book(draft).fingerprint == before


@pytest.mark.parametrize("name", ["book.toml", "parameters.csv", "metrics.csv", "entry.csv"])
def test_the_fingerprint_changes_with_every_file(draft: Path, name: str) -> None:
    before = load_book(draft).fingerprint
    with (draft / name).open("a") as file:
        file.write("\n")
    assert load_book(draft).fingerprint != before
    assert len(before) == 12


def test_an_output_that_is_left_out_has_its_default(draft: Path) -> None:
    entry = draft / "entry.csv"
    text = (
        entry.read_text()
        .replace("then priority,", "")
        .replace("true,2,", "true,")
        .replace("true,1,", "true,")
    )
    entry.write_text(text)
    table = load_book(draft).tables["entry"]
    assert [(output.name, output.default) for output in table.outputs] == [("enter", False), ("priority", 0)]
    assert [rule.outputs for rule in table.rules] == [("true", ""), ("true", "")]


def test_what_a_spreadsheet_saves_is_the_same_book(draft: Path) -> None:
    book = load_book(draft)
    for name, text in read_folder(draft).texts.items():
        if name.endswith(".csv"):
            (draft / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    again = load_book(draft)
    assert (again.parameters, again.metrics, again.tables) == (book.parameters, book.metrics, book.tables)


def test_faults_of_all_files_come_at_once(draft: Path) -> None:
    for name, old, new in (
        ("parameters.csv", "max_fee,0.2%", "max_fee,2%"),
        ("metrics.csv", "perp_ask - spot_bid", "perp_ask - spot_bd"),
        ("entry.csv", "<= max_spread", "=<= max_spread"),
        ("limits.csv", "capital-min,book", "capital-min,bok"),
    ):
        file = draft / name
        file.write_text(file.read_text().replace(old, new, 1))
    assert codes(draft) == ["parameter.bounds", "cell.equals", "limit.scope", "name.unknown"]


def test_a_manifest_that_nests_too_deeply(draft: Path) -> None:
    with (draft / "book.toml").open("a") as file:
        file.write("\nzz = " + "[" * 100_000)
    (fault,) = check_book(draft)
    assert (fault.code, fault.file) == ("manifest.toml", "book.toml")
