from __future__ import annotations

import re
from pathlib import Path

KEYS = ("name", "limit", "bucket")


def test_every_fault_that_reading_a_book_can_find_is_tried(repository: Path) -> None:
    code = r'"([a-z]+\.[a-z.]+)"'
    written = re.compile(rf"(?:Diagnostic|refuse)\(\s*{code}|choose_word\([^()]*, {code}, FILE")
    sources = [path for room in ("book", "tables") for path in (repository / "engine" / room).rglob("*.py")]
    found = [both for path in sources for both in written.findall(path.read_text(encoding="utf-8"))]
    codes = {one or other for one, other in found} | {f"{key}.duplicate" for key in KEYS}
    tests = repository / "tests"
    tried = [*(tests / "cases").rglob("*.csv"), *(tests / "engine").rglob("test_*.py")]
    said = "".join(path.read_text(encoding="utf-8") for path in tried)
    assert len(codes) > 50
    assert {code for code in codes if code not in said} == set()
