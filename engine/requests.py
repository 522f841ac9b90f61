"""What people ask of a running engine: money that comes or goes, limits released by hand.

A request is a file of its own in the workspace, complete as soon as it has its name. The engine takes it in
at its next cycle, once, or refuses it with a reason, whatever happens in between.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal, get_args
from uuid import UUID

from engine.errors import RequestError

FOLDER, DONE, REFUSED = "requests", "done", "refused"

Wish = Literal["deposit", "withdrawal", "release"]
WISHES: tuple[Wish, ...] = get_args(Wish)


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


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that is not carried out.

    Attributes:
        request: What was asked for.
        reason: Why not.
    """

    request: Request
    reason: str


def make_request(root: Path, request: Request) -> Path:
    """Hand a request to the engine of a workspace; when this returns, it is on the disk for good.

    Raises:
        RequestError: The disk refuses.
    """
    told = {**asdict(request), "at": request.at.isoformat(), "amount_usd": str(request.amount_usd)}
    folder = root / FOLDER
    path = folder / f"{request.at:%Y%m%dT%H%M%S%f}-{request.id}.json"
    try:
        folder.mkdir(exist_ok=True)
        _write(path, json.dumps(told))
    except OSError as error:
        raise RequestError(f"{path} cannot be written: {error}") from error
    return path


def list_requests(root: Path, book: str) -> tuple[Request, ...]:
    """The requests of a book that wait, in the order in which they were made.

    Raises:
        RequestError: A file holds no request.
    """
    read = map(_read, sorted((root / FOLDER).glob("*.json")))
    return tuple(request for request in read if request is not None and request.book == book)


def put_away(root: Path, requests: Iterable[Request]) -> None:
    """Put requests that are taken in beside the others of the past.

    Raises:
        RequestError: The disk refuses.
    """
    for request in requests:
        _move(root, request, DONE)


def refuse(root: Path, refusal: Refusal) -> None:
    """Put a request aside, with the reason beside it in a file of the same name.

    Raises:
        RequestError: The disk refuses.
    """
    folder = root / FOLDER / REFUSED
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in _find(root, refusal.request):
            reason = folder / f"{path.stem}.txt"
            reason.unlink(missing_ok=True)
            _write(reason, f"{refusal.reason}\n")
    except OSError as error:
        raise RequestError(f"{folder} cannot be written: {error}") from error
    _move(root, refusal.request, REFUSED)


def _move(root: Path, request: Request, where: str) -> None:
    try:
        for path in _find(root, request):
            (root / FOLDER / where).mkdir(exist_ok=True)
            path.rename(root / FOLDER / where / path.name)
    except OSError as error:
        raise RequestError(f"{request.id} cannot be put into {FOLDER}/{where}: {error}") from error


def _find(root: Path, request: Request) -> list[Path]:
    return list((root / FOLDER).glob(f"*-{request.id}.json"))


def _write(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all."""
    draft = path.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> Request | None:
    """The request of a file; None if the engine of its book has put it away meanwhile."""
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        UUID(told["id"])
        at, amount = datetime.fromisoformat(told.pop("at")), Decimal(told.pop("amount_usd"))
        request = Request(at=at, amount_usd=amount, **told)
        _check(request, path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise RequestError(f"{path} holds no request: {error}; mend it, or take it out") from error
    return request


def _check(request: Request, path: Path) -> None:
    if request.wish not in WISHES:
        raise ValueError(f'"{request.wish}" is none of {", ".join(WISHES)}')
    if request.wish != "release" and not (request.amount_usd.is_finite() and request.amount_usd > 0):
        raise ValueError(f"{request.amount_usd} is no amount above zero")
    if not path.stem.endswith(f"-{request.id}"):
        raise ValueError(f"the name of the file does not end with its id {request.id}")
