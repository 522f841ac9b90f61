from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.book.diff.books import diff_books
from engine.book.diff.change import Change, ChangeKind, Subject
from engine.book.folder import BookFiles, read_folder
from engine.operations.starter import find_starter

ENTRY = "entry.csv"
FILES = {ENTRY: ("id",), "targets.csv": ("kpi", "over"), "parameters.csv": ("name",)}
ORDERED, RANKED = {"FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER"}, {"PRIORITY", "OUTPUT ORDER"}
POLICIES = [*sorted(ORDERED), "UNIQUE", "ANY", "COLLECT"]
OPPOSITE = {ChangeKind.ADDED: ChangeKind.REMOVED, ChangeKind.REMOVED: ChangeKind.ADDED}
HEADERS = ["vol", "max(a, b)", "spread", "then x", "then y", "note", "unit"]
CELLS = ["", "-", "> 5", "> 6", "a;b", 'say "so"', "1, 5", "ä"]


@dataclass(frozen=True, slots=True)
class Model:
    """A table by what it says, from which files of any layout are written."""

    file: str
    policy: str
    headers: tuple[str, ...]
    rows: Mapping[tuple[str, ...], Mapping[str, str]]

    @property
    def outputs(self) -> list[str]:
        return [header for header in self.headers if header.startswith("then ")]

    def read_meaning(self) -> Any:
        """What a reader learns from the table, without anything of its layout."""
        opened = set(self.headers) - {*self.outputs, "note"} if self.file == ENTRY else set()
        rows = [
            (name, {key: "" if key in opened and cell == "-" else cell for key, cell in row.items()})
            for name, row in self.rows.items()
        ]
        in_order = self.file == ENTRY and self.policy in ORDERED
        ranked = self.outputs if self.file == ENTRY and self.policy in RANKED else None
        return self.policy, set(self.headers), rows if in_order else dict(rows), ranked

    def write(self, random: Random) -> BookFiles:
        """The table as a file of a random layout, and the manifest that tells its policy."""
        keys = FILES[self.file]
        others = [header for header in (*keys, *self.headers) if header not in self.outputs]
        random.shuffle(others)
        columns = mix(others, self.outputs, random)
        names = list(self.rows)
        if self.file != ENTRY or self.policy not in ORDERED:
            random.shuffle(names)
        rows = [{**dict(zip(keys, name, strict=True)), **self.rows[name]} for name in names]
        content = write_lines([columns, *([row[column] for column in columns] for row in rows)], random)
        manifest = f'[hit_policy]\nentry = "{self.policy}"\n'.encode()
        return BookFiles("draft", {}, {self.file: content, "book.toml": manifest}, ())


def mix(one: list[str], other: list[str], random: Random) -> list[str]:
    """Two lists as one, each in its order."""
    turns = [True] * len(one) + [False] * len(other)
    random.shuffle(turns)
    left, right = iter(one), iter(other)
    return [next(left if turn else right) for turn in turns]


def write_lines(lines: list[list[str]], random: Random) -> bytes:
    """Cells as CSV, as some program or other writes it."""
    end = random.choice(["\n", "\r\n"])
    separator = random.choice(",;")
    text = io.StringIO(newline="")
    plain = csv.writer(text, delimiter=separator, lineterminator=end)
    quoted = csv.writer(text, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL)
    behind = [""] * random.choice([0, 0, 2])
    for number, line in enumerate(lines):
        cells = [f"{random.choice(['', '  '])}{cell}{random.choice(['', ' '])}" for cell in line]
        random.choice([plain, quoted]).writerow([*cells, *behind])
        if number and random.random() < 0.2:
            text.write(end)
    return random.choice([b"", b"\xef\xbb\xbf"]) + text.getvalue().encode()


@st.composite
def draw_models(draw: st.DrawFn) -> Model:
    file = draw(st.sampled_from(sorted(FILES)))
    policy = draw(st.sampled_from(POLICIES))
    headers = draw(st.lists(st.sampled_from(HEADERS), unique=True, min_size=1, max_size=4))
    names = st.tuples(*[st.sampled_from("ABCD") for _ in FILES[file]])
    row = st.fixed_dictionaries({header: st.sampled_from(CELLS) for header in headers})
    return Model(file, policy, tuple(headers), draw(st.dictionaries(names, row, max_size=4)))


@st.composite
def draw_pairs(draw: st.DrawFn) -> tuple[Model, Model]:
    """Two states of one table: unlike each other, or with a few edits between them, which may do nothing."""
    old = draw(draw_models())
    if draw(st.sampled_from(["edited", "other"])) == "other":
        return old, draw(draw_models().filter(lambda model: model.file == old.file))
    rows = {name: dict(row) for name, row in old.rows.items()}
    for kind in draw(st.lists(st.sampled_from(["cell", "name"]), max_size=2)):
        if not rows:
            continue
        name = draw(st.sampled_from(sorted(rows)))
        if kind == "cell":
            rows[name][draw(st.sampled_from(old.headers))] = draw(st.sampled_from(CELLS))
        else:
            rows[(*name[:-1], draw(st.sampled_from("DEF")))] = rows.pop(name)
    names, headers = list(rows), old.headers
    if draw(st.sampled_from(["kept", "shuffled"])) == "shuffled":
        names, headers = draw(st.permutations(names)), tuple(draw(st.permutations(headers)))
    return old, replace(old, headers=headers, rows={name: rows[name] for name in names})


PAIRS = draw_pairs()
RANDOMS = st.integers(0, 2**32).map(Random)


@given(draw_models(), RANDOMS)
def test_a_book_does_not_differ_from_itself_in_another_layout(model: Model, random: Random) -> None:
    assert diff_books(model.write(random), model.write(random)) == ()


@given(PAIRS, RANDOMS)
def test_there_is_a_change_where_books_differ(pair: tuple[Model, Model], random: Random) -> None:
    old, new = pair
    changes = diff_books(old.write(random), new.write(random))
    assert (not changes) == (old.read_meaning() == new.read_meaning())


@given(PAIRS, RANDOMS)
def test_the_way_back_tells_the_opposite(pair: tuple[Model, Model], random: Random) -> None:
    old, new = pair[0].write(random), replace(pair[1], policy=pair[0].policy).write(random)
    forth, back = diff_books(old, new), diff_books(new, old)
    assert sorted(map(repr, turn(forth))) == sorted(map(repr, map(strip, back)))


def turn(changes: tuple[Change, ...]) -> list[Change]:
    """The changes that the way back tells, without their lines."""
    renamed = [change for change in changes if change.kind is ChangeKind.RENAMED]
    rows = {change.row: change.old for change in renamed if change.subject is Subject.ROW}
    columns = {change.column: change.old for change in renamed if change.subject is Subject.COLUMN}
    return [
        replace(
            strip(change),
            kind=OPPOSITE.get(change.kind, change.kind),
            row=rows.get(change.row, change.row),
            column=columns.get(change.column, change.column),
            old=change.new,
            new=change.old,
        )
        for change in changes
    ]


def strip(change: Change) -> Change:
    """A change without its line, and with cells in no order."""
    return replace(change, line=None, cells=tuple(sorted(change.cells)))


STARTER = read_folder(find_starter() / "draft")


@given(
    st.sampled_from(sorted(STARTER.raw)),
    st.integers(0, 2_000),
    st.integers(0, 10),
    st.one_of(st.binary(max_size=8), st.sampled_from([b'"', b",", b"\n", b";", b"=", b"[", b"{", b"\r"])),
)
def test_any_damage_is_compared_or_refused(file: str, start: int, length: int, by: bytes) -> None:
    sound = replace(STARTER, texts={})
    raw = STARTER.raw[file]
    damaged = replace(sound, raw={**STARTER.raw, file: raw[:start] + by + raw[start + length :]})
    assert diff_books(damaged, damaged) == ()
    for change in (*diff_books(sound, damaged), *diff_books(damaged, sound)):
        # A damaged manifest may give a table another hit policy, but no other cells.
        assert change.file == file
        assert "\n" not in str(change)
        assert change.line is None or 1 <= change.line <= raw.count(b"\n") + 10


def test_nesting_without_end() -> None:
    deep = replace(STARTER, texts={}, raw={"book.toml": b"a = " + b"[" * 100_000})
    dotted = replace(STARTER, texts={}, raw={"book.toml": b".".join([b"a"] * 2_000) + b" = 1"})
    for one, other in ((deep, dotted), (dotted, deep), (deep, STARTER), (dotted, STARTER)):
        told = [change for change in diff_books(one, other) if change.file == "book.toml"]
        assert [change.kind for change in told] == [ChangeKind.NOT_COMPARED]
