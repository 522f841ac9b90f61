"""Making a workspace, and finding what belongs to one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from engine.book.folder import DRAFT, read_folder
from engine.book.manifest import FILE as MANIFEST
from engine.errors import UsageError
from engine.operations.starter import STARTER, find_starter
from engine.workspace import RULES, SETTINGS, find_workspace, read_workspace

_SETTINGS = f"""\
book = "{STARTER}"               # folder of {RULES}/ that runs here

[market]
source = "made"                     # a market made from a seed; or "history", with folder = "…"
                                    # and, where it is to begin, from = 2024-03-01
seed = 8
"""


def make_workspace(folder: Path) -> tuple[Path, ...]:
    """Make a workspace with the starter book.

    Args:
        folder: Where; it is made, or is empty.

    Returns:
        What was made.

    Raises:
        UsageError: The folder holds something already, or cannot be written.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} is not empty; a workspace begins in a folder of its own")
        starter = find_starter()
        shutil.copytree(starter / "draft", folder / RULES / STARTER / "draft")
        shutil.copyfile(starter.parent / "README.md", folder / RULES / "README.md")
        (folder / SETTINGS).write_text(_SETTINGS, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error}") from error
    return folder / RULES / STARTER / "draft", folder / RULES / "README.md", folder / SETTINGS


def find_recording(start: Path) -> Path | None:
    """The recording of the workspace that a folder lies in; None without one, or before its first run.

    Raises:
        BookErrors: Every fault of the settings.
    """
    root = find_workspace(start)
    if root is None:
        return None
    recording = read_workspace(root).recording
    return recording if recording.is_dir() else None


def find_book(start: Path | None = None) -> Path:
    """The book that is meant where none is named: that of the workspace, else the starter book.

    Args:
        start: The folder that the command runs in; None is the current one.

    Raises:
        BookErrors: Every fault of the settings.
    """
    root = find_workspace(Path.cwd() if start is None else start)
    return find_starter() if root is None else read_workspace(root).book


def tell_choice(start: Path | None = None) -> str:
    """Which book `find_book` takes and why, in one line for people.

    Raises:
        BookErrors: Every fault of the settings.
    """
    root = find_workspace(Path.cwd() if start is None else start)
    owner = "the starter book" if root is None else f"of the workspace {root.name}"
    return f"book: {find_book(start)}, {owner}"


def warn_of_own_books(start: Path | None = None) -> str:
    """That books lie here which are not meant, for want of settings; empty where there are none.

    Without its settings a folder is no workspace, and the starter book stands in for the one that was edited.
    """
    place = Path.cwd() if start is None else start
    if find_workspace(place) is not None:
        return ""
    home = find_starter().parent
    for folder in (place, *place.parents):
        own = sorted(_list_own_books(folder / RULES))
        if own and not (folder / RULES).samefile(home):
            return (
                f"{folder / RULES} holds {', '.join(own)}, which is not meant: there is no {SETTINGS} "
                f"beside it, so that {folder} is no workspace; put back {SETTINGS}, or name the book"
            )
    return ""


def _list_own_books(rules: Path) -> Iterator[str]:
    """Names of the folders with a draft that says something else than the starter book."""
    starter = read_folder(find_starter() / DRAFT).raw
    for manifest in rules.glob(f"*/{DRAFT}/{MANIFEST}"):
        if read_folder(manifest.parent).raw != starter:
            yield manifest.parents[1].name
