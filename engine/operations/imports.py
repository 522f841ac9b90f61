"""What an import keeps: the files before it, and what it made of them.

    <draft>.before-import/0001-<fingerprint>/    the files as they were, and `.import.json`

`.import.json` tells the fingerprint that the workbook was exported from and that of the files after the
import, so that a workbook may be read in again after it was edited further.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.book.fingerprint import compute_fingerprint
from engine.errors import UsageError
from engine.operations.drafts import replace_file

_RECORD = ".import.json"
_EXPORTED, _MADE = "exported", "made"


@dataclass(frozen=True, slots=True)
class Import:
    """One import.

    Attributes:
        exported: Fingerprint of the files that the workbook was written from; None if it does not tell.
        made: Fingerprint of the files after the import.
    """

    exported: str | None
    made: str


def is_newer(draft: Path, present: Mapping[str, bytes], exported: str | None) -> bool:
    """Whether a draft holds edits that its workbook does not know, since it was exported or last read in.

    Args:
        draft: The folder of the draft.
        present: Its files.
        exported: What the workbook was written from; None if it does not tell, and then nobody knows.
    """
    if exported is None or not present:
        return False
    known = {exported, *(each.made for each in _list_imports(draft) if each.exported == exported)}
    return compute_fingerprint(present) not in known


def keep_files(draft: Path, present: Mapping[str, bytes], done: Import) -> Path:
    """Keep the files of a draft beside it, before an import changes them; gives the folder.

    Raises:
        UsageError: It cannot be written.
    """
    place = _find_kept(draft)
    number = 1 + max((int(each.name.partition("-")[0]) for each in _list_kept(draft)), default=0)
    folder = place / f"{number:04}-{compute_fingerprint(present)}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}") from error
    for name, content in present.items():
        replace_file(folder / name, content)
    record = {_EXPORTED: done.exported, _MADE: done.made}
    replace_file(folder / _RECORD, (json.dumps(record) + "\n").encode())
    return folder


def _find_kept(draft: Path) -> Path:
    named = draft if draft.name else draft.resolve()
    return named.with_name(f"{named.name}.before-import")


def _list_kept(draft: Path) -> list[Path]:
    place = _find_kept(draft)
    if not place.is_dir():
        return []
    return [path for path in sorted(place.iterdir()) if path.name.partition("-")[0].isdecimal()]


def _list_imports(draft: Path) -> Iterator[Import]:
    for folder in _list_kept(draft):
        record = folder / _RECORD
        if record.is_file():
            told = json.loads(record.read_text(encoding="utf-8"))
            yield Import(told[_EXPORTED], told[_MADE])
