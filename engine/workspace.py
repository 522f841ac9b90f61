"""Workspaces: a folder with rules, settings and recordings, in which commands know what is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from engine.book.folder import refuse_encoding
from engine.book.toml_reader import TomlReader, parse_toml
from engine.errors import BookErrors, Diagnostic
from engine.settings import AccountSettings, read_accounts

SETTINGS, RULES, RECORDINGS, STORE = "settings.toml", "rules", "recordings", "store.sqlite"
SOURCES = ("made", "history")
"""Where quotes can come from: a market made from a seed, or recorded history."""


_MARKET = "market."


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace and what its settings say.

    Attributes:
        root: Its folder.
        book: Folder of the book that runs here.
        source: One of `SOURCES`.
        seed: Seed of the made market.
        history: Folder of recorded history; None if quotes are made.
        start: Where the history begins to be run; None leaves it to the first run.
        accounts: Money at venues; empty means an account on paper that the book itself asks for.
    """

    root: Path
    book: Path
    source: str
    seed: int
    history: Path | None
    start: datetime | None = None
    accounts: tuple[AccountSettings, ...] = ()

    @property
    def store(self) -> Path:
        """Where the ledgers of its books are kept."""
        return self.root / STORE

    @property
    def market(self) -> str:
        """Name of the market."""
        return f"made-{self.seed}" if self.history is None else f"history-{self.history.name}"

    @property
    def recording(self) -> Path:
        """Where cycles of this market are recorded: a market of its own has a recording of its own."""
        return self.root / RECORDINGS / self.market

    def runs_beside(self, folder: Path) -> bool:
        """Whether a folder is that of a further book, which accounts of the settings name."""
        place = folder.resolve()
        named = {use.book for account in self.accounts for use in account.uses}
        inside = place.parent == (self.root / RULES).resolve() and place != self.book.resolve()
        return inside and place.name in named

    def place_recording(self, folder: Path) -> Path:
        """Where the cycles of a further book are recorded: beside those of the workspace's book."""
        return self.root / RECORDINGS / f"{self.market}-{folder.resolve().name}"


def find_workspace(start: Path) -> Path | None:
    """The workspace that a folder lies in, the nearest above with settings and rules; None without one."""
    places = (start, *start.parents)
    return next((each for each in places if (each / SETTINGS).is_file() and (each / RULES).is_dir()), None)


def read_workspace(root: Path) -> Workspace:
    """Read the settings of a workspace.

    Raises:
        BookErrors: Every fault of `settings.toml`.
    """
    try:
        text = (root / SETTINGS).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BookErrors([refuse_encoding(SETTINGS, error.object)]) from error
    reader = TomlReader(SETTINGS, text)
    top = parse_toml(text, SETTINGS, "settings.toml")
    if isinstance(top, Diagnostic):
        raise BookErrors([top])
    reader.check_keys(top, ("book", "market", "account"))
    book = reader.take(top, "book", str)
    market = reader.take(top, "market", dict) or {}
    reader.check_keys(market, ("source", "seed", "folder", "from"), _MARKET)
    source = reader.choose(market, "source", SOURCES, _MARKET)
    seed = reader.take(market, "seed", int, _MARKET) if source == "made" else 0
    folder = reader.take(market, "folder", str, _MARKET) if source == "history" else None
    if isinstance(seed, int) and seed < 0:
        reader.refuse("settings.seed", "the seed is below zero", "take another", f"{_MARKET}seed")
    start = _read_start(reader, market, str(source))
    accounts = read_accounts(top, reader)
    if reader.faults:
        raise BookErrors(reader.faults)
    history = None if folder is None else root / folder
    return Workspace(root, root / RULES / str(book), str(source), int(seed or 0), history, start, accounts)


def _read_start(reader: TomlReader, market: Mapping[str, Any], source: str) -> datetime | None:
    """The time of the key `from`, in UTC where it names no zone."""
    start = market.get("from")
    if start is None:
        return None
    if source != "history":
        hint = "take it out; a made market begins where it is made"
        reader.refuse("settings.from", "only a history begins where it is told", hint, f"{_MARKET}from")
    elif not isinstance(start, date):
        reader.refuse("settings.from", f"this is no date: {start!r}", "write 2024-03-01", f"{_MARKET}from")
    else:
        moment = start if isinstance(start, datetime) else datetime.combine(start, time.min)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return None
