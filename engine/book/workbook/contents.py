"""What is in a workbook: its sheets and where they lie, and nothing that no book has."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from engine.book.workbook.markup import Element, read_tree
from engine.book.workbook.package import Package, refuse_damage, resolve_target
from engine.errors import BookErrors, Diagnostic

_TYPES = "[Content_Types].xml"
_SPREADSHEET = "spreadsheetml.sheet.main+xml"
_MACROS = ("macroenabled", "vbaproject", "macrosheet")
_MACRO_SUFFIXES = (".xlsm", ".xltm", ".xlsb", ".xlam")
_OUTSIDE = ("externallink", "connections+xml", "querytable")
_MOST_SHEETS, _LONGEST_NAME = 255, 255
_SAVE_AS = "save it as an Excel workbook (.xlsx)"


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet of a workbook, shown or hidden.

    Attributes:
        name: As its tab says.
        part: The part that holds it.
        is_grid: Whether it has cells, and is no chart or dialog.
    """

    name: str
    part: str
    is_grid: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """Where everything lies.

    Attributes:
        sheets: The sheets in the order of their tabs.
        strings: Part of the texts that cells share; None without any.
        styles: Part of the formats of cells; None without any.
    """

    sheets: tuple[SheetPart, ...]
    strings: str | None
    styles: str | None


def read_contents(package: Package) -> Contents:
    """Find the sheets of a workbook.

    Raises:
        BookErrors: It has macros or links to other files, or is another kind of document, or damaged.
    """
    types = _list_types(read_tree(package, _TYPES))
    relations = _read_relations(package, "")
    main = next((target for kind, target in relations.values() if kind == "officeDocument"), None)
    if main is None:
        raise BookErrors([refuse_damage(package.file, "nothing says where its sheets are")])
    faults = list(_check_types(package, types, main))
    if faults:
        raise BookErrors(faults)
    relations = _read_relations(package, main)
    kinds = dict(relations.values())
    sheets = tuple(_list_sheets(package, main, relations))
    if len({sheet.part for sheet in sheets}) < len(sheets):
        raise BookErrors([refuse_damage(package.file, "two sheets are one and the same part")])
    return Contents(sheets, kinds.get("sharedStrings"), kinds.get("styles"))


def _list_types(tree: Element) -> dict[str, str]:
    """What each part is, by its name; for all with one suffix by `*` and the suffix."""
    types = {"*" + each.attributes.get("Extension", ""): each for each in tree.find_all("Default")}
    types |= {each.attributes.get("PartName", "").lstrip("/"): each for each in tree.find_all("Override")}
    return {name: each.attributes.get("ContentType", "") for name, each in types.items()}


def _check_types(package: Package, types: dict[str, str], main: str) -> Iterator[Diagnostic]:
    kind = types.get(main, types.get(f"*{posixpath.splitext(main)[1].lstrip('.')}", ""))
    words = [word.casefold() for word in (*types.values(), *package.names)]
    suffix = PurePath(package.file).suffix.casefold()
    if suffix in _MACRO_SUFFIXES or any(macro in word for word in words for macro in _MACROS):
        message = "the workbook has macros, or a name as if it had"
        yield Diagnostic("workbook.macros", message, f"{_SAVE_AS}, which has none", package.file)
    elif _SPREADSHEET not in kind:
        message = "the file is no workbook of a book: it is another kind of document"
        yield Diagnostic("workbook.kind", message, _SAVE_AS, package.file)
    if any(outside in word for word in words for outside in _OUTSIDE):
        message = "the workbook is linked to other files or data"
        hint = "break the links (in Excel under Data, Edit Links), so that it holds its own texts alone"
        yield Diagnostic("workbook.links", message, hint, package.file)


def _read_relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Kind and target of every relation of a part inside the archive, by its id."""
    folder, name = posixpath.split(part)
    tree = read_tree(package, posixpath.join(folder, "_rels", f"{name}.rels"))
    return {
        each.attributes.get("Id", ""): (
            each.attributes.get("Type", "").rpartition("/")[2],
            resolve_target(part, each.attributes.get("Target", "")),
        )
        for each in tree.find_all("Relationship")
        if each.attributes.get("TargetMode") != "External"
    }


def _list_sheets(package: Package, main: str, relations: dict[str, tuple[str, str]]) -> Iterator[SheetPart]:
    sheets = list(read_tree(package, main).find_all("sheet"))
    if len(sheets) > _MOST_SHEETS:
        raise BookErrors([refuse_damage(package.file, f"it has {len(sheets):,} sheets")])
    for sheet in sheets:
        kind, target = relations.get(sheet.attributes.get("id", ""), ("", ""))
        name = sheet.attributes.get("name", "")[:_LONGEST_NAME]
        if not kind:
            raise BookErrors([refuse_damage(package.file, f'nothing says where its sheet "{name}" is')])
        yield SheetPart(name, target, kind == "worksheet")
