from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from engine.book.folder import KNOWN
from engine.book.workbook.grid import Dialect, Grid, cut_grid, write_cells
from engine.errors import BookErrors, UsageError
from engine.operations.drafts import replace_file
from engine.operations.starter import find_starter
from engine.operations.workbook import export_book, import_book

FILES = KNOWN


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A copy of the starter book."""
    return Path(shutil.copytree(find_starter(), tmp_path / "rules" / "funding-carry"))


@pytest.fixture
def file(book: Path, tmp_path: Path) -> Path:
    """It as a workbook."""
    file = tmp_path / "book.xlsx"
    export_book(book, file)
    return file


def edit(file: Path, change: Callable[[Any], None]) -> None:
    opened = openpyxl.load_workbook(io.BytesIO(file.read_bytes()))
    change(opened)
    opened.save(file)


def raise_the_bar(opened: Any) -> None:
    opened["parameters"]["B9"] = "6%"


def read_all(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_out_and_in_changes_nothing(book: Path, file: Path) -> None:
    before = read_all(book / "draft")
    times = {path: path.stat().st_mtime_ns for path in (book / "draft").iterdir()}
    done = import_book(file, book)
    assert (done.folder, done.changed, done.unchanged) == (book / "draft", (), FILES)
    assert read_all(book / "draft") == before
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_one_cell_changes_one_file(book: Path, file: Path) -> None:
    before = read_all(book / "draft")
    edit(file, raise_the_bar)
    done = import_book(file, book / "draft")
    assert done.changed == ("parameters.csv",)
    after = read_all(book / "draft")
    changed = before["parameters.csv"].replace(b"entry_net_apr,5%", b"entry_net_apr,6%")
    assert after == before | {"parameters.csv": changed}


def test_a_changed_file_keeps_its_dialect(book: Path, file: Path) -> None:
    manifest, parameters = (book / "draft" / name for name in FILES[:2])
    manifest.write_bytes(b"\xef\xbb\xbf" + manifest.read_bytes().replace(b"\n", b"\r\n"))
    grid = cut_grid(parameters.read_text(), parameters.name)
    assert isinstance(grid, Grid)
    parameters.write_bytes(write_cells(grid.cells, Dialect(";", "\r\n", bom=True)).encode())
    before = read_all(book / "draft")
    assert import_book(file, book).changed == ()
    edit(file, raise_the_bar)
    assert import_book(file, book, force=True).changed == ("parameters.csv",)
    changed = before["parameters.csv"].replace(b"entry_net_apr;5%", b"entry_net_apr;6%")
    assert read_all(book / "draft") == before | {"parameters.csv": changed}


def test_permissions_stay(book: Path, file: Path) -> None:
    path = book / "draft" / "parameters.csv"
    path.chmod(0o640)
    edit(file, raise_the_bar)
    import_book(file, book)
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in path.parent.iterdir() if each.name.startswith(".")] == []


def test_a_fault_writes_nothing_and_is_told_at_its_cell(book: Path, file: Path) -> None:
    def spoil(opened: Any) -> None:
        raise_the_bar(opened)
        opened["entry"]["B2"] = ">= strong_net_app"
        opened["metrics"]["B3"] = "perp_bid +"

    before = read_all(book / "draft")
    edit(file, spoil)
    with pytest.raises(BookErrors) as raised:
        import_book(file, book)
    assert {fault.file for fault in raised.value.diagnostics} == {"entry!B2", "metrics!B3"}
    assert 'entry!B2 [net_apr] unknown name "strong_net_app"; did you mean "strong_net_apr"?' in str(
        raised.value
    )
    assert read_all(book / "draft") == before


def test_a_fault_of_the_workbook_comes_before_any_folder_is_looked_at(file: Path, tmp_path: Path) -> None:
    edit(file, lambda opened: opened["entry"].merge_cells("A1:B1"))
    with pytest.raises(BookErrors, match="entry!A1:B1 the cells are merged"):
        import_book(file, None, around=tmp_path / "nowhere")


def test_the_book_is_found_by_its_name(book: Path, file: Path, tmp_path: Path) -> None:
    for around in (tmp_path, book.parent, book):
        assert import_book(file, around=around).folder == book / "draft"
    shutil.copytree(book, tmp_path / "copy")
    with pytest.raises(UsageError, match="there are 2 books named"):
        import_book(file, around=tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="there is no book named"):
        import_book(file, around=tmp_path / "empty")


@pytest.mark.parametrize("name", ["new", "new/draft", "made/already"])
def test_a_new_folder_becomes_a_book(name: str, file: Path, tmp_path: Path) -> None:
    (tmp_path / "made" / "already").mkdir(parents=True)
    done = import_book(file, tmp_path / name)
    assert done.folder.name == "draft"
    assert done.folder.parent.name == name.removesuffix("/draft").rpartition("/")[2]
    assert read_all(done.folder) == read_all(find_starter() / "draft")


def test_folders_that_cannot_be_written_to(book: Path, file: Path, tmp_path: Path) -> None:
    published = book / "published" / "0001-abc"
    shutil.copytree(book / "draft", published)
    for folder, message in (
        (published, "never changes"),
        (file, "is a file"),
        (tmp_path, "no rule book, and not empty"),
    ):
        with pytest.raises(UsageError, match=message):
            import_book(file, folder)
    assert import_book(file, book).folder == book / "draft"


def test_another_book_is_not_written_over(book: Path, file: Path) -> None:
    manifest = book / "draft" / "book.toml"
    manifest.write_text(manifest.read_text().replace("funding-carry", "basis"))
    with pytest.raises(UsageError, match='is the book "basis", and the workbook holds "funding-carry"'):
        import_book(file, book)


def test_a_table_that_has_no_sheet_is_not_deleted(book: Path, file: Path) -> None:
    edit(file, lambda opened: opened.remove(opened["targets"]))
    with pytest.raises(BookErrors, match=r'no sheet "targets", and the draft has targets\.csv'):
        import_book(file, book)


def test_texts_for_people_and_hidden_files_stay(book: Path, file: Path) -> None:
    (book / "draft" / "README.md").write_text("for people")
    (book / "draft" / ".hidden").write_text("x")
    edit(file, raise_the_bar)
    import_book(file, book)
    assert {"README.md", ".hidden"} < {path.name for path in (book / "draft").iterdir()}


def test_a_book_with_faults_is_exported_for_mending(book: Path, tmp_path: Path) -> None:
    entry = book / "draft" / "entry.csv"
    entry.write_text(entry.read_text().replace("funding_apr", "fundng_apr", 1))
    done = export_book(book, tmp_path / "faulty.xlsx")
    assert done.faults == 1
    with pytest.raises(BookErrors, match=r"entry!D1 \[fundng_apr\] unknown name"):
        import_book(done.file, book)


def test_what_a_workbook_would_hide_is_refused(book: Path, tmp_path: Path) -> None:
    (book / "draft" / "entri.csv").write_text("id\n")
    (book / "draft" / "entry.csv").write_bytes(b"id,note\nE1,\xe9\n")
    with pytest.raises(BookErrors) as raised:
        export_book(book, tmp_path / "book2.xlsx")
    assert [fault.code for fault in raised.value.diagnostics] == ["file.unknown", "file.encoding"]
    assert not (tmp_path / "book2.xlsx").exists()


def test_ragged_rows_are_refused(book: Path, tmp_path: Path) -> None:
    (book / "draft" / "entry.csv").write_text("id,note\nE1\n")
    with pytest.raises(BookErrors, match=r"entry\.csv:2 the row has 1 cells where the header has 2"):
        export_book(book, tmp_path / "book2.xlsx")


def test_a_workbook_that_is_there_is_not_written_over(book: Path, file: Path) -> None:
    export_book(book, file)  # the same once more
    edit(file, raise_the_bar)
    edited = file.read_bytes()
    with pytest.raises(UsageError, match="is there already"):
        export_book(book, file)
    assert file.read_bytes() == edited
    export_book(book, file, overwrite=True)
    assert file.read_bytes() != edited


def test_calls_that_cannot_be_carried_out(book: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"suffix \.xlsx"):
        export_book(book, tmp_path / "book.xls")
    with pytest.raises(UsageError, match="cannot be written"):
        export_book(book, tmp_path / "nowhere" / "book.xlsx")
    with pytest.raises(UsageError, match="cannot be read"):
        import_book(tmp_path / "gone.xlsx", book)
    with pytest.raises(BookErrors, match="is no rule book"):
        export_book(tmp_path, tmp_path / "book.xlsx")
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(UsageError):
        export_book(book, tmp_path / "folder.xlsx")
    with pytest.raises(UsageError):
        import_book(tmp_path / "folder.xlsx", book)


def test_a_file_is_the_old_or_the_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "entry.csv"
    path.write_bytes(b"old")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(UsageError, match="No space left"):
        replace_file(path, b"new")
    assert read_all(tmp_path) == {"entry.csv": b"old"}


def test_an_import_tells_what_it_changes_and_keeps_the_files_before(book: Path, file: Path) -> None:
    before = read_all(book / "draft")
    edit(file, raise_the_bar)
    done = import_book(file, book)
    assert [str(change) for change in done.changes] == ["parameters.csv entry_net_apr [value]: 5% → 6%"]
    assert done.kept is not None
    assert done.kept.parent == book / "draft.before-import"
    assert {name: text for name, text in read_all(done.kept).items() if name[0] != "."} == before
    again = import_book(file, book)
    assert (again.changed, again.changes, again.kept) == ((), (), None)


def test_a_new_book_has_no_files_before(file: Path, tmp_path: Path) -> None:
    done = import_book(file, tmp_path / "new")
    assert (done.changes, done.kept) == ((), None)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["draft"]


def test_edits_that_the_workbook_does_not_know_are_not_written_over(book: Path, file: Path) -> None:
    entry = book / "draft" / "entry.csv"
    entry.write_text(entry.read_text().replace("E2,", "E7,", 1))
    before = read_all(book / "draft")
    edit(file, raise_the_bar)
    with pytest.raises(UsageError) as raised:
        import_book(file, book)
    assert "was edited since" in str(raised.value)
    assert "entry.csv" in str(raised.value)
    assert read_all(book / "draft") == before
    assert not (book / "draft.before-import").exists()
    done = import_book(file, book, force=True)
    assert done.changed == ("parameters.csv", "entry.csv")
    assert done.kept is not None
    assert read_all(done.kept)["entry.csv"] == before["entry.csv"]


def test_a_workbook_is_edited_further_and_read_in_again(book: Path, file: Path) -> None:
    edit(file, raise_the_bar)
    import_book(file, book)
    edit(file, lambda opened: opened["parameters"].__setitem__("B9", "7%"))
    done = import_book(file, book)
    assert [str(change) for change in done.changes] == ["parameters.csv entry_net_apr [value]: 6% → 7%"]
    assert done.kept is not None
    assert done.kept.name.startswith("0002-")
    parameters = book / "draft" / "parameters.csv"
    parameters.write_text(parameters.read_text().replace("7%", "8%", 1))
    edit(file, lambda opened: opened["parameters"].__setitem__("B9", "9%"))
    with pytest.raises(UsageError, match="was edited since"):
        import_book(file, book)


def test_a_workbook_that_does_not_tell_where_it_comes_from_is_read(book: Path, file: Path) -> None:
    def forget(opened: Any) -> None:
        raise_the_bar(opened)
        opened.properties.keywords = None

    parameters = book / "draft" / "parameters.csv"
    parameters.write_text(parameters.read_text().replace("strong_net_apr,12%", "strong_net_apr,13%"))
    edit(file, forget)
    assert len(import_book(file, book).changes) == 2
