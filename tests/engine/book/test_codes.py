from __future__ import annotations

import re
from pathlib import Path


def test_every_fault_that_reading_a_book_can_find_is_tried(repository: Path) -> None:
    written = re.compile(r'(?:Diagnostic|refuse)\(\s*"([a-z]+\.[a-z.]+)"')
    sources = [path for room in ("book", "tables") for path in (repository / "engine" / room).glob("*.py")]
    codes = {code for path in sources for code in written.findall(path.read_text(encoding="utf-8"))}
    tests = repository / "tests"
    tried = [*(tests / "cases").glob("*/faults.csv"), *(tests / "engine").glob("[bt]*/test_*.py")]
    said = "".join(path.read_text(encoding="utf-8") for path in tried)
    assert len(codes) > 30
    assert {code for code in codes if code not in said} == set()
