"""Files that are no workbook, another kind of one, or made to harm."""

from __future__ import annotations

import csv
import io
import re
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

CASES = Path(__file__).resolve().parents[3] / "cases" / "workbook" / "files.csv"
SECONDS_AT_MOST = 60  # on a machine with much else to do; some two seconds on an idle one

LAUGHS = b"<!DOCTYPE x [<!ENTITY a 'ha'>%b]>" % b"".join(
    b"<!ENTITY %c '&%c;&%c;&%c;&%c;'>" % (letter, *[letter - 1] * 4) for letter in range(ord("b"), ord("z"))
)
ENTITY = b'<!DOCTYPE x [<!ENTITY outside SYSTEM "file:///etc/hostname">]>'


def read_cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def archive(parts: dict[str, bytes], packing: int = ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with ZipFile(packed, "w", packing) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return packed.getvalue()


class Maker:
    """Makes the file of a case out of a sound workbook."""

    def __init__(self, packed: bytes, repack: Callable[..., bytes], find_part: Callable[..., Any]) -> None:
        self.packed = packed
        self.parts = {}
        with ZipFile(io.BytesIO(packed)) as opened:
            self.parts = {name: opened.read(name) for name in opened.namelist()}
        self.repack = repack
        self.part, self.sheet = find_part(packed, "entry")

    def make(self, what: str) -> bytes:
        for make in (self._make_kind, self._make_types, self._make_archive):
            made = make(what)
            if made is not None:
                return made
        return self._make_xml(what)

    def _make_kind(self, what: str) -> bytes | None:
        ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000)
        kinds = {
            "empty": b"",
            "csv": b"id,net_apr,then enter\nE1,> 5%,true\n",
            "ole": ole,
            "encrypted": ole + "EncryptedPackage".encode("utf-16-le"),
            "ods": archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, 0),
            "cut": self.packed[:-30],
            "half": self.packed[: len(self.packed) // 2],
            "huge": b"PK" + bytes(32 * 2**20),
            "sound": self.packed,
            "archive": archive({"a.txt": b"text"}),
        }
        return kinds.get(what)

    def _make_types(self, what: str) -> bytes | None:
        types = self.parts["[Content_Types].xml"]
        main = b"openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
        assert main in types
        kinds = {
            "document": b"openxmlformats-officedocument.wordprocessingml.document.main+xml",
            "template": b"openxmlformats-officedocument.spreadsheetml.template.main+xml",
            "macro type": b"ms-excel.sheet.macroEnabled.main+xml",
        }
        if what in kinds:
            return self.repack(self.packed, {"[Content_Types].xml": types.replace(main, kinds[what])})
        added = {
            "macro part": "xl/vbaProject.bin",
            "macro sheet": "xl/macrosheets/sheet1.xml",
            "link": "xl/externalLinks/externalLink1.xml",
            "outside": "../../outside.xml",
            "absolute": "/etc/x.xml",
        }
        if what in added:
            return self.repack(self.packed, {added[what]: b"<x/>"})
        if what == "connection":
            more = b'<Override PartName="/xl/c.xml" ContentType="application/x.connections+xml"/></Types>'
            return self.repack(self.packed, {"[Content_Types].xml": types.replace(b"</Types>", more)})
        return None

    def _make_archive(self, what: str) -> bytes | None:
        packed = bytearray(self.packed)
        first = packed.index(b"PK\x01\x02")
        match what:
            case "flipped":
                packed[packed.index(b"xl/styles.xml") + 200] ^= 255
            case "twice":
                packed = bytearray(archive(self.parts | {"docProps/appl.xml": b""}))
                packed = packed.replace(b"docProps/appl.xml", b"docProps/core.xml")
            case "locked":
                packed[first + 8] |= 1
            case "rare":
                return archive(self.parts, ZIP_BZIP2)
            case "many":
                return archive({f"part{number}": b"" for number in range(2_001)})
            case "bomb":
                return self.repack(self.packed, {"xl/media/image1.png": bytes(200 * 2**20)})
            case "lie":
                swollen = self.sheet.replace(b"</sheetData>", b" " * 10**6 + b"</sheetData>")
                grown = archive(self.parts | {self.part: swollen})
                at = grown.index(b"PK\x01\x02")
                while grown[at + 46 : at + 46 + len(self.part)] != self.part.encode():
                    at = grown.index(b"PK\x01\x02", at + 4)
                packed = bytearray(grown)
                packed[at + 24 : at + 28] = struct.pack("<I", len(self.sheet))
            case _:
                return None
        return bytes(packed)

    def _make_xml(self, what: str) -> bytes:
        relations = self.parts["xl/_rels/workbook.xml.rels"]
        body = self.sheet.replace(b"net_apr", b"&x;", 1)
        changed = {
            "no sheet": ("xl/_rels/workbook.xml.rels", relations.replace(b"sheet4.xml", b"sheet9.xml")),
            "same part": ("xl/_rels/workbook.xml.rels", relations.replace(b"sheet4.xml", b"sheet3.xml")),
            "laughs": (self.part, LAUGHS + body.replace(b"&x;", b"&y;")),
            "entity": (self.part, ENTITY + body.replace(b"&x;", b"&outside;")),
            "broken": (self.part, self.sheet[:-5]),
            "deep": (self.part, b"<a>" * 100 + b"</a>" * 100),
            "twin cells": (self.part, self.sheet.replace(b'r="B2"', b'r="C2"')),
            "beyond": (self.part, self.sheet.replace(b'r="B2"', b'r="XFE2"')),
            "cells": (self.part, b"<sheetData><row>" + b"<c/>" * 1_500_000 + b"</row></sheetData>"),
        }
        part, content = changed[what]
        return self.repack(self.packed, {part: content})


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case["id"])
def test_a_file_that_is_no_workbook_of_a_book(
    case: dict[str, str],
    packed: bytes,
    read: Callable[..., Any],
    repack: Callable[..., bytes],
    find_part: Callable[..., Any],
) -> None:
    with_a_twin = case["make"] == "twice"
    data = Maker(packed, repack, find_part).make(case["make"])
    if with_a_twin:
        assert data.count(b"docProps/core.xml") == 4
    started = time.monotonic()
    found = read(data, case["name"])
    assert time.monotonic() - started < SECONDS_AT_MOST
    assert [fault.code for fault in found] == [case["code"]], [str(fault) for fault in found]
    assert case["says"] in str(found[0])
    assert found[0].file == case["name"]
    assert found[0].hint
    assert len(str(found[0])) < 300


@given(data=st.data())
def test_damaged_bytes_never_become_another_book(
    data: st.DataObject, packed: bytes, texts: dict[str, str], read: Callable[..., Any]
) -> None:
    spoiled = bytearray(packed)
    for _ in range(data.draw(st.integers(1, 8))):
        spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(st.integers(0, 255))
    found = read(bytes(spoiled[: data.draw(st.integers(0, len(spoiled)))]))
    assert found == texts or (isinstance(found, tuple) and found)


SPLINTERS = [
    b"<",
    b">",
    b'"',
    b"<c>",
    b"<v>5</v>",
    b"&#0;",
    b"&x;",
    b"-1",
    b"9" * 20,
    b"\xff",
    b"_xD800_",
    b"",
]


@given(data=st.data())
def test_damaged_xml_is_a_fault_or_a_text(
    data: st.DataObject, packed: bytes, read: Callable[..., Any], repack: Callable[..., bytes]
) -> None:
    with ZipFile(io.BytesIO(packed)) as opened:
        names = [
            name for name in opened.namelist() if re.search(r"(sheet\d|workbook|styles|Types)\S*$", name)
        ]
        part = data.draw(st.sampled_from(names))
        content = opened.read(part)
    at = data.draw(st.integers(0, len(content)))
    after = at + data.draw(st.integers(0, 12))
    found = read(
        repack(packed, {part: content[:at] + data.draw(st.sampled_from(SPLINTERS)) + content[after:]})
    )
    assert isinstance(found, (dict, tuple))
    assert found
