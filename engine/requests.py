"""What people ask of a running engine: money that comes or goes, limits released by hand.

A request is a file of its own in the workspace, complete as soon as it has its name. The engine takes it in
at its next cycle, once, whatever happens in between.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from engine.errors import RequestError

FOLDER, DONE = "requests", "done"

Wish = Literal["deposit", "withdrawal", "release"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        id: Names it for good.
        at: When it was made.
        wish: What is asked for.
        book: The book that it concerns.
        account: For money: the account.
        amount_usd: For money: how much, above zero.
        limit: For a release: the limit.
        entity: For a release: whom it acts on; empty for the book.
    """

    id: str
    at: datetime
    wish: Wish
    book: str
    account: str = ""
    amount_usd: Decimal = Decimal(0)
    limit: str = ""
    entity: str = ""


def make_request(root: Path, request: Request) -> Path:
    """Hand a request to the engine of a workspace.

    Raises:
        RequestError: The disk refuses.
    """
    told = {**asdict(request), "at": request.at.isoformat(), "amount_usd": str(request.amount_usd)}
    folder = root / FOLDER
    path = folder / f"{request.at:%Y%m%dT%H%M%S%f}-{request.id}.json"
    try:
        folder.mkdir(exist_ok=True)
        draft = path.with_suffix(".new")
        with draft.open("x", encoding="utf-8") as file:
            file.write(json.dumps(told))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except OSError as error:
        raise RequestError(f"{path} cannot be written: {error}") from error
    return path


def list_requests(root: Path, book: str) -> tuple[Request, ...]:
    """The requests of a book that wait, in the order in which they were made.

    Raises:
        RequestError: A file holds no request.
    """
    files = sorted((root / FOLDER).glob("*.json"))
    return tuple(request for request in map(_read, files) if request.book == book)


def put_away(root: Path, requests: tuple[Request, ...]) -> None:
    """Put requests that are taken in beside the others of the past.

    Raises:
        RequestError: The disk refuses.
    """
    wanted = {request.id for request in requests}
    try:
        for path in _find(root, wanted):
            (root / FOLDER / DONE).mkdir(exist_ok=True)
            path.rename(root / FOLDER / DONE / path.name)
    except OSError as error:
        raise RequestError(f"requests cannot be put away: {error}") from error


def _find(root: Path, wanted: set[str]) -> Iterator[Path]:
    for path in sorted((root / FOLDER).glob("*.json")):
        if path.stem.partition("-")[2] in wanted:
            yield path


def _read(path: Path) -> Request:
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        UUID(told["id"])
        at, amount = datetime.fromisoformat(told.pop("at")), Decimal(told.pop("amount_usd"))
        return Request(at=at, amount_usd=amount, **told)
    except (OSError, ValueError, KeyError, TypeError, InvalidOperation) as error:
        raise RequestError(f"{path} holds no request: {error}; mend it, or take it out") from error
