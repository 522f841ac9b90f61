"""Edits of the starter book, each of which the comparison finds, and nothing else."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.book.diff.books import diff_books
from engine.book.diff.change import Change, ChangeKind, Subject
from engine.book.folder import BookFiles, read_folder
from engine.book.sheets import KEYS
from engine.operations.starter import find_starter

STARTER = replace(read_folder(find_starter() / "draft"), texts={})
TABLES = sorted(name for name in STARTER.raw if name in KEYS)


def edit(file: str, text: str) -> BookFiles:
    """The starter book with another text of a file."""
    return replace(STARTER, raw={**STARTER.raw, file: text.encode()})


@dataclass
class Sheet:
    """A table that is edited, and the changes that its edits should make.

    Attributes:
        file: Its name.
        headers: Its columns.
        rows: Its rows.
        free: Rows that no edit has touched.
        expected: What should be found.
    """

    file: str
    headers: list[str]
    rows: list[dict[str, str]]
    free: list[dict[str, str]]
    expected: list[Change] = field(default_factory=list)

    @property
    def others(self) -> list[str]:
        return [header for header in self.headers if header not in KEYS[self.file]]

    def name(self, row: dict[str, str]) -> str:
        return " ".join(row[key] for key in KEYS[self.file])

    def take(self, draw: st.DrawFn) -> dict[str, str]:
        return self.free.pop(draw(st.integers(0, len(self.free) - 1)))

    def write(self) -> str:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, self.headers)
        writer.writeheader()
        writer.writerows({header: row[header] for header in self.headers} for row in self.rows)
        return text.getvalue()

    def find(self) -> list[str]:
        """What the comparison finds, without what the sheet does not foresee."""
        found = diff_books(STARTER, edit(self.file, self.write()))
        return sorted(repr(replace(change, line=None, cells=(), note_only=False)) for change in found)

    def foresee(self) -> list[str]:
        return sorted(map(repr, self.expected))

    def expect(
        self,
        kind: ChangeKind,
        *,
        row: str | None = None,
        column: str | None = None,
        old: str | None = None,
        new: str | None = None,
    ) -> None:
        subject = Subject.COLUMN if row is None else Subject.ROW if column is None else Subject.CELL
        self.expected.append(Change(kind, subject, self.file, row, column, old, new))


def change_cell(draw: st.DrawFn, sheet: Sheet) -> None:
    row, header = sheet.take(draw), draw(st.sampled_from(sheet.others))
    sheet.expect(ChangeKind.CHANGED, row=sheet.name(row), column=header, old=row[header], new="new")
    row[header] = "new"


def remove_row(draw: st.DrawFn, sheet: Sheet) -> None:
    row = sheet.take(draw)
    sheet.rows.remove(row)
    sheet.expect(ChangeKind.REMOVED, row=sheet.name(row))


def add_row(draw: st.DrawFn, sheet: Sheet) -> None:
    row = dict.fromkeys(sheet.headers, f"added_{len(sheet.rows)}")
    sheet.rows.insert(draw(st.integers(0, len(sheet.rows))), row)
    sheet.expect(ChangeKind.ADDED, row=sheet.name(row))


def rename_row(draw: st.DrawFn, sheet: Sheet) -> None:
    row = sheet.take(draw)
    old = sheet.name(row)
    row[KEYS[sheet.file][0]] += "_renamed"
    sheet.expect(ChangeKind.RENAMED, row=sheet.name(row), old=old, new=sheet.name(row))


EDITS: list[Callable[[st.DrawFn, Sheet], None]] = [change_cell, remove_row, add_row, rename_row]


@st.composite
def draw_sheets(draw: st.DrawFn) -> Sheet:
    file = draw(st.sampled_from(TABLES))
    reader = csv.DictReader(io.StringIO(STARTER.raw[file].decode()))
    rows = list(reader)
    sheet = Sheet(file, list(reader.fieldnames or []), rows, list(rows))
    for change in draw(st.lists(st.sampled_from(EDITS), min_size=1, max_size=4)):
        if sheet.free:
            change(draw, sheet)
    return sheet


@given(draw_sheets())
def test_each_edit_of_rows_is_found(sheet: Sheet) -> None:
    assert sheet.find() == sheet.foresee()


@given(draw_sheets(), st.data())
def test_an_edit_of_a_column_is_found_beside_others(sheet: Sheet, data: st.DataObject) -> None:
    touched = {change.column for change in sheet.expected}
    untouched = [each for each in sheet.others if each not in touched]
    assume(untouched)
    header = data.draw(st.sampled_from(untouched))
    fresh = "then fresh" if header.startswith("then ") else "fresh"
    place = sheet.headers.index(header)
    kind = data.draw(st.sampled_from([ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.RENAMED]))
    if kind is ChangeKind.REMOVED:
        del sheet.headers[place]
        sheet.expect(kind, column=header)
    elif kind is ChangeKind.ADDED or header == "note" or not sheet.free:
        sheet.headers.insert(place, fresh)
        sheet.rows = [row | {fresh: "here"} for row in sheet.rows]
        sheet.expect(ChangeKind.ADDED, column=fresh)
    else:
        sheet.headers[place] = fresh
        sheet.rows = [row | {fresh: row[header]} for row in sheet.rows]
        sheet.expect(kind, column=fresh, old=header, new=fresh)
    assert sheet.find() == sheet.foresee()


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('side = "sell"', 'side = "buy"', 'side = "buy", capital = "1 /', '[legs.perp.side]: "sell" → "buy"'),
        ('history = "30d"', 'history = "60d"', "history", '[history]: "30d" → "60d"'),
        ('entry = "FIRST"', 'entry = "ANY"', 'entry = "ANY"', '[hit_policy.entry]: "FIRST" → "ANY"'),
        ("priority = 0", "priority = 3", "priority = 3", "[default.entry.priority]: 0 → 3"),
        ("shortlist = 40 ", "shortlist = 50 ", "shortlist", "[shortlist]: 40 → 50"),
        ("[hit_policy]", '[words]\ncoin = ["X"]\n[hit_policy]', "coin =", '[words.coin] added: ["X"]'),
    ],
)
def test_an_edit_of_the_manifest_is_found_with_its_line(old: str, new: str, line: str, told: str) -> None:
    sound = STARTER.raw["book.toml"].decode()
    assert old in sound, "the edit no longer fits the starter book"
    text = sound.replace(old, new, 1)
    (change,) = diff_books(STARTER, edit("book.toml", text))
    assert (str(change), change.line) == (f"book.toml {told}", text[: text.index(line)].count("\n") + 1)


@pytest.mark.parametrize(
    "text", ['name = "x"\n[[legs]]\nname = "spot"\nside = "buy"\n[[legs]]\nname = "perp"\nside = "sell"\n']
)
def test_a_leg_in_a_section_of_its_own_has_its_line(text: str) -> None:
    (change,) = diff_books(edit("book.toml", text.replace('"buy"', '"sell"')), edit("book.toml", text))
    assert (change.column, change.line) == ("legs.spot.side", 4)


def test_a_change_has_its_line_and_its_cells() -> None:
    old = "id,vol,then x,note\nE1,1,2,a\nE2,3,,b\nE3,5,-,c\n"
    new = "\nid,then x,age,vol,note\n\nE5,5,9,5,\nE4,,-,3,b\nE1,2,< 2,-,z\n"
    changes = diff_books(edit("entry.csv", old), edit("entry.csv", new))
    assert [(change.kind, change.row, change.column, change.line, change.cells) for change in changes] == [
        (ChangeKind.ADDED, None, "age", 1, (("E1", "< 2"),)),
        (ChangeKind.REMOVED, "E3", None, None, (("vol", "5"), ("then x", "-"), ("note", "c"))),
        (ChangeKind.ADDED, "E5", None, 4, (("then x", "5"), ("age", "9"), ("vol", "5"))),
        (ChangeKind.RENAMED, "E4", None, 5, ()),
        (ChangeKind.MOVED, "E1", None, 6, ()),
        (ChangeKind.CHANGED, "E1", "vol", 6, ()),
        (ChangeKind.CHANGED, "E1", "note", 6, ()),
    ]
    assert [change.note_only for change in changes] == [False] * 6 + [True]
    assert changes[1].as_dict() == {
        "kind": "removed",
        "subject": "row",
        "file": "entry.csv",
        "row": "E3",
        "column": None,
        "old": None,
        "new": None,
        "line": None,
        "cells": [["vol", "5"], ["then x", "-"], ["note", "c"]],
        "note_only": False,
        "same_value": False,
    }
